"""Tables I and II of Grasp Pose Refinement: how exact predicted widths and poses are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grasp_core.checks import Float
from grasp_core.errors import ArrayError
from grasp_core.grasps import Grasps
from grasp_core.nms import grasp_distance

#: Metres of Table I, between predicted and true width.
WIDTH_THRESHOLDS_M = (0.0025, 0.005, 0.0075, 0.01)
#: Metres of Table II, of the distance of eq. 1.
POSE_THRESHOLDS_M = (0.005, 0.01, 0.015, 0.02)
#: "We select 100 proposals after NMS operation and filter out the negative samples" (Table I):
#: negative are those farther than Table II's largest threshold from every label.
POSITIVE_M = POSE_THRESHOLDS_M[-1]
#: Grasps of a view that count, best first.
PROPOSALS = 100


@dataclass(frozen=True, eq=False)
class LabelErrors:
    """How far grasps are from the nearest label (eq. 1).

    Attributes
    ----------
    poses : (N,) metres of eq. 1; infinity where the scene has no label.
    widths : (N,) metres, absolute difference of the widths.

    Raises
    ------
    ArrayError : the lengths differ.
    """

    poses: Float
    widths: Float

    def __post_init__(self) -> None:
        if np.shape(self.poses) != np.shape(self.widths):
            raise ArrayError(
                f"widths: shape {np.shape(self.widths)}, poses have {np.shape(self.poses)}"
            )

    @property
    def pose_hits(self) -> Float:
        """(4,) grasps within each of `POSE_THRESHOLDS_M`, of all (Table II)."""
        hits: Float = (self.poses[:, None] < np.array(POSE_THRESHOLDS_M)).sum(axis=0, dtype=float)
        return hits

    @property
    def positives(self) -> int:
        """Grasps near a label."""
        return int((self.poses < POSITIVE_M).sum())

    @property
    def width_hits(self) -> Float:
        """(4,) grasps within each of `WIDTH_THRESHOLDS_M`, of the positives (Table I)."""
        errors = self.widths[self.poses < POSITIVE_M]
        hits: Float = (errors[:, None] < np.array(WIDTH_THRESHOLDS_M)).sum(axis=0, dtype=float)
        return hits


def label_errors(grasps: Grasps, labels: Grasps) -> LabelErrors:
    """Compare the best 100 grasps with the labels nearest to them.

    Raises
    ------
    FrameError : they are in different frames.
    """
    best = grasps.ranked()[:PROPOSALS]
    if len(labels) == 0:
        return LabelErrors(np.full(len(best), np.inf), np.full(len(best), np.inf))
    distance = grasp_distance(best, labels)
    nearest = distance.argmin(axis=1)
    return LabelErrors(
        distance[np.arange(len(best)), nearest], np.abs(best.widths - labels.widths[nearest])
    )
