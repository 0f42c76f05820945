"""Which grasp labels of a scene a sample keeps: some of each object that differ from each other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from grasp_core.grasps import Grasps
from grasp_core.nms import nms
from grasp_learning.object_labels import LabelParams
from grasp_learning.scene_labels import SceneLabels

#: By how much the distance of non-maximum suppression grows until few enough grasps are left.
GROWTH = 1.25


def kept_labels(labels: SceneLabels, most_free: int, most_colliding: int) -> NDArray[np.int64]:
    """Choose labels of a scene: those that a cloud point names, and diverse ones of each object.

    Parameters
    ----------
    most_free, most_colliding : how many diverse grasps of an object are kept at most, of those
        that are free in the scene and of those that are not.

    Returns
    -------
    (K,) indices into `labels.scene`, rising.
    """
    scene = labels.scene
    chosen = [np.unique(labels.grasp_index[labels.mask])]
    for instance in np.unique(scene.instances):
        for free, most in ((True, most_free), (False, most_colliding)):
            of_object = np.flatnonzero((scene.instances == instance) & (scene.free == free))
            chosen.append(of_object[diverse(scene.grasps[of_object], most)])
    return np.unique(np.concatenate(chosen))


def diverse(grasps: Grasps, most: int) -> NDArray[np.int64]:
    """Choose at most `most` (> 0) grasps that are far from each other by GPR eq. 1, best first.

    Taking the best ones instead would leave them all at one end of a long object.
    """
    distance_m = LabelParams().nms_distance
    kept = np.argsort(-grasps.scores, kind="stable")
    while len(kept) > most:
        distance_m *= GROWTH
        kept = kept[nms(grasps[kept], distance_m)]
    return kept
