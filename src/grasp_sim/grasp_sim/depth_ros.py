"""Depth images and their intrinsics as a camera's driver sends them."""

from __future__ import annotations

from array import array

import numpy as np
from numpy.typing import NDArray
from sensor_msgs.msg import CameraInfo, Image, PointCloud2, PointField
from std_msgs.msg import Header

from grasp_core.camera import Camera

#: Of a depth image, in both drivers.
COUNTS_PER_M = 1000.0
#: Farther than this many counts is no measurement in 16 bits.
MOST_COUNTS = 65535

_POINT_STEP = 12  # x, y, z as float32


def cloud_message(camera: Camera, depth: NDArray[np.float32], header: Header) -> PointCloud2:
    """Organised cloud in the optical frame, metres; (0, 0, 0) without a measurement.

    Parameters
    ----------
    depth : (H, W) metres, 0 without a measurement.
    """
    seen = camera.deproject(depth, header.frame_id)
    xyz = np.zeros((camera.height * camera.width, 3), np.float32)
    xyz[seen.source_indices] = seen.points
    names = ("x", "y", "z")
    return PointCloud2(
        header=header,
        height=camera.height,
        width=camera.width,
        fields=[
            PointField(name=name, offset=4 * i, datatype=PointField.FLOAT32, count=1)
            for i, name in enumerate(names)
        ],
        point_step=_POINT_STEP,
        row_step=_POINT_STEP * camera.width,
        is_dense=False,
        data=_bytes(xyz),
    )


def depth_message(depth: NDArray[np.float32], encoding: str, header: Header) -> Image:
    """Depth image in millimetres, 0 without a measurement.

    Parameters
    ----------
    depth : (H, W) metres, 0 without a measurement.
    encoding : "16UC1", whole millimetres, where what is too far is 0; or "32FC1".
    """
    counts: NDArray[np.generic] = depth * np.float32(COUNTS_PER_M)
    if encoding == "16UC1":
        whole = np.rint(counts)
        counts = np.where(whole <= MOST_COUNTS, whole, 0).astype(np.uint16)
    height, width = depth.shape
    return Image(
        header=header,
        height=height,
        width=width,
        encoding=encoding,
        step=width * counts.itemsize,
        data=_bytes(counts),
    )


def info_message(camera: Camera, header: Header) -> CameraInfo:
    """Intrinsics of a rectified image: no distortion, no rotation."""
    fx, fy, cx, cy = (float(value) for value in (camera.fx, camera.fy, camera.cx, camera.cy))
    return CameraInfo(
        header=header,
        height=camera.height,
        width=camera.width,
        distortion_model="plumb_bob",
        d=[0.0] * 5,
        k=[fx, 0.0, cx, 0.0, fy, cy, 0.0, 0.0, 1.0],
        r=[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        p=[fx, 0.0, cx, 0.0, 0.0, fy, cy, 0.0, 0.0, 0.0, 1.0, 0.0],
    )


def _bytes(values: NDArray[np.generic]) -> array[int]:
    """Bytes in the type that rclpy takes over without looking at each."""
    data = array("B")
    data.frombytes(np.ascontiguousarray(values).tobytes())
    return data
