from __future__ import annotations

from hypothesis import settings

# The first call of a test may compile a numba kernel; how long it takes says nothing.
settings.register_profile("grasp_core", deadline=None)
settings.load_profile("grasp_core")
