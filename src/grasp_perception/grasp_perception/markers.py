"""Pictures of grasps: gripper shapes made of boxes, coloured by score."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grasp_core.checks import Float
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper

#: RGB of score 0 and of score 1, apart also for the colour-blind (matplotlib's "cividis").
LOW_COLOR = (0.0, 0.13, 0.30)
HIGH_COLOR = (0.99, 0.91, 0.14)
#: Thickness in metres of the bars that stand for the palm: the palm itself would hide the fingers.
BAR_M = 0.006


@dataclass(frozen=True, eq=False)
class GripperShapes:
    """Boxes that draw one gripper per grasp, in the frame of the grasps.

    Attributes
    ----------
    T_frame_box : (N, B, 4, 4) pose of each box's centre.
    sizes : (N, B, 3) metres, edges along the axes of the box.
    colors : (N, 3) RGB in [0, 1], by score.
    frame_id : frame of the poses.
    """

    T_frame_box: Float
    sizes: Float
    colors: Float
    frame_id: str


def gripper_shapes(grasps: Grasps, gripper: Gripper) -> GripperShapes:
    """Draw each grasp as two fingers, a bar that joins them, and a bar back along the approach.

    The fingers have the size and opening that the collision filter uses; the palm is reduced to
    the bars so that neighbouring grasps can be told apart.
    """
    lower, upper = gripper.boxes(grasps.widths)  # (N, 3, 3): left finger, right finger, palm
    n = len(grasps)
    base, depth = -gripper.finger_length, gripper.palm_size[0]
    outside = grasps.widths / 2 + gripper.finger_thickness
    bridge = np.empty((n, 2, 3))  # lower and upper corner
    bridge[:, :, 0] = base - BAR_M, base
    bridge[:, 0, 1], bridge[:, 1, 1] = -outside, outside
    bridge[:, :, 2] = -BAR_M / 2, BAR_M / 2
    stem = np.empty((n, 2, 3))
    stem[:] = [(base - depth, -BAR_M / 2, -BAR_M / 2), (base - BAR_M, BAR_M / 2, BAR_M / 2)]
    lower = np.concatenate([lower[:, :2], bridge[:, :1], stem[:, :1]], axis=1)  # (N, 4, 3)
    upper = np.concatenate([upper[:, :2], bridge[:, 1:], stem[:, 1:]], axis=1)
    T_frame_box = np.repeat(grasps.T_frame_grasp[:, None], lower.shape[1], axis=1)
    centers = (lower + upper) / 2
    T_frame_box[..., :3, 3] += np.einsum("nij,nbj->nbi", grasps.rotations, centers)
    return GripperShapes(T_frame_box, upper - lower, score_colors(grasps.scores), grasps.frame_id)


def score_colors(scores: Float) -> Float:
    """RGB (N, 3) in [0, 1] between the colours of score 0 and score 1."""
    share = np.asarray(scores, dtype=np.float64)[:, None]
    colors: Float = (1 - share) * np.array(LOW_COLOR) + share * np.array(HIGH_COLOR)
    return colors
