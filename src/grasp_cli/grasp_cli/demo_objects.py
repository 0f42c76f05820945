"""What lies in the bin of the demo: objects that the robot's gripper can close on."""

from __future__ import annotations

import numpy as np
import trimesh

from grasp_core.gripper import Gripper
from grasp_sim.objects.catalogue import SIMILAR, load_object

#: Of the stroke, what an object that lies on its largest side may take.
STROKE_SHARE = 0.8
#: Metres: flatter things lie too low for fingers.
LEAST_M = 0.012


def fitting_objects(gripper: Gripper, seed: int, count: int) -> list[str]:
    """Names of `count` objects, none twice before all of them are there."""
    fitting = [name for name in SIMILAR if _fits(name, gripper)]
    rng = np.random.default_rng(seed)
    rounds = -(-count // len(fitting))
    names = np.concatenate([rng.permutation(fitting) for _ in range(rounds)])
    return [str(name) for name in names[:count]]


def _fits(name: str, gripper: Gripper) -> bool:
    model = load_object(name)
    mesh = trimesh.Trimesh(model.vertices, model.triangles, process=False)
    smallest, middle, _ = sorted(mesh.bounding_box_oriented.primitive.extents)
    return bool(middle <= STROKE_SHARE * gripper.max_width and smallest >= LEAST_M)
