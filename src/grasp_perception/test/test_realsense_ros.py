from __future__ import annotations

import numpy as np

from grasp_core.camera import Camera
from grasp_nodes.geometry_ros import header
from grasp_perception.cameras.realsense_frame import Intrinsics
from grasp_perception.clouds.images import read_camera
from grasp_perception.realsense_ros import image_message, info_message

HEAD = header("camera_depth_optical_frame", 1_500_000_007)


def test_an_image_by_hand() -> None:
    message = image_message(np.array([[1, 258, 3], [0, 0, 65535]], np.uint16), "16UC1", HEAD)
    assert (message.height, message.width, message.step) == (2, 3, 6)
    assert (message.encoding, message.is_bigendian) == ("16UC1", 0)
    assert bytes(message.data) == bytes([1, 0, 2, 1, 3, 0, 0, 0, 0, 0, 255, 255])
    assert (message.header.stamp.sec, message.header.stamp.nanosec) == (1, 500_000_007)


def test_an_image_that_is_read_backwards_is_written_forwards() -> None:
    bgr = np.arange(12, dtype=np.uint8).reshape(2, 2, 3)
    message = image_message(bgr[..., ::-1], "rgb8", HEAD)
    assert message.step == 6
    assert bytes(message.data) == bytes([2, 1, 0, 5, 4, 3, 8, 7, 6, 11, 10, 9])


def test_intrinsics_by_hand() -> None:
    camera = Camera(width=424, height=240, fx=211.0, fy=212.0, cx=210.5, cy=119.0)
    message = info_message(Intrinsics(camera, (0.1, -0.2, 0.0, 0.0, 0.3)), HEAD)
    assert list(message.k) == [211.0, 0, 210.5, 0, 212.0, 119.0, 0, 0, 1]
    assert list(message.p) == [211.0, 0, 210.5, 0, 0, 212.0, 119.0, 0, 0, 0, 1, 0]
    assert list(message.d) == [0.1, -0.2, 0.0, 0.0, 0.3]
    assert message.distortion_model == "plumb_bob"
    assert read_camera(message) == camera
