"""`Detector`: the port that every grasp detector implements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import Float
from grasp_core.cloud import PointCloud
from grasp_core.collision import gripper_collisions, lowest_heights
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.plane import Plane
from grasp_core.point_grid import PointGrid

#: Of a cosine, by which an approach on the border of the cone may be outside.
ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class DetectionContext:
    """What a detector may use beside the cloud, all in the frame of the cloud.

    Attributes
    ----------
    scene : every valid point of the frame, table and neighbours included.
    solids : those of them that stand in the gripper's way.
    obstacles : the same scene, downsampled, for what may be approximate.
    support : the plane the objects lie on, or None when none was found.
    cone_axis : (3,) unit vector, the preferred approach direction.
    cone_half_angle : radians, largest angle between an approach and `cone_axis`.
    approach_distance : metres, straight way from pre-grasp to grasp.
    collision_points : of the scene that each part of the gripper may contain.
    rng : source of all randomness.
    """

    scene: PointGrid
    solids: PointGrid
    obstacles: PointGrid
    support: Plane | None
    cone_axis: Float
    cone_half_angle: float
    approach_distance: float
    collision_points: int
    rng: np.random.Generator

    def in_cone(self, grasps: Grasps) -> NDArray[np.bool_]:
        """Which grasps (N,) approach inside the cone."""
        inside: NDArray[np.bool_] = (
            grasps.approach @ self.cone_axis >= np.cos(self.cone_half_angle) - ROUNDING
        )
        return inside

    def free(self, grasps: Grasps, gripper: Gripper) -> NDArray[np.bool_]:
        """Which grasps (N,) are free of collision with the solids, their approach included.

        No part of the gripper may be below the support either, where the camera did not see it.
        """
        free = ~gripper_collisions(
            grasps, gripper, self.solids, self.approach_distance, self.collision_points
        )
        if self.support is not None:
            free &= lowest_heights(grasps, gripper, self.support) >= 0.0
        return free


class Detector(Protocol):
    """Finds grasps in a prepared cloud.

    `name` goes into every result; `checksum` identifies weights, and is empty where there are none;
    grasps below `least_score` are better not executed; to a detector that `reaches_support`, points
    of the support are no solids, only its plane is: they are noisier than what it is fitted to;
    grasps of one that is `approximate` are given room where they collide (`fit_proposals`).
    """

    name: str
    checksum: str
    least_score: float
    reaches_support: bool
    approximate: bool

    def detect(self, cloud: PointCloud, gripper: Gripper, context: DetectionContext) -> Grasps:
        """Return scored grasps in the frame of the cloud, in any order, possibly none.

        Parameters
        ----------
        cloud : cropped, downsampled points of the objects only (support and outliers removed).
        """
        ...
