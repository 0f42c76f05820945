"""`sensor_msgs/Image` of depth or of a mask to arrays; like point_cloud2.py without ROS."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from grasp_core.camera import Camera
from grasp_core.cloud import PointCloud
from grasp_core.errors import ArrayError
from grasp_perception.clouds.wire import read_bytes, read_header
from grasp_perception.errors import CloudMessageError

#: REP-118: integers are millimetres, floats are metres.
_DEPTH_ENCODINGS = {"16UC1": "u2", "mono16": "u2", "32FC1": "f4"}
_MASK_ENCODINGS = {"8UC1": "u1", "mono8": "u1", "16UC1": "u2", "mono16": "u2", "32SC1": "i4"}


def read_depth_image(image: Any, camera_info: Any) -> PointCloud:
    """Read a sensor_msgs/Image of depth and its sensor_msgs/CameraInfo.

    Parameters
    ----------
    image : rectified depth along z, 16UC1 or mono16 in millimetres or 32FC1 in metres.
    camera_info : intrinsics of the same size; P where it is filled (a rectified image), else K.

    Raises
    ------
    CloudMessageError : the frame is unnamed, the encoding is another, the data are too short or
        the camera is not one of this image.
    """
    frame_id, stamp_ns = read_header(image)
    depth = _read_pixels(image, _DEPTH_ENCODINGS)
    try:
        return read_camera(camera_info).deproject(depth, frame_id, stamp_ns=stamp_ns)
    except ArrayError as error:
        raise CloudMessageError(f"depth image and camera_info: {error}") from error


def read_camera(camera_info: Any) -> Camera:
    """Intrinsics of a sensor_msgs/CameraInfo.

    Raises
    ------
    ArrayError : the size or a focal length is not positive, for instance never calibrated.
    """
    p, k = camera_info.p, camera_info.k
    fx, cx, fy, cy = (p[0], p[2], p[5], p[6]) if p[0] != 0 else (k[0], k[2], k[4], k[5])
    width, height = int(camera_info.width), int(camera_info.height)
    return Camera(width, height, float(fx), float(fy), float(cx), float(cy))


def read_mask(image: Any, instance: int = 0) -> NDArray[np.bool_]:
    """Read where the target is, (H, W), from an instance or binary mask.

    Parameters
    ----------
    image : sensor_msgs/Image, mono8, 8UC1, mono16, 16UC1 or 32SC1.
    instance : value of the target's pixels; 0 takes every pixel that is not 0.

    Raises
    ------
    CloudMessageError : the encoding is another, or the data are too short.
    """
    labels = _read_pixels(image, _MASK_ENCODINGS)
    target: NDArray[np.bool_] = labels != 0 if instance == 0 else labels == instance
    return target


def _read_pixels(image: Any, encodings: dict[str, str]) -> NDArray[Any]:
    """(H, W) view of an image of one channel."""
    if image.encoding not in encodings:
        raise CloudMessageError(f"encoding {image.encoding!r}, expected one of {list(encodings)}")
    height, width, step = int(image.height), int(image.width), int(image.step)
    if height < 1 or width < 1:
        raise CloudMessageError(f"image size {width} x {height} must be positive")
    dtype = np.dtype((">" if image.is_bigendian else "<") + encodings[image.encoding])
    data = read_bytes(image.data, height, width * dtype.itemsize, step, "step")
    return np.ndarray((height, width), dtype, data, 0, (step, dtype.itemsize))
