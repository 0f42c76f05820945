from __future__ import annotations

from dataclasses import replace

import numpy as np

from grasp_core.cloud import PointCloud
from grasp_core.grasps import Grasps
from grasp_perception.gripper_files import load_gripper
from grasp_perception.viewer.shown import MOST_POINTS, ShownGrasps, thinned


def shown(up: np.ndarray | None) -> ShownGrasps:
    """One grasp from straight above, 45 degrees from the diagonal of x and z."""
    down = np.array([[[0.0, 1, 0], [0, 0, -1], [-1, 0, 0]]])
    grasps = Grasps(down, [[0.1, -0.2, 0.3]], [0.0456], [0.75], "world")  # type: ignore[arg-type]
    gripper = load_gripper("franka_hand")
    return ShownGrasps(grasps, gripper, gripper.name, "antipodal", up=up)


def test_the_details_of_a_grasp_by_hand() -> None:
    lines = shown(np.array([1.0, 0.0, 1.0]) / np.sqrt(2)).details(0).splitlines()
    assert lines[2:] == [
        "| rank | 1 of 1 |",
        "| score | 0.750 |",
        "| width | 45.6 mm |",
        "| position | 0.100 -0.200 0.300 m |",
        "| approach | 0.00 0.00 -1.00 |",
        "| tilt | 45° from straight down |",
        "| frame | world |",
        "| gripper | franka_hand |",
        "| detector | antipodal |",
    ]


def test_what_is_not_known_is_said() -> None:
    details = replace(shown(None), gripper_name="my_hand").details(0)
    assert "| tilt | not known: no support was found |" in details
    assert "| gripper | my_hand (no such file here: drawn as franka_hand) |" in details


def test_a_large_cloud_is_thinned_evenly_and_the_same_each_time() -> None:
    xyz = np.random.default_rng(0).uniform(0.1, 1.0, (5 * MOST_POINTS, 3)).astype(np.float32)
    cloud = PointCloud.from_xyz(xyz, "camera", stamp_ns=7)
    few = thinned(cloud)
    assert 0.8 * MOST_POINTS < len(few) <= MOST_POINTS
    assert (few.points == cloud.points[few.source_indices]).all()
    assert abs(np.mean(few.source_indices) / len(cloud) - 0.5) < 0.01
    assert (thinned(cloud).source_indices == few.source_indices).all()
    assert thinned(few) is few
