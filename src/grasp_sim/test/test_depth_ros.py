"""The messages of a frame of 2 by 2 pixels, computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from grasp_core.camera import Camera
from grasp_nodes.geometry_ros import header
from grasp_sim.depth_ros import cloud_message, depth_message, info_message

CAMERA = Camera(width=2, height=2, fx=2.0, fy=4.0, cx=0.5, cy=1.5)
#: Metres; the pixel below on the left has no measurement.
DEPTH = np.array([[1.0, 2.0], [0.0, 0.5]], np.float32)
HEAD = header("optical", 5_000_000_006)


def test_the_cloud_is_organised_in_metres_with_zeros_for_what_is_missing() -> None:
    message = cloud_message(CAMERA, DEPTH, HEAD)
    assert message.header == HEAD
    assert (message.height, message.width, message.is_dense) == (2, 2, False)
    assert (message.point_step, message.row_step, message.is_bigendian) == (12, 24, False)
    layout = [(field.name, field.offset, field.datatype, field.count) for field in message.fields]
    assert layout == [("x", 0, 7, 1), ("y", 4, 7, 1), ("z", 8, 7, 1)]
    xyz = np.frombuffer(message.data, "<f4").reshape(2, 2, 3)
    expected = [  # x = z (u - cx) / fx, y = z (v - cy) / fy
        [[-0.25, -0.375, 1.0], [0.5, -0.75, 2.0]],
        [[0.0, 0.0, 0.0], [0.125, -0.0625, 0.5]],
    ]
    np.testing.assert_allclose(xyz, expected)


@pytest.mark.parametrize(("encoding", "dtype"), [("16UC1", "<u2"), ("32FC1", "<f4")])
def test_the_depth_image_is_in_millimetres(encoding: str, dtype: str) -> None:
    message = depth_message(DEPTH, encoding, HEAD)
    assert (message.encoding, message.header) == (encoding, HEAD)
    assert (message.height, message.width) == (2, 2)
    assert message.step == 2 * np.dtype(dtype).itemsize
    counts = np.frombuffer(message.data, dtype).reshape(2, 2)
    np.testing.assert_array_equal(counts, [[1000, 2000], [0, 500]])


def test_sixteen_bits_hold_whole_millimetres_to_65535() -> None:
    depth = np.array([[0.0006, 65.535, 65.536]], np.float32)
    counts = np.frombuffer(depth_message(depth, "16UC1", HEAD).data, "<u2")
    np.testing.assert_array_equal(counts, [1, 65535, 0])


def test_the_intrinsics_are_those_of_the_camera() -> None:
    message = info_message(CAMERA, HEAD)
    assert (message.header, message.height, message.width) == (HEAD, 2, 2)
    np.testing.assert_array_equal(message.k.reshape(3, 3), [[2, 0, 0.5], [0, 4, 1.5], [0, 0, 1]])
    np.testing.assert_array_equal(message.p.reshape(3, 4)[:, :3], message.k.reshape(3, 3))
    np.testing.assert_array_equal(message.r.reshape(3, 3), np.eye(3))
    assert (message.distortion_model, list(message.d)) == ("plumb_bob", [0.0] * 5)
