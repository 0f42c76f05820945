"""The simulated work cell: objects, scenes, depth cameras and grasps executed in MuJoCo."""

from __future__ import annotations
