"""Depth images and masks of every encoding, and what is said of broken ones."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grasp_perception.clouds.images import read_camera, read_depth_image, read_mask
from grasp_perception.errors import CloudMessageError

HEADER = SimpleNamespace(frame_id="camera", stamp=SimpleNamespace(sec=3, nanosec=7))
#: fx = 100, fy = 50, cx = 1, cy = 0
K = [100.0, 0, 1, 0, 50, 0, 0, 0, 1]
UNSET = [0.0] * 12


@dataclass(frozen=True)
class Image:
    height: int
    width: int
    encoding: str
    is_bigendian: int
    step: int
    data: Any
    header: Any


def image(pixels: np.ndarray, encoding: str, padding: int = 0) -> Image:
    """Pixels (H, W) of any endianness as a message with `padding` bytes after each row."""
    height, width = pixels.shape
    rows = np.ascontiguousarray(pixels).view(np.uint8).reshape(height, -1)
    data = np.pad(rows, ((0, 0), (0, padding)), constant_values=255)
    big = pixels.dtype.byteorder == ">"
    return Image(height, width, encoding, int(big), data.shape[1], data.tobytes(), HEADER)


def info(height: int = 2, width: int = 3, k: Any = K, p: Any = UNSET) -> SimpleNamespace:
    return SimpleNamespace(height=height, width=width, k=k, p=p)


DEPTH_MM = np.array([[1000, 0, 500], [0, 2000, 0]])
POINTS = [[-0.01, 0, 1], [0.005, 0, 0.5], [0, 0.04, 2]]


@pytest.mark.parametrize("padding", [0, 5])
@pytest.mark.parametrize(
    ("dtype", "encoding", "unit"),
    [
        ("<u2", "16UC1", 1),
        (">u2", "16UC1", 1),
        ("<u2", "mono16", 1),
        ("<f4", "32FC1", 0.001),
        (">f4", "32FC1", 0.001),
    ],
)
def test_depth_in_millimetres_or_metres(
    dtype: str, encoding: str, unit: float, padding: int
) -> None:
    depth = (DEPTH_MM * unit).astype(dtype)
    cloud = read_depth_image(image(depth, encoding, padding), info())
    np.testing.assert_allclose(cloud.points, POINTS, atol=1e-7)
    assert cloud.source_indices.tolist() == [0, 2, 4]
    assert cloud.source_shape == (2, 3)
    assert (cloud.frame_id, cloud.stamp_ns) == ("camera", 3_000_000_007)


def test_depth_that_is_not_finite_is_no_measurement() -> None:
    depth = np.array([[np.nan, np.inf, 1], [-np.inf, 1e38, 0]], "<f4")
    cloud = read_depth_image(image(depth, "32FC1"), info())
    assert cloud.source_indices.tolist() == [2]


def test_projection_matrix_of_a_rectified_image_wins_over_k() -> None:
    p = [200.0, 0, 2, 0, 0, 100, 1, 0, 0, 0, 1, 0]
    camera = read_camera(info(p=p))
    assert (camera.fx, camera.fy, camera.cx, camera.cy) == (200, 100, 2, 1)
    camera = read_camera(info())
    assert (camera.fx, camera.fy, camera.cx, camera.cy) == (100, 50, 1, 0)


@given(
    st.sampled_from([("u1", "mono8"), ("u1", "8UC1"), ("<u2", "16UC1"), (">u2", "mono16")])
    | st.sampled_from([("<i4", "32SC1"), (">i4", "32SC1")]),
    st.integers(0, 7),
    st.integers(0, 3),
)
def test_mask_of_one_instance_or_of_all(kind: tuple[str, str], padding: int, instance: int) -> None:
    labels = np.array([[0, 1, 2, 0], [2, 1, 1, 3]])
    mask = read_mask(image(labels.astype(kind[0]), kind[1], padding), instance)
    assert mask.dtype == np.bool_
    np.testing.assert_array_equal(mask, labels == instance if instance else labels > 0)


DEPTH = image(DEPTH_MM.astype("<u2"), "16UC1")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"encoding": "rgb8"}, r"'rgb8', expected one of \['16UC1', 'mono16', '32FC1'\]"),
        ({"data": DEPTH.data[:-1]}, "data hold 11 bytes, 2 rows of 6 bytes with step 6 need 12"),
        ({"step": 5}, "step 5 is shorter than one row of 6 bytes"),
        ({"width": 0}, "image size 0 x 2 must be positive"),
        ({"height": 1}, r"depth image \(1, 3\), expected \(2, 3\)"),
        ({"header": SimpleNamespace(frame_id="")}, "frame_id is empty"),
    ],
)
def test_depth_image_errors(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(CloudMessageError, match=message):
        read_depth_image(replace(DEPTH, **changes), info())


def test_camera_that_was_never_calibrated() -> None:
    with pytest.raises(CloudMessageError, match=r"focal lengths 0.0, 0.0 must be positive"):
        read_depth_image(DEPTH, info(k=[0.0] * 9))


def test_depth_as_mask_is_refused() -> None:
    with pytest.raises(CloudMessageError, match=r"'32FC1', expected one of \['8UC1', 'mono8'"):
        read_mask(image(np.zeros((2, 2), "<f4"), "32FC1"))
