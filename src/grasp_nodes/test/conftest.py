"""Fixtures of all tests of grasp_nodes."""

from __future__ import annotations

import os

#: Domain numbers whose ports every system has free.
ROS_DOMAINS = 101


def pytest_configure() -> None:
    """Give each worker its own ROS domain, before anything of ROS is made; children inherit it."""
    os.environ["ROS_DOMAIN_ID"] = str(1 + os.getpid() % ROS_DOMAINS)
    os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
