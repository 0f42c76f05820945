"""`ExactJudge`: the gripper of the user's file against the true surfaces."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grasp_core.checks import AnyInteger, Float
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_learning.evaluation.contacts import closing_friction, pad_lines
from grasp_learning.evaluation.judged_scene import JudgedScene


@dataclass(frozen=True, eq=False)
class ExactJudge:
    """Judges grasps of one gripper: its boxes must be free, its flat pads must hold.

    A grasp is taken to be one of the object nearest to its origin. The fingers close until each of
    them meets that object, wherever it lies between them.

    Attributes
    ----------
    gripper : shape and stroke.
    """

    gripper: Gripper

    def nearest_objects(self, grasps: Grasps, scene: JudgedScene) -> AnyInteger:
        """Index (N,) of the object that each grasp is one of."""
        return scene.nearest_objects(grasps, 0.0)

    def needed_friction(self, grasps: Grasps, objects: AnyInteger, scene: JudgedScene) -> Float:
        """Least friction (N,) at which each grasp holds; infinity where it collides or never holds.

        Parameters
        ----------
        objects : (N,) index of the object that each grasp is one of.

        Raises
        ------
        FrameError : the grasps are not in the frame of the scene.
        """
        lower, upper = self.gripper.boxes(grasps.widths)
        hit = scene.collisions(grasps, lower, upper)
        needed = np.full(len(grasps), np.inf)
        lines = pad_lines(self.gripper)
        for number in np.unique(objects[~hit]):
            mine = np.flatnonzero((objects == number) & ~hit)
            needed[mine] = closing_friction(
                scene.objects[number],
                scene.in_object(grasps[mine], number),
                grasps.widths[mine],
                lines,
                grasps.widths[mine],
            )
        return needed
