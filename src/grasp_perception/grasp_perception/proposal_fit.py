"""Room for the gripper around proposed grasps: they open wider and withdraw until nothing is hit.

A network tells where to grasp to within a centimetre or two. What the fingers meet there the cloud
tells exactly, and most proposals that collide are free a centimetre or two further back.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from grasp_core.cloud import PointCloud
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.point_grid import PointGrid
from grasp_perception.detector import DetectionContext
from grasp_perception.geometric.jaw_fit import LEAST_ENGAGEMENT_M

#: Metres, tried in this order: back along the approach, and at each place opened wider.
WITHDRAWALS_M = (0.0, 0.005, 0.01, 0.015, 0.02)
WIDENINGS_M = (0.0, 0.005, 0.01)
#: What each step back leaves of a score: a grasp as the network meant it comes first.
DISCOUNT = 0.5


def fit_proposals(
    proposals: Grasps, gripper: Gripper, objects: PointCloud, context: DetectionContext
) -> Grasps:
    """Return the grasps that can be executed, in no order: each proposal once at most.

    Parameters
    ----------
    proposals : in the frame of the objects.
    objects : the cloud without support and outliers.
    """
    around = PointGrid.from_cloud(objects)
    fitted, left = [proposals[:0]], proposals
    for step, withdrawal in enumerate(WITHDRAWALS_M):
        for widening in WIDENINGS_M:
            moved = Grasps(
                left.rotations,
                left.positions - withdrawal * left.approach,
                np.minimum(left.widths + widening, gripper.max_width),
                left.scores * DISCOUNT**step,
                left.frame_id,
            )
            fits = holds_points(moved, gripper, around, LEAST_ENGAGEMENT_M)
            fits[fits] = context.free(moved[fits], gripper)
            fitted.append(moved[fits])
            left = left[~fits]
    return Grasps.concatenate(fitted)


def holds_points(
    grasps: Grasps, gripper: Gripper, objects: PointGrid, engagement_m: float = 0.0
) -> NDArray[np.bool_]:
    """Which grasps (N,) have a point of the objects between the pads, so far before their tips."""
    lower, upper = gripper.closing_region(grasps.widths)
    upper[:, 0] -= engagement_m
    counts = objects.count_inside(grasps.T_frame_grasp, lower[:, None], upper[:, None], stop_at=1)
    holds: NDArray[np.bool_] = counts[:, 0] > 0
    return holds
