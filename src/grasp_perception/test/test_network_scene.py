from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from grasp_core.cloud import PointCloud
from grasp_core.plane import Plane
from grasp_core.point_grid import PointGrid
from grasp_core.transforms import inverse, transform_points
from grasp_perception.detector import DetectionContext
from grasp_perception.network_scene import MARGIN_M, network_scene

#: The camera looks straight down on it from half a metre.
TABLE = Plane(np.array([0.0, 0.0, -1.0]), 0.5)
DOWN = np.array([0.0, 0.0, 1.0])
#: Half the edge of the box that is cut out: a block's and the margin.
HALF_M = 0.02 + MARGIN_M


@pytest.fixture(scope="module")
def scene(see_scene: Callable[..., PointCloud]) -> PointCloud:
    """A block of 4 by 4 by 6 cm, and another 12 cm beside it."""
    return see_scene(boxes=[(0.0, 0.0, 0.04, 0.04, 0.06), (0.12, 0.0, 0.04, 0.04, 0.06)])


@pytest.fixture(scope="module")
def block(scene: PointCloud) -> PointCloud:
    """The top of the first block."""
    return scene.select((scene.points[:, 2] < 0.45) & (np.abs(scene.points[:, 0]) < 0.03))


def context_of(scene: PointCloud, support: Plane | None, seed: int = 0) -> DetectionContext:
    grid = PointGrid.from_cloud(scene)
    return DetectionContext(grid, grid, support, DOWN, 1.0, 0.05, np.random.default_rng(seed))


def around(scene: PointCloud, half_m: float) -> np.ndarray:
    points = scene.points
    return points[(np.abs(points[:, :2]) <= half_m).all(axis=1)]


def test_it_is_the_scene_around_the_objects(scene: PointCloud, block: PointCloud) -> None:
    T, points = network_scene(block, context_of(scene, TABLE), 0, 0.0)
    back = transform_points(inverse(T), points)
    # The block ends between two pixels, which are 1.5 mm apart there.
    assert len(around(scene, HALF_M - 2e-3)) <= len(back) <= len(around(scene, HALF_M + 1e-6))
    assert np.abs(back[:, :2]).max() <= HALF_M
    # Of the table, 6 cm below all that is seen of the block, too.
    np.testing.assert_allclose([back[:, 2].min(), back[:, 2].max()], [0.44, 0.5], atol=1e-6)


def test_the_frame_is_the_approach_frame_of_the_points(
    scene: PointCloud, block: PointCloud
) -> None:
    T, points = network_scene(block, context_of(scene, TABLE), 0, 0.0)
    np.testing.assert_allclose(points.mean(axis=0), 0.0, atol=1e-5)
    np.testing.assert_array_equal(T[:3, :3] @ DOWN, [0.0, 0.0, 1.0])


def test_without_a_support_it_ends_below_the_objects(scene: PointCloud, block: PointCloud) -> None:
    T, points = network_scene(block, context_of(scene, None), 0, 0.0)
    back = transform_points(inverse(T), points)
    np.testing.assert_allclose([back[:, 2].min(), back[:, 2].max()], [0.44, 0.44], atol=1e-6)


def test_what_lies_above_the_objects_or_far_below_the_support_is_left_out(
    scene: PointCloud, block: PointCloud
) -> None:
    stray = np.array([[0.0, 0.0, 0.44 - MARGIN_M - 0.01], [0.0, 0.0, 0.5 + MARGIN_M + 0.01]])
    both = PointCloud.from_xyz(np.concatenate([scene.points, stray.astype(np.float32)]), "camera")
    _, without = network_scene(block, context_of(scene, TABLE), 0, 0.0)
    _, points = network_scene(block, context_of(both, TABLE), 0, 0.0)
    assert len(points) == len(without)


def test_it_is_thinned_and_drawn_at_random(scene: PointCloud, block: PointCloud) -> None:
    T, every = network_scene(block, context_of(scene, TABLE), 0, 0.0)
    T_thin, thin = network_scene(block, context_of(scene, TABLE), 0, 0.004)
    np.testing.assert_array_equal(T_thin, T)
    area = (2 * HALF_M) ** 2
    assert area / 0.004**2 <= 1.2 * len(thin) <= 1.6 * area / 0.004**2
    _, some = network_scene(block, context_of(scene, TABLE), 300, 0.0)
    rows = {tuple(row) for row in every.tolist()}
    assert len(some) == 300
    assert {tuple(row) for row in some.tolist()} <= rows
    # Drawn evenly: a half of the scene has about a half of the points.
    assert 0.3 < np.mean(some[:, 0] < np.median(every[:, 0])) < 0.7
    _, other = network_scene(block, context_of(scene, TABLE, seed=1), 300, 0.0)
    assert not np.array_equal(some, other)
