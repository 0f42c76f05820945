"""Score and tolerance of grasp labels, as Scale-Balanced Grasp is trained on them."""

from __future__ import annotations

import numpy as np

from grasp_core.grasps import Grasps
from grasp_core.nms import grasp_distance
from grasp_learning.view_sample import Float32, View

#: Metres of GPR eq. 1 in which the surroundings of a grasp tell how much it tolerates.
TOLERANCE_RADIUS_M = 0.03


def label_scores(view: View) -> Float32:
    """Score (M,) of each label: its Ferrari-Canny Q over the best of its object, in (0, 1].

    The paper's score, the logarithm of the least friction that holds, needs labels at several
    frictions. Q grows with 1 / size of the object; the ratio does without the size, so that no
    scale is preferred.
    """
    best = np.zeros(len(view.spec.objects) + 1, np.float32)
    np.maximum.at(best, view.grasp_instances, view.quality)
    return (view.quality / np.maximum(best[view.grasp_instances], 1e-9)).astype(np.float32)


def label_tolerances(view: View) -> Float32:
    """Tolerance (M,): share of the labels around each one, on its object, that are free.

    The repository's tolerance is how far a grasp may move and still hold. All labels hold, so that
    what is left to tell is how much room there is.
    """
    tolerances = np.zeros(len(view.free), np.float32)
    for instance in np.unique(view.grasp_instances):
        here = np.flatnonzero(view.grasp_instances == instance)
        grasps = Grasps(
            view.rotations[here].astype(np.float64), view.positions[here].astype(np.float64),
            view.widths[here].astype(np.float64), np.zeros(len(here)), "camera",
        )  # fmt: skip
        near = grasp_distance(grasps, grasps) < TOLERANCE_RADIUS_M
        tolerances[here] = near[:, view.free[here]].sum(axis=1) / near.sum(axis=1)
    return tolerances
