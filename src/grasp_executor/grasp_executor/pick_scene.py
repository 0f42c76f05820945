"""`PickScene`: what may not be touched, stage by stage."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grasp_core.checks import Float
from grasp_core.transforms import inverse, transform, transform_points
from grasp_executor.pick_params import PickParams
from grasp_executor.planning_scene import PlanningScene
from grasp_executor.shapes import Box, Voxels
from grasp_robots.arm import Arm

#: Names in the planning scene: the seen points, and the object between the fingers.
SEEN, HELD = "seen", "held"


@dataclass(frozen=True, eq=False)
class PickScene:
    """The scenes of one pick with one arm.

    Attributes
    ----------
    around : table, bin, tray, and where all joints of the robot are.
    points : (N, 3) m, seen points of the objects in the robot's base; N = 0: none are known.
    arm : that picks.
    width : m between its fingers before it closes.
    params : sizes.
    """

    around: PlanningScene
    points: Float
    arm: Arm
    width: float
    params: PickParams

    def free(self) -> PlanningScene:
        """Nothing may be touched."""
        return self._with_seen(self._gripper_open(), self.points)

    def at_objects(self) -> PlanningScene:
        """Palm and fingers may touch what was seen: between pre-grasp, grasp and lift.

        That they do not hit neighbours is the detector's check, with the finer cloud. What the
        gripper holds then still touches what it lay on, so it is not in the scene.
        """
        scene = self.free()
        if SEEN in scene.objects:
            for link in self.arm.mount.links:
                scene = scene.with_allowed(SEEN, link)
        return scene

    def carrying(self, T_base_grasp: Float) -> PlanningScene:
        """Nothing may be touched, neither by the object that was taken at `T_base_grasp` (4, 4)."""
        lower, upper = self._held_corners()
        points_grasp = transform_points(inverse(T_base_grasp), self.points)
        taken = ((points_grasp >= lower) & (points_grasp <= upper)).all(axis=1)
        scene = self._with_seen(self._gripper_open(), self.points[~taken])
        T_grasp_box = transform(np.eye(3), (lower + upper) / 2)
        return scene.with_attached(
            HELD, Box(upper - lower), self.arm.tcp, T_grasp_box, self.arm.mount.links
        )

    def _held_corners(self) -> tuple[Float, Float]:
        """Corners (3,) of the held object in the grasp frame: from the pads' upper end on."""
        half = np.array([0.0, self.width, self.params.held_breadth]) / 2
        lower = -half - np.array([self.arm.mount.gripper.pad_length, 0.0, 0.0])
        return lower, half + np.array([self.params.held_depth, 0.0, 0.0])

    def _gripper_open(self) -> PlanningScene:
        value = self.arm.mount.gripper.joint_position(self.width)
        return self.around.with_joints({self.arm.mount.joints[0]: value})

    def _with_seen(self, scene: PlanningScene, points: Float) -> PlanningScene:
        if len(points) == 0:
            return scene
        voxels = Voxels.of_points(points, self.params.voxel_size)
        return scene.with_obstacle(SEEN, voxels, np.eye(4))
