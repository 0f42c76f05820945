"""Detectors on the recorded bag: the same one agrees with itself, one that is aside with nobody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grasp_core.cloud import PointCloud
from grasp_core.errors import FrameError
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.transforms import grasp_rotation
from grasp_perception.bags.compare import agreement, compare
from grasp_perception.detector import DetectionContext
from grasp_perception.errors import BagError
from grasp_perception.geometric.antipodal import AntipodalDetector
from grasp_perception.node_params import PerceptionParams

BAG = Path(__file__).parents[1] / "sample_bag"
#: Bin of the recorded scene.
PARAMS = PerceptionParams(
    frame="world",
    region_frame="world",
    region_center=(0.0, 0.0, 0.1),
    region_size=(0.24, 0.24, 0.2),
    max_grasps=20,
)


class HighDetector(AntipodalDetector):
    """The antipodal detector's grasps, 4 cm before the objects."""

    name = "high"

    def detect(self, cloud: PointCloud, gripper: Gripper, context: DetectionContext) -> Grasps:
        found = super().detect(cloud, gripper, context)
        return replace(found, positions=found.positions - 0.04 * found.approach)


def test_each_cloud_is_searched_by_each_detector() -> None:
    detectors = {"one": AntipodalDetector(), "same": AntipodalDetector(), "high": HighDetector()}
    compared = list(compare(BAG, detectors, PARAMS))
    assert len(compared) == 2
    assert compared[0].time_ns < compared[1].time_ns
    for one in compared:
        assert one.cloud is not None
        assert one.cloud.frame_id == "world"
        first, same, high = (one.findings[name].grasps for name in detectors)
        assert 0 < len(first) <= 20
        assert (first.positions == same.positions).all()
        assert agreement(first, same) == 1.0
        assert len(high) > 0
        assert agreement(high, first) < 0.2
        assert all(each.wall_ms > 0 and each.cpu_ms > 0 for each in one.findings.values())


def test_a_cloud_that_cannot_be_placed_is_a_finding_of_its_own() -> None:
    first, _ = compare(BAG, {"one": AntipodalDetector()}, PerceptionParams(frame="moon"))
    assert first.cloud is None
    assert "unknown frame 'moon'" in first.findings["one"].reason
    assert len(first.findings["one"].grasps) == 0


def test_a_detector_that_finds_nothing_says_why() -> None:
    nowhere = replace(PARAMS, region_center=(0.0, 0.0, 5.0))
    first, _ = compare(BAG, {"one": AntipodalDetector()}, nowhere)
    assert first.findings["one"].reason == "the region of interest holds no point"


def test_no_bag() -> None:
    with pytest.raises(BagError, match="nothing: no such bag"):
        next(compare("nothing", {"one": AntipodalDetector()}, PARAMS))


def grasps(*x: float, frame: str = "world") -> Grasps:
    """Grasps from above at places along x."""
    n = len(x)
    rotation = grasp_rotation(np.array([0.0, 0.0, -1.0]), np.array([0.0, 1.0, 0.0]))
    positions = np.zeros((n, 3))
    positions[:, 0] = x
    rotations = np.broadcast_to(rotation, (n, 3, 3))
    return Grasps(rotations, positions, np.full(n, 0.04), np.full(n, 0.5), frame)


def test_agreement_by_hand() -> None:
    a, b = grasps(0.0, 0.1, 0.2, 0.3), grasps(0.019, 0.121)
    assert agreement(a, b) == 0.25
    assert agreement(b, a) == 0.5
    assert agreement(b, a, distance_m=0.022) == 1.0
    assert agreement(a, grasps()) == 0.0
    assert np.isnan(agreement(grasps(), a))
    with pytest.raises(FrameError, match="cannot compare grasps in world with grasps in moon"):
        agreement(a, grasps(0.0, frame="moon"))
