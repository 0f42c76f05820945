from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grasp_core.camera import Camera
from grasp_core.errors import ArrayError

CAMERA = Camera(width=4, height=3, fx=100.0, fy=200.0, cx=1.0, cy=1.0)


def test_one_pixel_by_hand() -> None:
    depth = np.zeros((3, 4))
    depth[2, 3] = 0.5  # row v = 2, column u = 3
    cloud = CAMERA.deproject(depth, "optical", stamp_ns=5)
    # x = z (u - cx) / fx = 0.5 * 2 / 100, y = z (v - cy) / fy = 0.5 * 1 / 200
    np.testing.assert_allclose(cloud.points, [[0.01, 0.0025, 0.5]], rtol=1e-6)
    assert cloud.source_indices.tolist() == [2 * 4 + 3]
    assert (cloud.source_shape, cloud.frame_id, cloud.stamp_ns) == ((3, 4), "optical", 5)


@pytest.mark.parametrize(
    ("dtype", "value", "unit_m", "metres"),
    [
        (np.uint16, 500, None, 0.5),  # REP-118: 16UC1 is millimetres
        (np.float32, 0.5, None, 0.5),  # 32FC1 is metres
        (np.uint16, 5000, 1e-4, 0.5),  # a RealSense L515 counts 0.1 mm
    ],
)
def test_unit_follows_the_type_unless_given(
    dtype: type, value: float, unit_m: float | None, metres: float
) -> None:
    cloud = CAMERA.deproject(np.full((3, 4), value, dtype=dtype), "optical", unit_m)
    np.testing.assert_allclose(cloud.points[:, 2], metres, rtol=1e-6)


def test_pixels_without_depth_are_dropped_with_their_colors() -> None:
    depth = np.full((3, 4), 0.5)
    depth[0, 0], depth[0, 1], depth[0, 2] = 0.0, np.nan, np.inf
    colors = np.arange(36, dtype=np.uint8).reshape(3, 4, 3)
    cloud = CAMERA.deproject(depth, "optical", colors=colors)
    assert cloud.source_indices.tolist() == list(range(3, 12))
    assert cloud.colors is not None
    np.testing.assert_array_equal(cloud.colors, colors.reshape(-1, 3)[3:])


@given(st.integers(0, 2**32 - 1), st.integers(1, 9), st.integers(1, 9))
def test_projection_returns_to_the_pixel(seed: int, width: int, height: int) -> None:
    rng = np.random.default_rng(seed)
    fx, fy = rng.uniform(100, 2000, 2)
    camera = Camera(width, height, fx, fy, rng.uniform(0, width), rng.uniform(0, height))
    cloud = camera.deproject(rng.uniform(0.1, 3.0, (height, width)), "optical")
    pixels = camera.project(cloud.points)
    v, u = np.unravel_index(cloud.source_indices, (height, width))
    np.testing.assert_allclose(pixels, np.stack([u, v], axis=-1), atol=1e-2)


def test_projection_by_hand() -> None:
    np.testing.assert_allclose(CAMERA.project(np.array([[0.01, 0.0025, 0.5]])), [[3.0, 2.0]])
    assert CAMERA.project(np.zeros((0, 3))).shape == (0, 2)


def test_points_behind_the_camera_do_not_project() -> None:
    with pytest.raises(ArrayError, match="cannot project a point with z <= 0"):
        CAMERA.project(np.array([[0, 0, 1.0], [0, 0, 0.0]]))


def test_a_depth_image_of_another_size_is_refused() -> None:
    with pytest.raises(ArrayError, match=r"depth image \(4, 3\), expected \(3, 4\)"):
        CAMERA.deproject(np.ones((4, 3)), "optical")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"width": 0}, "image size 0 x 3 must be positive"),
        ({"height": -1}, "image size 4 x -1 must be positive"),
        ({"fx": 0.0}, "focal lengths 0.0, 200.0 must be positive"),
        ({"fy": -1.0}, "focal lengths 100.0, -1.0 must be positive"),
        ({"cx": np.nan}, "camera intrinsics must be finite"),
        ({"fy": np.inf}, "camera intrinsics must be finite"),
    ],
)
def test_impossible_intrinsics_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ArrayError, match=message):
        replace(CAMERA, **change)
