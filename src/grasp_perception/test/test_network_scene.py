from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from grasp_core.cloud import PointCloud
from grasp_core.plane import Plane
from grasp_core.point_grid import PointGrid
from grasp_core.transforms import inverse, transform_points
from grasp_perception.detector import DetectionContext
from grasp_perception.network_scene import network_scene

#: The camera looks straight down on it from half a metre.
TABLE = Plane(np.array([0.0, 0.0, -1.0]), 0.5)
DOWN = np.array([0.0, 0.0, 1.0])
MARGIN_M = 0.07


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
    return DetectionContext(
        grid, grid, grid, support, DOWN, 1.0, 0.05, 0, np.random.default_rng(seed)
    )


def distances(points: np.ndarray, block: PointCloud) -> np.ndarray:
    return np.linalg.norm(points[:, None] - block.points, axis=2).min(axis=1)


def test_it_is_the_scene_around_the_objects(scene: PointCloud, block: PointCloud) -> None:
    T, points = network_scene(block, context_of(scene, TABLE), 0, MARGIN_M, 0.0)
    back = transform_points(inverse(T), points)
    near = scene.points[distances(scene.points, block) <= MARGIN_M]
    order, expected = np.lexsort(np.round(back, 6).T), np.lexsort(np.round(near, 6).T)
    assert len(block) < len(near) < len(scene)
    np.testing.assert_allclose(back[order], near[expected], atol=1e-6)


def test_the_frame_is_the_approach_frame_of_the_points(
    scene: PointCloud, block: PointCloud
) -> None:
    T, points = network_scene(block, context_of(scene, TABLE), 0, MARGIN_M, 0.0)
    np.testing.assert_allclose(points.mean(axis=0), 0.0, atol=1e-5)
    np.testing.assert_array_equal(T[:3, :3] @ DOWN, [0.0, 0.0, 1.0])


def test_it_is_thinned_and_drawn_at_random(scene: PointCloud, block: PointCloud) -> None:
    T, every = network_scene(block, context_of(scene, TABLE), 0, MARGIN_M, 0.0)
    T_thin, thin = network_scene(block, context_of(scene, TABLE), 0, MARGIN_M, 0.004)
    np.testing.assert_allclose(T_thin, T, atol=3e-3)
    # Pixels on the block are 1.3 mm apart: a voxel of 4 mm holds about nine.
    assert len(every) / 12 < len(thin) < len(every) / 5
    _, some = network_scene(block, context_of(scene, TABLE), 300, MARGIN_M, 0.0)
    rows = {tuple(row) for row in every.tolist()}
    assert len(some) == 300
    assert {tuple(row) for row in some.tolist()} <= rows
    # Drawn evenly: a half of the scene has about a half of the points.
    assert 0.3 < np.mean(some[:, 0] < np.median(every[:, 0])) < 0.7
    _, other = network_scene(block, context_of(scene, TABLE, seed=1), 300, MARGIN_M, 0.0)
    assert not np.array_equal(some, other)
