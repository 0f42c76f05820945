"""graspnetAPI's rows of 17 floats: score, width, height, depth, R (row-major), t, object id.

Both grasp frames have x = approach, y = closing direction, z = x cross y. Theirs starts at t, a
point on the object, and the fingertips reach `depth` beyond it; ours starts between the fingertips:
o = t + depth * x.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from grasp_core.checks import Float, check_array, check_range
from grasp_core.grasps import Grasps

#: Object id of a grasp that is not assigned to an object (graspnetAPI's decoders write it).
NO_OBJECT = -1


def to_rows(
    grasps: Grasps, depth_m: ArrayLike, height_m: ArrayLike, object_ids: ArrayLike = NO_OBJECT
) -> Float:
    """Rows (N, 17) for graspnetAPI's GraspGroup, in the frame of the grasps.

    Parameters
    ----------
    depth_m : one value or (N,), metres from t to the fingertips along the approach, >= 0.
    height_m : one value or (N,), metres, extent of a finger along z, > 0.
    object_ids : one value or (N,).

    Raises
    ------
    ArrayError : wrong shapes, or a value that is not finite or out of range.
    """
    n = len(grasps)
    depth = check_range(_per_grasp(depth_m, n, "depth_m"), 0.0, np.inf, "depth_m")
    height = check_range(_per_grasp(height_m, n, "height_m"), 0.0, np.inf, "height_m")
    return np.column_stack(
        [
            grasps.scores,
            grasps.widths,
            height,
            depth,
            grasps.rotations.reshape(n, 9),
            grasps.positions - depth[:, None] * grasps.approach,
            _per_grasp(object_ids, n, "object_ids"),
        ]
    )


def from_rows(rows: ArrayLike, frame_id: str) -> Grasps:
    """Grasps of rows (N, 17); height and object id have no counterpart and are dropped.

    Networks of that family may score above 1, and -1 marks a label without a grasp. Such rows are
    refused, because only their author knows the scale: drop or rescale them first.

    Raises
    ------
    ArrayError : wrong shape, a score outside [0, 1], a negative width or depth, or no rotation.
    FrameError : `frame_id` is empty.
    """
    table = check_array(rows, (None, 17), "rows")
    scores = check_range(table[:, 0], 0.0, 1.0, "score of a row (rescale foreign scores first)")
    depth = check_range(table[:, 3], 0.0, np.inf, "depth of a row")
    rotations = table[:, 4:13].reshape(-1, 3, 3)
    positions = table[:, 13:16] + depth[:, None] * rotations[:, :, 0]
    return Grasps(rotations, positions, table[:, 1], scores, frame_id)


def _per_grasp(value: ArrayLike, n: int, name: str) -> Float:
    """One value repeated, or (N,) values."""
    return check_array(np.full(n, value) if np.ndim(value) == 0 else value, (n,), name)
