from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from grasp_core.cloud import PointCloud
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.plane import Plane
from grasp_core.point_grid import PointGrid
from grasp_perception.detector import DetectionContext
from grasp_perception.gripper_files import load_gripper
from grasp_perception.proposal_fit import DISCOUNT, fit_proposals

#: Metres below the camera: the table, and the top of a block with edges of 4 cm, 2 cm high.
TABLE_M, TOP_M = 0.5, 0.48
BLOCK = (0.0, 0.0, 0.04, 0.04, 0.02)


@pytest.fixture(scope="module")
def gripper() -> Gripper:
    return load_gripper("parallel_100mm")


@pytest.fixture(scope="module")
def cloud(see_scene: Callable[..., PointCloud]) -> PointCloud:
    return see_scene(boxes=[BLOCK])


@pytest.fixture(scope="module")
def objects(cloud: PointCloud) -> PointCloud:
    return cloud.select(cloud.points[:, 2] < TABLE_M - 0.002)


def context_of(solids: PointCloud) -> DetectionContext:
    """Where the table is known as a plane."""
    grid = PointGrid.from_cloud(solids)
    table = Plane(np.array([0.0, 0.0, -1.0]), TABLE_M)
    axis, rng = np.array([0.0, 0.0, 1.0]), np.random.default_rng(0)
    return DetectionContext(grid, grid, grid, table, axis, 1.0, 0.05, 0, rng)


def straight_down(tips_m: float, width_m: float, score: float = 0.8) -> Grasps:
    """One grasp over the middle of the block, whose fingertips are so far below the camera."""
    down = np.array([[[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]])
    tips = np.array([[0.0, 0.0, tips_m]])
    return Grasps(down, tips, np.array([width_m]), np.array([score]), "camera")


@pytest.mark.parametrize(
    ("tips_m", "width_m", "withdrawn_m", "wider_m"),
    [
        (TABLE_M - 0.005, 0.06, 0.0, 0.0),
        (TABLE_M - 0.005, 0.036, 0.0, 0.005),  # the fingers would stand on the block
        (TABLE_M - 0.005, 0.03, 0.0, 0.01),
        (TABLE_M + 0.008, 0.06, 0.01, 0.0),  # the fingertips would be in the table
        (TABLE_M + 0.002, 0.036, 0.005, 0.005),
    ],
)
def test_what_would_be_hit_is_given_room(
    gripper: Gripper,
    objects: PointCloud,
    tips_m: float,
    width_m: float,
    withdrawn_m: float,
    wider_m: float,
) -> None:
    context = context_of(objects)
    (fitted,) = fit_proposals(straight_down(tips_m, width_m), gripper, objects, context)
    np.testing.assert_allclose(fitted.positions, [[0.0, 0.0, tips_m - withdrawn_m]])
    np.testing.assert_allclose(fitted.widths, width_m + wider_m)
    np.testing.assert_allclose(fitted.scores, 0.8 * DISCOUNT ** (withdrawn_m / 0.005))
    assert context.free(fitted, gripper).all()


@pytest.mark.parametrize(
    ("tips_m", "width_m"),
    [
        (TABLE_M - 0.005, 0.02),  # narrower than the block by far
        (TABLE_M + 0.03, 0.06),  # in the table by more than any withdrawal
        (TOP_M + 0.003, 0.06),  # holds 3 mm of the block
        (TOP_M - 0.1, 0.06),
    ],
)
def test_what_no_room_helps_is_dropped(
    gripper: Gripper, objects: PointCloud, tips_m: float, width_m: float
) -> None:
    grasp = straight_down(tips_m, width_m)
    assert len(fit_proposals(grasp, gripper, objects, context_of(objects))) == 0
    assert len(fit_proposals(grasp[:0], gripper, objects, context_of(objects))) == 0


def test_the_gripper_opens_no_wider_than_it_can(gripper: Gripper, objects: PointCloud) -> None:
    """Beside a wall that is in the way of the fingers unless they withdraw."""
    widest = straight_down(TABLE_M - 0.005, gripper.max_width)
    wall = widest.positions + np.array([[gripper.max_width / 2 + 0.002, 0.0, -0.002]])
    solids = PointCloud.from_xyz(np.concatenate([objects.points, wall]), "camera")
    fitted = fit_proposals(widest, gripper, objects, context_of(solids))
    np.testing.assert_allclose(fitted.widths, gripper.max_width)
    assert fitted.positions[0, 2] < wall[0, 2]


def test_each_proposal_comes_once(gripper: Gripper, objects: PointCloud) -> None:
    deep, fine = (
        straight_down(TABLE_M + 0.008, 0.05, 0.9),
        straight_down(TABLE_M - 0.005, 0.05, 0.5),
    )
    proposals = Grasps.concatenate([deep, fine])
    fitted = fit_proposals(proposals, gripper, objects, context_of(objects))
    np.testing.assert_allclose(fitted.scores, [0.5, 0.9 * DISCOUNT**2])
