from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from grasp_core.checks import Float
from grasp_core.cloud import PointCloud
from grasp_core.errors import ArrayError
from grasp_core.point_grid import CELL_M, MAX_CELLS, PointGrid
from grasp_core.transforms import transform

ALL = 10**9  # a stop_at that no count here reaches


def cloud_of(points: object) -> PointCloud:
    points = np.asarray(points, dtype=np.float32).reshape(-1, 3)
    return PointCloud(points, "camera", (1, len(points)), np.arange(len(points)))


def slow_counts(
    points: NDArray[np.float32], T_frame_box: Float, lower: Float, upper: Float
) -> NDArray[np.int64]:
    """The definition: test each point against each box, in float64."""
    counts = np.zeros(lower.shape[:2], dtype=np.int64)
    for n, T in enumerate(T_frame_box):
        x, y, z = (points.astype(np.float64) - T[:3, 3]).T
        local = np.stack([T[0, k] * x + T[1, k] * y + T[2, k] * z for k in range(3)], axis=-1)
        for b in range(lower.shape[1]):
            inside = (local >= lower[n, b]) & (local <= upper[n, b])
            counts[n, b] = inside.all(axis=1).sum()
    return counts


def random_boxes(
    rng: np.random.Generator, centres: Float, size: float
) -> tuple[Float, Float, Float]:
    """Two boxes at each of the centres (N, 3), with sides up to `size` metres."""
    n = len(centres)
    rotations = Rotation.random(n, rng=rng).as_matrix()
    quarter_turns = Rotation.from_euler("xyz", rng.integers(4, size=(n, 3)) * 90, degrees=True)
    rotations[::3] = np.round(quarter_turns.as_matrix())[::3]  # aligned with the cells
    middle = rng.normal(0.0, size / 4, (n, 2, 3))
    half = rng.uniform(0.0, size / 2, (n, 2, 3))
    return transform(rotations, centres), middle - half, middle + half


@given(
    seed=st.integers(0, 2**32 - 1),
    n_points=st.sampled_from([1, 2, 30, 2000]),
    extent=st.sampled_from([1e-4, 0.05, 0.5, 30.0]),
    size=st.sampled_from([0.005, 0.1, 1.0]),
    offset=st.sampled_from([0.0, 0.7, -1e4]),
    flat=st.booleans(),
)
@settings(max_examples=80, deadline=None)
def test_counts_equal_the_definition(
    seed: int, n_points: int, extent: float, size: float, offset: float, flat: bool
) -> None:
    rng = np.random.default_rng(seed)
    points = (rng.uniform(-extent, extent, (n_points, 3)) + offset).astype(np.float32)
    if flat:
        points[:, rng.integers(3)] = offset
    points[rng.random(n_points) < 0.02] *= 50.0  # strays, outside the inner cells
    centres = points[rng.integers(n_points, size=20)] + rng.normal(0.0, size / 4, (20, 3))
    boxes = random_boxes(rng, centres, size)
    counts = PointGrid.from_cloud(cloud_of(points)).count_inside(*boxes, ALL)
    np.testing.assert_array_equal(counts, slow_counts(points, *boxes))


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_points_on_the_surface_of_a_box_count(seed: int) -> None:
    """Points, faces and cells share the planes of a lattice that floats represent exactly."""
    rng = np.random.default_rng(seed)
    step = 1 / 64
    points = (rng.integers(-20, 20, (500, 3)) * step).astype(np.float32)
    turns = Rotation.from_euler("xyz", rng.integers(4, size=(20, 3)) * 90, degrees=True)
    T = transform(np.round(turns.as_matrix()), rng.integers(-20, 20, (20, 3)) * step)
    lower = rng.integers(-9, 1, (20, 2, 3)) * step
    upper = lower + rng.integers(0, 9, (20, 2, 3)) * step
    counts = PointGrid.from_cloud(cloud_of(points)).count_inside(T, lower, upper, ALL)
    np.testing.assert_array_equal(counts, slow_counts(points, T, lower, upper))
    assert counts.sum() > 0


def test_count_of_a_box_by_hand() -> None:
    """A box of 2 x 4 x 6 m around (1, 0, 0), turned a quarter about z: its x side lies along y."""
    T = transform([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]], [1.0, 0.0, 0.0])
    inside = [[1, 0, 0], [3, 0, 0], [-1, 0, 0], [1, 1, 3], [1, 1, 3]]  # on an edge, twice
    outside = [[3.001, 0, 0], [1, 1.001, 0], [1, 0, -3.001], [1, 2, 0]]
    grid = PointGrid.from_cloud(cloud_of(inside + outside))
    counts = grid.count_inside(T[None], [[[-1, -2, -3]]], [[[1, 2, 3]]], ALL)
    assert counts.tolist() == [[5]]


