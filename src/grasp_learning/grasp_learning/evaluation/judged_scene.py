"""`JudgedScene`: the true shapes of a scene and where they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import AnyInteger, Float, check_array, check_rotations
from grasp_core.errors import ArrayError, FrameError
from grasp_core.grasps import Grasps
from grasp_core.mesh_collision import boxes_hit_mesh
from grasp_core.transforms import inverse
from grasp_learning.evaluation.body import Body, nearest_bodies


@dataclass(frozen=True, eq=False)
class JudgedScene:
    """Objects and what they lie on, for judging grasps in the frame `frame_id`.

    Attributes
    ----------
    objects : B bodies, at least one.
    T_frame_object : (B, 4, 4) their poses.
    support : table and bin.
    T_frame_support : (4, 4) its pose.
    frame_id : name of the frame of the poses.

    Raises
    ------
    ArrayError : no object, wrong shapes, or a pose that is not rigid.
    FrameError : `frame_id` is empty.
    """

    objects: tuple[Body, ...]
    T_frame_object: Float
    support: Body
    T_frame_support: Float
    frame_id: str

    def __post_init__(self) -> None:
        count = len(self.objects)
        if count == 0:
            raise ArrayError("a scene to judge grasps in needs at least one object")
        poses = check_array(self.T_frame_object, (count, 4, 4), "T_frame_object")
        check_rotations(poses[:, :3, :3], "T_frame_object")
        support = check_array(self.T_frame_support, (4, 4), "T_frame_support")
        check_rotations(support[None, :3, :3], "T_frame_support")
        if not self.frame_id:
            raise FrameError("a scene needs the name of the frame it is in")
        object.__setattr__(self, "T_frame_object", poses)
        object.__setattr__(self, "T_frame_support", support)

    def placed(self) -> list[tuple[Body, Float]]:
        """Give all bodies with their poses; first the support, which most bad grasps meet."""
        return [
            (self.support, self.T_frame_support),
            *zip(self.objects, self.T_frame_object, strict=True),
        ]

    def nearest_objects(self, grasps: Grasps, behind_m: float) -> NDArray[np.intp]:
        """Index (N,) of the object nearest to the point `behind_m` before each grasp's origin.

        Raises
        ------
        FrameError : the grasps are in another frame.
        """
        self.check_frame(grasps)
        points = grasps.positions - behind_m * grasps.approach
        return nearest_bodies(self.objects, self.T_frame_object, points)

    def in_object(self, grasps: Grasps, number: int | np.integer) -> Float:
        """Poses `T_object_grasp` (N, 4, 4) in the frame of one object."""
        T_object_grasp: Float = inverse(self.T_frame_object[number]) @ grasps.T_frame_grasp
        return T_object_grasp

    def collisions(self, grasps: Grasps, lower: Float, upper: Float) -> NDArray[np.bool_]:
        """Tell which grasps (N,) put one of the boxes of their gripper into a body.

        Parameters
        ----------
        lower, upper : (N, K, 3) metres, corners of the boxes in the grasp frames.

        Raises
        ------
        FrameError : the grasps are in another frame.
        """
        self.check_frame(grasps)
        hit = np.zeros(len(grasps), dtype=np.bool_)
        for body, T_frame_body in self.placed():
            left: AnyInteger = np.flatnonzero(~hit)
            T_body_grasp = inverse(T_frame_body) @ grasps.T_frame_grasp[left]
            hit[left] = boxes_hit_mesh(body.tree, T_body_grasp, lower[left], upper[left])
        return hit

    def check_frame(self, grasps: Grasps) -> None:
        """Refuse grasps of another frame.

        Raises
        ------
        FrameError : names both frames.
        """
        if grasps.frame_id != self.frame_id:
            raise FrameError(f"grasps are in {grasps.frame_id}, the scene is in {self.frame_id}")
