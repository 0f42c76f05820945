"""`Camera`: pinhole intrinsics, depth image to cloud and back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import AnyFloat, Float
from grasp_core.cloud import PointCloud
from grasp_core.errors import ArrayError


@dataclass(frozen=True)
class Camera:
    """A pinhole camera without distortion; optical frame: x right, y down, z forward.

    Attributes
    ----------
    width, height : pixels.
    fx, fy, cx, cy : focal lengths and principal point, pixels (sensor_msgs/CameraInfo K).

    Raises
    ------
    ArrayError : a size or focal length is not positive, or a value is not finite.
    """

    width: int
    height: int
    fx: float
    fy: float
    cx: float
    cy: float

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise ArrayError(f"image size {self.width} x {self.height} must be positive")
        if not np.isfinite([self.fx, self.fy, self.cx, self.cy]).all():
            raise ArrayError("camera intrinsics must be finite")
        if self.fx <= 0 or self.fy <= 0:
            raise ArrayError(f"focal lengths {self.fx}, {self.fy} must be positive")

    def deproject(
        self,
        depth: NDArray[np.generic],
        frame_id: str,
        unit_m: float | None = None,
        colors: NDArray[np.uint8] | None = None,
        stamp_ns: int = 0,
    ) -> PointCloud:
        """Turn a depth image (H, W) into a cloud in the optical frame.

        Parameters
        ----------
        depth : distances along z; 0, NaN and infinity mean no measurement (REP-118).
        unit_m : metres per count; None takes REP-118's: 0.001 for integers, 1 for floats.

        Raises
        ------
        ArrayError : the image is not (height, width).
        """
        if depth.shape != (self.height, self.width):
            raise ArrayError(f"depth image {depth.shape}, expected {(self.height, self.width)}")
        if unit_m is None:
            unit_m = 0.001 if np.issubdtype(depth.dtype, np.integer) else 1.0
        z = depth.astype(np.float32) * np.float32(unit_m)
        u = (np.arange(self.width, dtype=np.float32) - np.float32(self.cx)) / np.float32(self.fx)
        v = (np.arange(self.height, dtype=np.float32) - np.float32(self.cy)) / np.float32(self.fy)
        with np.errstate(invalid="ignore"):  # infinity times 0 is NaN, and dropped like it
            xyz = np.stack([z * u, z * v[:, None], z], axis=-1)  # (H, W, 3)
        return PointCloud.from_xyz(xyz, frame_id, colors, stamp_ns)

    def project(self, points: AnyFloat) -> Float:
        """Pixels (N, 2), order u (right), v (down), of points (N, 3) in the optical frame, z > 0.

        Raises
        ------
        ArrayError : a point lies behind the camera.
        """
        points = np.asarray(points, dtype=np.float64)
        if (points[:, 2] <= 0).any():
            raise ArrayError("cannot project a point with z <= 0")
        u = self.fx * points[:, 0] / points[:, 2] + self.cx
        v = self.fy * points[:, 1] / points[:, 2] + self.cy
        return np.stack([u, v], axis=-1)