def test_a_count_stops_at_stop_at() -> None:
    rng = np.random.default_rng(1)
    points = rng.uniform(-0.1, 0.1, (3000, 3)).astype(np.float32)
    boxes = random_boxes(rng, points[:200].astype(np.float64), 0.05)
    grid = PointGrid.from_cloud(cloud_of(points))
    exact = grid.count_inside(*boxes, ALL)
    assert exact.max() > 7
    for stop_at in (1, 7):
        np.testing.assert_array_equal(
            grid.count_inside(*boxes, stop_at), np.minimum(exact, stop_at)
        )


def test_every_point_is_kept() -> None:
    rng = np.random.default_rng(2)
    points = rng.normal(0.0, 0.2, (1000, 3)).astype(np.float32)
    grid = PointGrid.from_cloud(cloud_of(points))
    assert len(grid) == 1000
    assert sorted(grid.cells.points.tolist()) == sorted(points.tolist())


def test_strays_cost_neither_memory_nor_resolution() -> None:
    rng = np.random.default_rng(3)
    points = rng.uniform(-0.3, 0.3, (5000, 3)).astype(np.float32)
    points[0] = [1e4, -1e4, 1e4]
    points[1] = 1e37
    grid = PointGrid.from_cloud(cloud_of(points))
    assert grid.cells.edge_m < 2.5 * CELL_M
    assert len(grid.cells.starts) < 8 * 5000 + 100
    around = [[[-1.0, -1.0, -1.0]]], [[[1.0, 1.0, 1.0]]]
    far = transform(np.eye(3), [1e4, -1e4, 1e4])
    assert grid.count_inside(np.eye(4)[None], *around, ALL).tolist() == [[4998]]
    assert grid.count_inside(far[None], *around, ALL).tolist() == [[1]]


def test_a_wide_cloud_gets_larger_cells_not_more_memory() -> None:
    rng = np.random.default_rng(4)
    points = rng.uniform(-30.0, 30.0, (600_000, 3)).astype(np.float32)
    grid = PointGrid.from_cloud(cloud_of(points))
    assert len(grid.cells.starts) <= MAX_CELLS + 1
    boxes = random_boxes(rng, points[:5].astype(np.float64), 3.0)
    np.testing.assert_array_equal(grid.count_inside(*boxes, ALL), slow_counts(points, *boxes))


def test_repeated_points_count_each_time() -> None:
    grid = PointGrid.from_cloud(cloud_of(np.full((1000, 3), 0.25)))
    T = transform(np.eye(3), [0.25, 0.25, 0.25])[None]
    point = np.zeros((1, 1, 3))
    assert grid.count_inside(T, point, point, ALL).tolist() == [[1000]]


def test_no_points_and_no_boxes() -> None:
    corner = np.ones((2, 3, 3))
    empty = PointGrid.from_cloud(cloud_of([]))
    counts = empty.count_inside(np.stack([np.eye(4)] * 2), -corner, corner, 1)
    assert counts.tolist() == [[0, 0, 0], [0, 0, 0]]
    grid = PointGrid.from_cloud(cloud_of([[0.0, 0.0, 1.0]]))
    none = np.zeros((0, 3, 3))
    assert grid.count_inside(np.zeros((0, 4, 4)), none, none, 1).shape == (0, 3)


def test_a_box_turned_inside_out_holds_nothing() -> None:
    grid = PointGrid.from_cloud(cloud_of([[0.0, 0.0, 0.0]]))
    corner = np.ones((1, 1, 3))
    assert grid.count_inside(np.eye(4)[None], corner, -corner, ALL).tolist() == [[0]]


def test_bad_boxes_are_refused() -> None:
    grid = PointGrid.from_cloud(cloud_of([[0.0, 0.0, 1.0]]))
    T, corner = np.eye(4)[None], np.zeros((1, 3, 3))
    with pytest.raises(ArrayError, match="stop_at: 0 must be at least 1"):
        grid.count_inside(T, corner, corner, 0)
    with pytest.raises(ArrayError, match=r"upper: shape \(1, 2, 3\), expected \(1, 3, 3\)"):
        grid.count_inside(T, corner, corner[:, :2], 1)
    broken = corner.copy()
    broken[0, 1, 2] = np.nan
    with pytest.raises(ArrayError, match=r"lower: value at index \[0, 1, 2\] is not finite"):
        grid.count_inside(T, broken, corner, 1)
