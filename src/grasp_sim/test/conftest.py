from __future__ import annotations

from importlib.util import find_spec

from hypothesis import settings

# The first call of a test may compile a numba kernel; how long it takes says nothing.
settings.register_profile("grasp_sim", deadline=None)
settings.load_profile("grasp_sim")

# MuJoCo has no wheel for Python 3.10: there the simulation is not installed, and not tested.
collect_ignore_glob = [] if find_spec("mujoco") else ["test_*.py"]
