"""`StagedScene`: a scene at rest with its grasp labels, of which views are taken."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grasp_core.gripper import Gripper
from grasp_learning.label_store import stored_labels
from grasp_learning.object_labels import LabelParams
from grasp_learning.recipe import Recipe, draw_spec
from grasp_learning.scene_grasps import SceneGrasps, match_grasps
from grasp_sim.errors import SceneRejectedError
from grasp_sim.ray_scene import RayScene
from grasp_sim.scenery import placed_meshes
from grasp_sim.scenes import WORLD, Scene, make_scene

#: Specifications tried for one scene; one in a hundred is rejected.
ATTEMPTS = 20


@dataclass(frozen=True, eq=False)
class StagedScene:
    """A scene at rest.

    Attributes
    ----------
    scene : objects and where they lie.
    rays : the same for cameras; object i is instance i + 1.
    grasps : labels of all objects in the frame "world", by the same instances.
    """

    scene: Scene
    rays: RayScene
    grasps: SceneGrasps


def stage_scene(
    recipe: Recipe, number: int, gripper: Gripper, labels: LabelParams, label_folder: Path
) -> StagedScene | None:
    """Make scene `number` of a recipe with its labels; None if it never comes to rest."""
    try:
        return stage(scene_at_rest(recipe, number), gripper, labels, label_folder)
    except SceneRejectedError:
        return None


def stage(scene: Scene, gripper: Gripper, labels: LabelParams, label_folder: Path) -> StagedScene:
    """Give a scene its grasp labels."""
    meshes = placed_meshes(scene)
    of_objects = {
        i: stored_labels(model.name, gripper, labels, label_folder)
        for i, model in enumerate(scene.models, start=1)
    }
    return StagedScene(scene, RayScene(meshes), match_grasps(meshes, of_objects, gripper, WORLD))


def scene_at_rest(recipe: Recipe, number: int) -> Scene:
    """Make scene `number` of a recipe, from the first of its specifications that is not rejected.

    Raises
    ------
    SceneRejectedError : all are.
    """
    for attempt in range(ATTEMPTS):
        try:
            return make_scene(draw_spec(recipe, number, attempt))
        except SceneRejectedError as error:
            reason = error
    raise SceneRejectedError(
        f"scene {number} of seed {recipe.seed}: {ATTEMPTS} tries were rejected, last: {reason}"
    )
