"""What all tests share that speak ROS."""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterator

import pytest

#: Domain numbers whose ports every system has free.
ROS_DOMAINS = 101


def pytest_configure() -> None:
    """Give each worker its own ROS domain, before anything of ROS is made; children inherit it."""
    os.environ["ROS_DOMAIN_ID"] = str(1 + os.getpid() % ROS_DOMAINS)
    os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    """Take the nodes off the network that the tests of a file left to the garbage collector.

    On one host only 32 participants of a domain look for each other: the 33rd finds nobody.
    """
    yield
    if "rclpy" in sys.modules and (nextitem is None or nextitem.path != item.path):
        gc.collect()
