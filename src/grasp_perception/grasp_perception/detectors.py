"""The detectors that a user can choose by name."""

from __future__ import annotations

from collections.abc import Callable

from grasp_perception.detector import Detector
from grasp_perception.geometric.antipodal import AntipodalDetector

#: What to call for each name that the parameter `detector` may have.
DETECTORS: dict[str, Callable[[], Detector]] = {"antipodal": AntipodalDetector}
