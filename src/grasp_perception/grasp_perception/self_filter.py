"""`SelfFilter`: takes the robot out of a cloud."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numba import njit
from numpy.typing import NDArray

from grasp_core.checks import Float
from grasp_core.cloud import PointCloud
from grasp_core.transforms import inverse, transform_points
from grasp_perception.robot_solids import LinkSolid
from grasp_perception.transforms import Transforms


class SelfFilter:
    """Drops the points inside of a robot's collision shapes.

    Parameters
    ----------
    solids : of the robot.
    padding : metres by which each is thicker on all sides: for errors of the camera's pose and of
        the joints, and for what the shapes leave out.
    transforms : where the links are, at the time of the cloud.
    """

    def __init__(self, solids: Sequence[LinkSolid], padding: float, transforms: Transforms) -> None:
        self._solids, self._padding, self._transforms = solids, padding, transforms
        # The corner of a padded box is sqrt(3) paddings farther out.
        self._radii = np.array([each.solid.radius + 2 * padding for each in solids])

    def without_robot(self, cloud: PointCloud) -> PointCloud:
        """Return the cloud without the robot's points.

        Raises
        ------
        TransformError : the pose of a link is not known.
        """
        frame, stamp_ns = cloud.frame_id, cloud.stamp_ns
        T_frame_link = {
            link: self._transforms.lookup(frame, link, stamp_ns)
            for link in dict.fromkeys(each.link for each in self._solids)
        }
        keep = np.ones(len(cloud), dtype=bool)
        for each, radius in zip(self._solids, self._radii, strict=True):
            T_frame_solid = T_frame_link[each.link] @ each.T_link_solid
            near = np.flatnonzero(_near(cloud.points, T_frame_solid[:3, 3], radius))
            own = transform_points(inverse(T_frame_solid), cloud.points[near].astype(np.float64))
            keep[near[each.solid.contains(own, self._padding)]] = False
        return cloud.select(keep)


@njit(cache=True, nogil=True)
def _near(points: NDArray[np.float32], center: Float, radius: float) -> NDArray[np.bool_]:
    """Which points (N, 3) are inside of a sphere: far fewer than all, to be looked at closely."""
    near = np.empty(len(points), dtype=np.bool_)
    for i in range(len(points)):
        x = points[i, 0] - center[0]
        y = points[i, 1] - center[1]
        z = points[i, 2] - center[2]
        near[i] = x * x + y * y + z * z <= radius * radius
    return near
