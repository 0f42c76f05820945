"""Objects and scenes of a simulated data set, as GraspNet-1Billion has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from grasp_core.gripper import Gripper
from grasp_core.quality import minimal_friction
from grasp_learning.graspnet1b.export import to_graspnet
from grasp_learning.graspnet1b.frame import GraspNetFrame
from grasp_learning.graspnet1b.labels import GRID, ObjectGraspLabels, on_grid
from grasp_learning.label_thinning import diverse
from grasp_learning.object_grasps import ObjectGrasps
from grasp_learning.recipe import Recipe
from grasp_learning.scene_grasps import match_grasps
from grasp_learning.simulated_view import measure
from grasp_sim.ray_scene import RayScene
from grasp_sim.scenery import placed_meshes
from grasp_sim.scenes import Scene

#: Friction of a grasp that needs next to none, because 0 marks no grasp in this layout.
LEAST_FRICTION = 0.01


@dataclass(frozen=True, eq=False)
class ExportedObject:
    """An object of the layout.

    Attributes
    ----------
    object_id : its number.
    labels : the P grasps that are exported.
    """

    object_id: int
    labels: ObjectGrasps

    @classmethod
    def thinned(cls, object_id: int, labels: ObjectGrasps, most: int) -> ExportedObject:
        """Export at most `most` grasps of an object, which differ from each other."""
        kept = diverse(labels.grasps, most)
        fewer = replace(
            labels,
            grasps=labels.grasps[kept],
            contacts=labels.contacts[kept],
            normals=labels.normals[kept],
            quality=labels.quality[kept],
            counts=labels.counts._replace(kept=len(kept)),
        )
        return cls(object_id, fewer)

    def grid(self) -> ObjectGraspLabels:
        """Give the grasps on the layout's grid, none of which collides with the object itself.

        Its score is the lowest friction at which a grasp is in force closure, as in the data set.
        """
        friction = minimal_friction(self.labels.contacts, self.labels.normals)
        none = np.zeros(len(self.labels), dtype=np.bool_)
        return on_grid(self.labels.grasps, np.maximum(friction, LEAST_FRICTION), none)

    @cached_property
    def cells(self) -> NDArray[np.int64]:
        """(P,) index of each grasp's cell in the flat grid (P, 300, 12, 4)."""
        return np.flatnonzero(self.grid().scores > 0)


def scene_frames(
    scene: Scene,
    objects: Mapping[str, ExportedObject],
    recipe: Recipe,
    number: int,
    views: Sequence[int],
) -> list[GraspNetFrame]:
    """Take views of scene `number` of a recipe, with the same noise as in the data set.

    The frame of the table is the world.

    Parameters
    ----------
    objects : by name, at least those of the scene.
    """
    rays = RayScene(placed_meshes(scene))
    placed = {
        instance: (objects[model.name].object_id, T_world_object)
        for instance, (model, T_world_object) in enumerate(
            zip(scene.models, scene.T_world_object, strict=True), start=1
        )
    }
    return [to_graspnet(measure(rays, recipe, number, view), placed, np.eye(4)) for view in views]


def scene_collision(
    scene: Scene, objects: Mapping[str, ExportedObject], gripper: Gripper
) -> list[NDArray[np.bool_]]:
    """Tell which grasps of each object meet anything else in the scene: (P, 300, 12, 4) each."""
    exported = [objects[model.name] for model in scene.models]
    labels = {instance: each.labels for instance, each in enumerate(exported, start=1)}
    grasps = match_grasps(placed_meshes(scene), labels, gripper)
    collision = []
    for instance, each in enumerate(exported, start=1):
        collides = np.zeros((len(each.labels), *GRID), dtype=np.bool_)
        collides.flat[each.cells] = ~grasps.free[grasps.instances == instance]
        collision.append(collides)
    return collision
