from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from grasp_core.errors import ArrayError
from grasp_core.voxels import neighbor_counts, voxel_components, voxel_downsample

Points = NDArray[np.float32]


def cloud(seed: int, n: int, extent: float) -> Points:
    """Draw points around the origin, so that negative cells occur too."""
    return np.random.default_rng(seed).uniform(-extent, extent, (n, 3)).astype(np.float32)


def slow_cells(points: Points, voxel_size: float) -> NDArray[np.int64]:
    return np.floor(points.astype(np.float64) * (1.0 / voxel_size)).astype(np.int64)


def test_two_points_of_one_voxel_become_their_mean() -> None:
    points = np.array([[0.1, 0.1, 0.1], [1.5, 0.0, 0.0], [0.3, 0.5, 0.7]], dtype=np.float32)
    means, first = voxel_downsample(points, 1.0)
    np.testing.assert_allclose(means, [[0.2, 0.3, 0.4], [1.5, 0.0, 0.0]], rtol=1e-6)
    assert first.tolist() == [0, 1]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 300), st.sampled_from([0.02, 0.2, 30.0]))
def test_downsampling_equals_grouping_by_cell(seed: int, n: int, extent: float) -> None:
    points = cloud(seed, n, extent)
    means, first = voxel_downsample(points, 0.05)
    cells = slow_cells(points, 0.05)
    groups: dict[tuple[int, ...], list[int]] = {}
    for index, cell in enumerate(map(tuple, cells.tolist())):
        groups.setdefault(cell, []).append(index)
    assert first.tolist() == [members[0] for members in groups.values()]
    expected = [points[members].mean(axis=0, dtype=np.float64) for members in groups.values()]
    np.testing.assert_allclose(means, expected, rtol=1e-5, atol=1e-7)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 200))
def test_neighbors_and_components_equal_their_definitions(seed: int, n: int) -> None:
    points = cloud(seed, n, 0.2)
    cells = slow_cells(points, 0.05)
    unique, voxel_of = np.unique(cells, axis=0, return_inverse=True)
    voxel_of = voxel_of.ravel()
    touch = np.abs(unique[:, None] - unique[None]).max(axis=-1) == 1
    np.testing.assert_array_equal(neighbor_counts(points, 0.05), touch.sum(axis=1)[voxel_of])
    expected = connected_components(coo_matrix(touch))[1][voxel_of]
    labels = voxel_components(points, 0.05)
    same = labels[:, None] == labels[None]
    np.testing.assert_array_equal(same, expected[:, None] == expected[None])
    assert set(labels) == set(range(labels.max() + 1))


def test_an_outlier_ten_kilometres_away_is_a_voxel_of_its_own() -> None:
    points = np.array([[0, 0, 0], [1e4, 1e4, 1e4], [0.001, 0, 0]], dtype=np.float32)
    means, first = voxel_downsample(points, 0.003)
    assert first.tolist() == [0, 1]
    np.testing.assert_allclose(means[1], 1e4)
    assert neighbor_counts(points, 0.003).tolist() == [0, 0, 0]


def test_no_points_give_no_voxels() -> None:
    none = np.zeros((0, 3), dtype=np.float32)
    means, first = voxel_downsample(none, 0.01)
    assert means.shape == (0, 3)
    assert len(first) == len(neighbor_counts(none, 0.01)) == len(voxel_components(none, 0.01)) == 0


@pytest.mark.parametrize("size", [0.0, -1.0, float("nan")])
def test_a_voxel_size_that_is_not_positive_is_refused(size: float) -> None:
    with pytest.raises(ArrayError, match="voxel size"):
        voxel_downsample(np.zeros((1, 3), dtype=np.float32), size)
