from __future__ import annotations

import os
from importlib.util import find_spec

from hypothesis import settings

#: Domain numbers whose ports every system has free.
ROS_DOMAINS = 101


def pytest_configure() -> None:
    """Give each worker its own ROS domain, before anything of ROS is made; children inherit it."""
    os.environ["ROS_DOMAIN_ID"] = str(1 + os.getpid() % ROS_DOMAINS)
    os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"


# The first call of a test may compile a numba kernel; how long it takes says nothing.
settings.register_profile("grasp_sim", deadline=None)
settings.load_profile("grasp_sim")

# MuJoCo has no wheel for Python 3.10: there the simulation is not installed, and not tested.
collect_ignore_glob = [] if find_spec("mujoco") else ["test_*.py"]
