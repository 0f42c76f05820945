"""Upright objects side by side, the packed mode of VGN's protocol."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from scipy.spatial.transform import Rotation

from grasp_core.checks import Float
from grasp_core.transforms import transform
from grasp_sim.bins import Bin
from grasp_sim.errors import SceneRejectedError
from grasp_sim.objects.model import ObjectModel
from grasp_sim.standing import standing_rotation

#: Metres between neighbours and to the walls, at least.
GAP_M = 0.003

#: Metres above the floor at which objects are let go.
CLEARANCE_M = 0.001

#: Random places tried for each object.
TRIES = 200


def pack(box: Bin, models: Sequence[ObjectModel], rng: np.random.Generator) -> Float:
    """Poses (m, 4, 4) of standing objects, turned at random about z, whose outlines do not meet.

    Raises
    ------
    SceneRejectedError : an object finds no free place.
    """
    space = shapely.box(-box.length / 2, -box.width / 2, box.length / 2, box.width / 2)
    taken = shapely.Polygon()
    poses: list[Float] = []
    for model in models:
        rotation = Rotation.from_euler("z", rng.uniform(0, 2 * np.pi)).as_matrix()
        rotation = rotation @ standing_rotation(model)
        points = model.vertices @ rotation.T
        outline = shapely.MultiPoint(points[:, :2]).convex_hull.buffer(GAP_M)
        for _ in range(TRIES):
            x, y = rng.uniform(
                (space.bounds[0], space.bounds[1]), (space.bounds[2], space.bounds[3])
            )
            there = shapely.affinity.translate(outline, x, y)
            if space.contains(there) and not taken.intersects(there):
                break
        else:
            raise SceneRejectedError(
                f"{model.name} finds no place among {len(poses)} objects in {TRIES} tries"
            )
        taken = taken.union(there)
        poses.append(transform(rotation, (x, y, CLEARANCE_M - points[:, 2].min())))
    return np.stack(poses)
