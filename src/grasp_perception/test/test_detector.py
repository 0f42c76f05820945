from __future__ import annotations

import numpy as np
import pytest

from grasp_core.cloud import PointCloud
from grasp_core.grasps import Grasps
from grasp_core.plane import Plane
from grasp_core.point_grid import PointGrid
from grasp_core.transforms import grasp_rotation
from grasp_perception.detector import DetectionContext
from grasp_perception.gripper_files import load_gripper

DOWN = np.array([0.0, 0.0, 1.0])
#: Half a metre below a camera that looks straight down.
TABLE = Plane(-DOWN, 0.5)


def test_only_solids_are_in_the_way() -> None:
    point = np.array([[0.02, 0.0, 0.49]], np.float32)  # inside an open finger
    grid, none = (
        PointGrid.from_cloud(PointCloud(points, "camera", (1, 1), np.arange(len(points))))
        for points in (point, point[:0])
    )
    for solids, free in ((grid, False), (none, True)):
        rng = np.random.default_rng(0)
        context = DetectionContext(grid, solids, grid, None, DOWN, 1.0, 0.05, 0, rng)
        grasp = Grasps(
            grasp_rotation(DOWN, [1.0, 0.0, 0.0])[None], [[0.0, 0.0, 0.5]], [0.03], [1.0], "camera"
        )
        assert context.free(grasp, load_gripper("parallel_100mm")).tolist() == [free]


@pytest.mark.parametrize(("support", "deep"), [(None, True), (TABLE, False)])
def test_a_support_is_solid_where_the_camera_did_not_see_it(
    support: Plane | None, deep: bool
) -> None:
    point = np.array([[0.3, 0.3, 0.5]], np.float32)
    grid = PointGrid.from_cloud(PointCloud(point, "camera", (1, 1), np.arange(1)))
    context = DetectionContext(
        grid, grid, grid, support, DOWN, 1.0, 0.05, 0, np.random.default_rng(0)
    )
    grasps = Grasps(
        np.broadcast_to(grasp_rotation(DOWN, [1.0, 0.0, 0.0]), (2, 3, 3)),
        np.array([[0.0, 0.0, 0.49], [0.0, 0.0, 0.51]]),  # 1 cm over the table, 1 cm below
        np.full(2, 0.04),
        np.ones(2),
        "camera",
    )
    assert context.free(grasps, load_gripper("parallel_100mm")).tolist() == [True, deep]
