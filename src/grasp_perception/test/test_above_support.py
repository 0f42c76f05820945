from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from grasp_core.plane import Plane
from grasp_core.transforms import from_quaternion_xyzw, transform_points
from grasp_perception.above_support import above_support, large_enough

VOXEL_M, TOLERANCE_M = 0.003, 0.006
FLOOR = Plane(np.array([0.0, 0.0, 1.0]), 0.0)


def table(wave_m: float, seed: int = 0) -> np.ndarray:
    """A table of 30 by 30 cm with waves of a centimetre's extent; its lowest dip is `wave_m`."""
    waves = gaussian_filter(np.random.default_rng(seed).normal(size=(100, 100)), 2.0)
    middles = VOXEL_M * (np.arange(100) + 0.5)
    x, y = np.meshgrid(middles, middles, indexing="ij")
    heights = waves * wave_m / np.abs(waves.min())
    return np.stack([x, y, heights], axis=-1)


def with_block(points: np.ndarray, height: float, cells: int = 10) -> tuple[np.ndarray, np.ndarray]:
    """Raise a square of the table; points (N, 3) and which of them it is."""
    raised = points.copy()
    raised[40 : 40 + cells, 40 : 40 + cells, 2] += height
    block = np.zeros(points.shape[:2], dtype=bool)
    block[40 : 40 + cells, 40 : 40 + cells] = True
    return raised.reshape(-1, 3).astype(np.float32), block.ravel()


def test_a_table_alone_has_no_objects() -> None:
    for wave_m in (0.001, 0.004, 0.007):
        points = table(wave_m).reshape(-1, 3).astype(np.float32)
        assert not above_support(points, FLOOR, VOXEL_M, TOLERANCE_M).any()


@pytest.mark.parametrize(("height", "wave_m", "found"), [
    (0.009, 0.002, True),  # a small bolt on a quiet table
    (0.005, 0.001, True),  # the same of less than the tolerance
    (0.003, 0.007, False),  # not to be told from the table's waves
    (0.02, 0.008, True),
])  # fmt: skip
def test_an_object_is_what_is_higher_than_the_waves(
    height: float, wave_m: float, found: bool
) -> None:
    points, block = with_block(table(wave_m), height)
    mask = above_support(points, FLOOR, VOXEL_M, TOLERANCE_M)
    assert np.mean(mask[block]) > 0.6 if found else not mask[block].any()
    assert mask[~block].sum() <= 0.3 * block.sum()


def test_a_speck_is_no_object() -> None:
    points, block = with_block(table(0.001), 0.05, cells=2)
    assert not above_support(points, FLOOR, VOXEL_M, TOLERANCE_M)[block].any()
    assert not large_enough(points[block], VOXEL_M).any()
    larger, block = with_block(table(0.001), 0.05, cells=4)
    assert above_support(larger, FLOOR, VOXEL_M, TOLERANCE_M)[block].all()
    assert large_enough(larger[block], VOXEL_M).all()


def test_a_tall_object_does_not_raise_the_table_beside_it() -> None:
    points, block = with_block(table(0.002), 0.1)
    mask = above_support(points, FLOOR, VOXEL_M, TOLERANCE_M)
    np.testing.assert_array_equal(mask, block)


def test_the_frame_does_not_matter() -> None:
    points, _ = with_block(table(0.002), 0.009)
    T = from_quaternion_xyzw([0.5, 0.5, 0.5, 0.5], [0.1, 0.2, 0.3])
    normal = T[:3, :3] @ FLOOR.normal
    turned = Plane(normal, -float(normal @ T[:3, 3]))
    expected = above_support(points, FLOOR, VOXEL_M, TOLERANCE_M)
    mask = above_support(transform_points(T, points), turned, VOXEL_M, TOLERANCE_M)
    # Voxels lie otherwise there.
    assert np.mean(mask == expected) > 0.998


def test_nothing_below_or_on_the_support_is_an_object() -> None:
    below = np.array([[0.0, 0.0, -0.05]], dtype=np.float32)
    assert above_support(below, FLOOR, VOXEL_M, TOLERANCE_M).tolist() == [False]
    empty = np.empty((0, 3), dtype=np.float32)
    assert above_support(empty, FLOOR, VOXEL_M, TOLERANCE_M).shape == (0,)
