"""`score_view`: the grasps of one view by GraspNet-1Billion's protocol. The core of evaluation.

NMS -> nearest object -> the best 10 of each object -> rank 50 -> collision and force closure on the
true shapes -> precision@k
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import AnyInteger, Float
from grasp_core.grasps import Grasps
from grasp_core.nms import nms_graspnet
from grasp_learning.evaluation.judged_scene import JudgedScene
from grasp_learning.evaluation.precision import PER_OBJECT, RANKS, precision_at, rank_in_group
from grasp_learning.evaluation.scales import (
    SCALES,
    ScaleCount,
    ScaleRules,
    count_scales,
    scale_of,
)

#: Metres to which graspnetAPI clips widths: the stroke of its gripper.
MAX_WIDTH_M = 0.1


class Judge(Protocol):
    """Knows which object a grasp is one of, and the friction that it needs."""

    def nearest_objects(self, grasps: Grasps, scene: JudgedScene) -> AnyInteger:
        """Index (N,) of the object that each grasp is one of."""
        ...

    def needed_friction(self, grasps: Grasps, objects: AnyInteger, scene: JudgedScene) -> Float:
        """Least friction (N,) at which each grasp holds; infinity where it collides or never holds.

        Parameters
        ----------
        objects : (N,) index of the object that each grasp is one of.
        """
        ...


@dataclass(frozen=True, eq=False)
class ViewScores:
    """How good the grasps of one view are.

    Attributes
    ----------
    precision : (50, 6) precision@k at each of `precision.FRICTIONS`.
    of_scale : (3, ranks, 6) the same of small, medium and large grasps; 0 where there are none.
    counts : by scale, of the best 10 grasps of each object (Fig. 6 of Scale-Balanced Grasp).
    """

    precision: Float
    of_scale: Float
    counts: ScaleCount


def score_view(grasps: Grasps, scene: JudgedScene, judge: Judge, rules: ScaleRules) -> ViewScores:
    """Score the grasps that a detector found, in any order, possibly none.

    Raises
    ------
    FrameError : grasps and scene are in different frames.
    """
    scene.check_frame(grasps)
    clipped = replace(grasps, widths=np.minimum(grasps.widths, MAX_WIDTH_M))
    kept = clipped[nms_graspnet(clipped)]
    objects, scale = _nearest(kept, scene, judge), scale_of(kept.widths)
    best = rank_in_group(objects) < PER_OBJECT
    of_class = rank_in_group(objects * len(SCALES) + scale) < rules.per_object
    judged = best if rules.before_nms else best | of_class
    needed = np.full(len(kept), np.inf)
    needed[judged] = judge.needed_friction(kept[judged], objects[judged], scene)
    if rules.before_nms:
        parted = scale_of(clipped.widths)
        ranked = [
            _ranked_friction(clipped[parted == i], scene, judge, rules.per_object)
            for i in range(len(SCALES))
        ]
    else:
        ranked = [needed[of_class & (scale == i)] for i in range(len(SCALES))]
    return ViewScores(
        precision=precision_at(needed[best], RANKS),
        of_scale=np.stack([precision_at(each, rules.ranks) for each in ranked]),
        counts=count_scales(kept.widths[best], needed[best]),
    )


def _ranked_friction(grasps: Grasps, scene: JudgedScene, judge: Judge, per_object: int) -> Float:
    """Give the needed friction of the best grasps of each object after NMS, best first."""
    kept = grasps[nms_graspnet(grasps)]
    objects = _nearest(kept, scene, judge)
    best = rank_in_group(objects) < per_object
    return judge.needed_friction(kept[best], objects[best], scene)


def _nearest(grasps: Grasps, scene: JudgedScene, judge: Judge) -> NDArray[np.int64]:
    """Like the judge's `nearest_objects`, also where there are no grasps."""
    if len(grasps) == 0:
        return np.zeros(0, dtype=np.int64)
    return judge.nearest_objects(grasps, scene).astype(np.int64)
