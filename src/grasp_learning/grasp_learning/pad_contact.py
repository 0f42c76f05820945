"""Where the pads of a gripper will meet an object, from points on its surface."""

from __future__ import annotations

import numpy as np

from grasp_core.checks import AnyFloat, Float
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper

#: Metres behind the first point that a pad meets within which others count as met too; less than a
#: soft pad gives way.
PATCH_DEPTH_M = 0.0005


def engagement(grasps: Grasps, gripper: Gripper, points: AnyFloat) -> Float:
    """Metres (N,) from the middle of what each pad meets to the fingertips; the lesser of the pads.

    The pads are flat and close in parallel, so they meet what bulges most, which need not be the
    labelled contact. 0 where a pad meets nothing.

    Parameters
    ----------
    points : (P, 3) metres, evenly spread over the surface, in the frame of the grasps.
    """
    nearest = np.zeros(len(grasps))
    half_pad = gripper.finger_width / 2
    for i in range(len(grasps)):
        x, y, z = ((points - grasps.positions[i]) @ grasps.rotations[i]).T
        between = (np.abs(y) < grasps.widths[i] / 2) & (np.abs(z) < half_pad)
        between &= (x < 0) & (x > -gripper.pad_length)
        if not between.any():
            continue
        x, y = x[between], y[between]
        left, right = y > y.max() - PATCH_DEPTH_M, y < y.min() + PATCH_DEPTH_M
        nearest[i] = min(-x[left].mean(), -x[right].mean())
    return nearest
