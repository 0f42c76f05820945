"""Small, medium and large grasps (Scale-Balanced Grasp, section 4.1), and how each is evaluated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import Float
from grasp_learning.evaluation.precision import PER_OBJECT, RANKS

#: Metres of width at which medium and large begin.
SCALE_EDGES_M = (0.04, 0.07)
SCALES = ("small", "medium", "large")
#: Friction at which Fig. 6 calls a grasp a success.
SUCCESS_FRICTION = 0.8


@dataclass(frozen=True)
class ScaleRules:
    """How the grasps of one scale are cut.

    Attributes
    ----------
    before_nms : the scales are parted first, so that a wide grasp does not suppress a narrow one.
    per_object : grasps of one object that count at most.
    ranks : precision@k is averaged over k = 1 .. ranks.
    """

    before_nms: bool
    per_object: int
    ranks: int


#: The paper: "with such width masks, we evaluate" AP, which is that of `precision`.
PAPER_RULES = ScaleRules(before_nms=False, per_object=PER_OBJECT, ranks=RANKS)
#: Its repository (evaluate_scale), which made its tables.
RELEASED_RULES = ScaleRules(before_nms=True, per_object=5, ranks=20)


def scale_of(widths: Float) -> NDArray[np.intp]:
    """Index (N,) into `SCALES` of widths in metres."""
    return np.digitize(widths, SCALE_EDGES_M)


class ScaleCount(NamedTuple):
    """Fig. 6: how many grasps (3,) of each scale, and how many of them hold at friction 0.8."""

    grasps: NDArray[np.int64]
    successes: NDArray[np.int64]


def count_scales(widths: Float, needed_friction: Float) -> ScaleCount:
    """Count grasps and successes by scale."""
    scale, holds = scale_of(widths), needed_friction <= SUCCESS_FRICTION
    count = len(SCALES)
    return ScaleCount(
        np.bincount(scale, minlength=count), np.bincount(scale[holds], minlength=count)
    )
