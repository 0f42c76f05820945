"""Objects to grasp: shapes made from seeds, and meshes from other sources."""

from __future__ import annotations
