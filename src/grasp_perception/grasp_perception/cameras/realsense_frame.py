"""`RealSenseFrame`: depth and colour taken together, as images and as a cloud."""

from __future__ import annotations

from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from grasp_core.camera import Camera
from grasp_core.cloud import PointCloud
from grasp_perception.cameras.librealsense import camera_errors

#: REP-118: a depth image of integers is in millimetres.
_MM_PER_M = 1000.0
_MOST_MM = 65535


class Intrinsics(NamedTuple):
    """A camera with its distortion: five coefficients of Brown and Conrady (k1, k2, p1, p2, k3)."""

    camera: Camera
    distortion: tuple[float, ...]


class RealSenseFrame:
    """One depth frame of librealsense and, where colour is on, the colour frame of its time.

    Parameters
    ----------
    depth : rs.depth_frame, filtered.
    color : rs.video_frame of 24 bits of RGB, or None.
    to_points : rs.pointcloud of this camera.
    stamp_ns : acquisition, nanoseconds since the epoch.
    """

    def __init__(self, depth: Any, color: Any, to_points: Any, stamp_ns: int) -> None:
        self._depth = depth
        self._color = color
        self._to_points = to_points
        self.stamp_ns = stamp_ns

    @property
    def depth_intrinsics(self) -> Intrinsics:
        """Intrinsics of the depth image, as small as decimation made it."""
        return _intrinsics(self._depth)

    @property
    def color_intrinsics(self) -> Intrinsics | None:
        """Intrinsics of the colour image, or None without one."""
        return None if self._color is None else _intrinsics(self._color)

    def depth_mm(self) -> NDArray[np.uint16]:
        """Depth image (H, W) in millimetres; 0 without a measurement or beyond 65.535 m."""
        counts = np.asarray(self._depth.get_data())
        mm = np.rint(counts * (self._depth.get_units() * _MM_PER_M))
        return np.where(mm <= _MOST_MM, mm, 0).astype(np.uint16)

    def color_image(self) -> NDArray[np.uint8] | None:
        """Colour image (H, W, 3) RGB, or None without one."""
        return None if self._color is None else np.asarray(self._color.get_data())

    def cloud(self, frame_id: str) -> PointCloud:
        """Cloud in the depth optical frame, which is named `frame_id`, computed by librealsense.

        A point that the colour camera does not see is black: it is as good to grasp as any.

        Raises
        ------
        CameraError : librealsense fails.
        """
        with camera_errors("no cloud from the depth"):
            if self._color is not None:
                self._to_points.map_to(self._color)
            points = self._to_points.calculate(self._depth)
            shape = (self._depth.get_height(), self._depth.get_width())
            xyz = np.asarray(points.get_vertices(2)).reshape(*shape, 3)
            texture = np.asarray(points.get_texture_coordinates(2)).reshape(*shape, 2)
        image = self.color_image()
        colors = None if image is None else _sample(image, texture)
        return PointCloud.from_xyz(xyz, frame_id, colors, self.stamp_ns)


def _intrinsics(frame: Any) -> Intrinsics:
    values = frame.profile.as_video_stream_profile().get_intrinsics()
    camera = Camera(values.width, values.height, values.fx, values.fy, values.ppx, values.ppy)
    return Intrinsics(camera, tuple(values.coeffs))


def _sample(image: NDArray[np.uint8], texture: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Colours (H, W, 3) of the nearest pixels, black outside of the image.

    Parameters
    ----------
    texture : (H, W, 2) column / width and row / height, where pixel centres are whole numbers.
    """
    height, width = image.shape[:2]
    pixels = texture * np.array([width, height], np.float32)
    colors: NDArray[np.uint8] = cv2.remap(
        image, pixels, None, cv2.INTER_NEAREST, borderMode=cv2.BORDER_CONSTANT
    )
    return colors
