"""The oracle of the clutter benchmark: true grasp labels on true shapes, where they lie now."""

from __future__ import annotations

import numpy as np

from grasp_core.grasps import Grasps
from grasp_learning.label_store import stored_labels
from grasp_learning.object_labels import LabelParams
from grasp_learning.scene_grasps import match_grasps
from grasp_perception.pipeline import PipelineParams
from grasp_sim.cell import Cell
from grasp_sim.scenery import placed_meshes
from grasp_sim.scenes import WORLD

#: Labels are made once for each object and kept: force closure at friction 0.3, GPR's gamma.
LABELS = LabelParams()


def oracle_grasps(cell: Cell) -> Grasps:
    """Grasps in force closure that are free of collision in the scene, best first.

    They approach from above as those of every detector do, within the pipeline's default cone.
    """
    models = cell.scene.models
    present = cell.present
    labels = {
        i + 1: stored_labels(model.name, cell.gripper, LABELS)
        for i, model in enumerate(models)
        if present[i]
    }
    bodies = placed_meshes(cell.scene, cell.T_world_object, present)
    found = match_grasps(bodies, labels, cell.gripper, WORLD)
    descent = -found.grasps.approach[:, 2]
    usable = found.free & (descent >= np.cos(PipelineParams().approach_half_angle))
    grasps = found.grasps[usable]
    return grasps[np.argsort(-grasps.scores, kind="stable")]
