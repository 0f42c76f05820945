from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from grasp_core.cloud import PointCloud
from grasp_core.errors import ArrayError, FrameError
from grasp_core.transforms import inverse, transform

QUARTER_Z = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])


def frame_of_six() -> np.ndarray:
    """Build 2 x 3 pixels of which only those at row-major 1, 4 and 5 are valid."""
    xyz = np.arange(18, dtype=np.float32).reshape(2, 3, 3)
    xyz[0, 0] = 0.0  # RealSense
    xyz[0, 2] = np.nan  # REP-117
    xyz[1, 0] = [1.0, np.inf, 2.0]
    return xyz


def test_invalid_points_are_dropped_and_the_rest_know_their_pixel() -> None:
    colors = np.arange(18, dtype=np.uint8).reshape(2, 3, 3)
    cloud = PointCloud.from_xyz(frame_of_six(), "camera", colors, stamp_ns=7)
    assert cloud.source_indices.tolist() == [1, 4, 5]
    assert cloud.points.tolist() == [[3, 4, 5], [12, 13, 14], [15, 16, 17]]
    assert cloud.colors is not None
    assert cloud.colors.tolist() == [[3, 4, 5], [12, 13, 14], [15, 16, 17]]
    assert cloud.source_shape == (2, 3)
    assert (cloud.frame_id, cloud.stamp_ns, cloud.viewpoint.tolist()) == ("camera", 7, [0, 0, 0])


def test_a_list_of_points_is_a_frame_of_one_row() -> None:
    cloud = PointCloud.from_xyz(frame_of_six().reshape(6, 3), "camera")
    assert cloud.source_shape == (1, 6)
    assert cloud.source_indices.tolist() == [1, 4, 5]


@pytest.mark.parametrize("fill", [0.0, np.nan, np.inf, -np.inf, 1e300])
def test_a_frame_without_measurement_is_an_empty_cloud(fill: float) -> None:
    cloud = PointCloud.from_xyz(np.full((4, 3), fill), "camera")
    assert len(cloud) == 0
    assert cloud.points.shape == (0, 3)
    assert cloud.source_shape == (1, 4)


def test_a_frame_without_pixels_is_an_empty_cloud() -> None:
    assert len(PointCloud.from_xyz(np.zeros((0, 3)), "camera")) == 0


@given(
    arrays(
        np.float32,
        st.tuples(st.integers(0, 4), st.integers(1, 4), st.just(3)),
        elements=st.floats(width=32).map(lambda x: x if not 0 < abs(x) < 1e-15 else 1.0),
    )
)
def test_exactly_the_finite_nonzero_points_stay(xyz: np.ndarray) -> None:
    flat = xyz.reshape(-1, 3)
    # Squares beyond float32 count as infinite: no camera measures 1e19 m.
    keep = np.isfinite(flat).all(axis=1) & (np.abs(np.nan_to_num(flat)) < 1e18).all(axis=1)
    huge = np.isfinite(flat).all(axis=1) & ~keep
    keep &= (flat != 0).any(axis=1)
    cloud = PointCloud.from_xyz(xyz, "camera")
    kept = np.isin(np.arange(len(flat)), cloud.source_indices)
    np.testing.assert_array_equal(kept[~huge], keep[~huge])
    np.testing.assert_array_equal(cloud.points, flat[cloud.source_indices])


@pytest.mark.parametrize("index", [np.array([2, 0]), np.array([True, False, True])])
def test_select_takes_all_that_belongs_to_a_point(index: np.ndarray) -> None:
    colors = np.arange(18, dtype=np.uint8).reshape(2, 3, 3)
    cloud = PointCloud.from_xyz(frame_of_six(), "camera", colors, stamp_ns=7)
    part = cloud.select(index)
    assert cloud.colors is not None
    assert part.colors is not None
    np.testing.assert_array_equal(part.points, cloud.points[index])
    np.testing.assert_array_equal(part.colors, cloud.colors[index])
    np.testing.assert_array_equal(part.source_indices, cloud.source_indices[index])
    assert (part.source_shape, part.stamp_ns) == ((2, 3), 7)


def test_a_mask_of_the_wrong_size_is_refused() -> None:
    cloud = PointCloud.from_xyz(frame_of_six(), "camera")
    with pytest.raises(IndexError):
        cloud.select(np.array([True, False]))


def test_frame_change_moves_points_and_viewpoint() -> None:
    cloud = PointCloud.from_xyz(np.array([[1.0, 0, 0]]), "camera")
    moved = cloud.transformed(transform(QUARTER_Z, [0, 0, 2.0]), "base")
    assert moved.points.tolist() == [[0, 1, 2]]
    assert moved.viewpoint.tolist() == [0, 0, 2]
    assert moved.frame_id == "base"
    assert moved.points.dtype == np.float32


@given(st.integers(0, 2**32 - 1), st.integers(0, 5))
def test_frame_change_inverts(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    cloud = PointCloud.from_xyz(rng.normal(size=(n, 3)), "camera")
    T_base_camera = transform(QUARTER_Z, rng.normal(size=3))
    back = cloud.transformed(T_base_camera, "base").transformed(inverse(T_base_camera), "camera")
    np.testing.assert_allclose(back.points, cloud.points, atol=1e-5)
    np.testing.assert_allclose(back.viewpoint, cloud.viewpoint, atol=1e-12)
    np.testing.assert_array_equal(back.source_indices, cloud.source_indices)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"points": np.zeros((3, 2))}, ArrayError, r"points: shape \(3, 2\), expected \(N, 3\)"),
        ({"points": np.full((3, 3), np.nan)}, ArrayError, r"points: value at index \[0, 0\]"),
        ({"source_indices": [0, 1]}, ArrayError, r"source_indices: shape \(2,\), expected \(3\)"),
        ({"source_indices": [0, 1, 1.5]}, ArrayError, "source_indices: values do not fit int64"),
        ({"colors": np.zeros((3, 4))}, ArrayError, r"colors: shape \(3, 4\), expected \(3, 3\)"),
        ({"colors": np.full((3, 3), 0.5)}, ArrayError, "colors: values do not fit uint8"),
        ({"viewpoint": [0, 0]}, ArrayError, r"viewpoint: shape \(2,\), expected \(3\)"),
        ({"frame_id": ""}, FrameError, "a cloud needs the name of the frame it is in"),
    ],
)
def test_bad_values_die_in_the_constructor(
    change: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        replace(PointCloud.from_xyz(frame_of_six(), "camera"), **change)


@pytest.mark.parametrize(
    ("shape", "colors", "message"),
    [
        ((4, 2), None, r"xyz: shape \(4, 2\), expected \(N, 3\) or \(H, W, 3\)"),
        ((3,), None, r"xyz: shape \(3,\), expected"),
        ((1, 1, 1, 3), None, r"xyz: shape \(1, 1, 1, 3\), expected"),
        ((2, 3, 3), (2, 3, 4), r"colors: shape \(2, 3, 4\), expected \(2, 3, 3\)"),
        ((2, 3, 3), (6, 3), r"colors: shape \(6, 3\), expected \(2, 3, 3\)"),
    ],
)
def test_raw_points_of_another_shape_are_refused(
    shape: tuple[int, ...], colors: tuple[int, ...] | None, message: str
) -> None:
    rgb = None if colors is None else np.zeros(colors, dtype=np.uint8)
    with pytest.raises(ArrayError, match=message):
        PointCloud.from_xyz(np.ones(shape), "camera", rgb)
