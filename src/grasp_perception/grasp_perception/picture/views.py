"""`View`: a virtual pinhole camera, and where to put it to see the grasps well."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import Float
from grasp_core.cloud import PointCloud
from grasp_core.transforms import inverse, normalized, transform, transform_points

#: The oblique view: turned so far about the vertical from the camera, and so high above the table.
AZIMUTH_RAD = np.deg2rad(50.0)
ELEVATION_RAD = np.deg2rad(32.0)
#: Share of the picture left free on each side of what must be seen.
MARGIN = 0.05
#: More points than this behind its camera, and a cloud is not in an optical frame; it is then seen
#: from so many of its radii away.
BEHIND_SHARE, FAR_RADII = 0.01, 4.0


@dataclass(frozen=True, eq=False)
class View:
    """A pinhole camera; its frame is an optical frame: x right, y down, z forward.

    Attributes
    ----------
    T_view_frame : (4, 4) pose of the frame of the cloud in that of the view.
    focal, cx, cy : pixels.
    width, height : pixels.
    """

    T_view_frame: Float
    focal: float
    cx: float
    cy: float
    width: int
    height: int

    def project(self, points: NDArray[np.floating]) -> Float:
        """Pixels (N, 2), u right and v down, of points (N, 3); NaN for a point behind the view."""
        x, y, z = transform_points(self.T_view_frame, np.asarray(points, np.float64)).T
        z = np.where(z > 0, z, np.nan)
        return np.stack([self.focal * x / z + self.cx, self.focal * y / z + self.cy], axis=-1)


def camera_view(
    cloud: PointCloud, up: Float, seen: NDArray[np.floating], width: int, height: int
) -> View:
    """See the cloud from where its camera stood, filled with the points `seen` (N, 3)."""
    eye = _eye(cloud, seen)
    if cloud.viewpoint.any():
        return view_from(eye, up, seen, width, height)
    # The cloud is in the optical frame of its camera.
    return _fitted(inverse(transform(np.eye(3), eye)), seen, width, height)


def view_from(eye: Float, up: Float, seen: NDArray[np.floating], width: int, height: int) -> View:
    """See the points `seen` (N, 3) from `eye` (3,), with `up` (3,) upright in the picture."""
    return _fitted(_look_at(eye, np.median(seen, axis=0), up), seen, width, height)


def oblique_view(
    cloud: PointCloud, up: Float, seen: NDArray[np.floating], width: int, height: int
) -> View:
    """See the points `seen` (N, 3) from the side, where approach directions show."""
    target = np.median(seen, axis=0).astype(np.float64)
    back = _eye(cloud, seen) - target
    distance = float(np.linalg.norm(back))
    level = back - (back @ up) * up
    if np.linalg.norm(level) < 0.1 * distance:  # the camera looks straight down
        level = np.cross(up, np.eye(3)[np.argmin(np.abs(up))])
    level = normalized(level)
    turned = np.cos(AZIMUTH_RAD) * level + np.sin(AZIMUTH_RAD) * np.cross(up, level)
    direction = np.cos(ELEVATION_RAD) * turned + np.sin(ELEVATION_RAD) * up
    return _fitted(_look_at(target + distance * direction, target, up), seen, width, height)


def _eye(cloud: PointCloud, seen: NDArray[np.floating]) -> Float:
    """Position (3,) of the camera, or one before the points if the camera's is not known.

    A model of an object has its origin inside: then no camera stood at the origin of its frame.
    """
    if cloud.viewpoint.any() or np.mean(seen[:, 2] <= 0) < BEHIND_SHARE:
        return cloud.viewpoint
    target = np.median(seen, axis=0).astype(np.float64)
    radius = float(np.linalg.norm(seen - target, axis=1).max())
    eye: Float = target - np.array([0.0, 0.0, FAR_RADII * radius])
    return eye


def _look_at(eye: Float, target: Float, up: Float) -> Float:
    """`T_view_frame` of a camera at `eye` that looks at `target`, its picture upright."""
    forward = normalized(target - eye)
    right = np.cross(forward, up)
    if np.linalg.norm(right) < 1e-3:  # straight down or up: any side may be the right one
        right = np.cross(forward, np.eye(3)[np.argmin(np.abs(forward))])
    right = normalized(right)
    rotation = np.stack([right, np.cross(forward, right), forward], axis=-1)
    return inverse(transform(rotation, eye))


def _fitted(T_view_frame: Float, seen: NDArray[np.floating], width: int, height: int) -> View:
    """Choose focal length and principal point so that all points `seen` fill the picture."""
    x, y, z = transform_points(T_view_frame, np.asarray(seen, np.float64)).T
    ahead = z > 0
    rays = np.stack([x[ahead] / z[ahead], y[ahead] / z[ahead]])  # (2, N)
    low, high = rays.min(axis=1), rays.max(axis=1)
    extent = np.maximum(high - low, 1e-3)
    focal = (1 - 2 * MARGIN) * min(width / extent[0], height / extent[1])
    cx, cy = np.array([width, height]) / 2 - focal * (low + high) / 2
    return View(T_view_frame, float(focal), float(cx), float(cy), width, height)
