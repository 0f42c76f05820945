"""`scenery`: a scene for the eyes of a camera, with its objects where they are now."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import Float
from grasp_sim.depth_frame import BACKGROUND
from grasp_sim.ray_scene import PlacedMesh, RayScene
from grasp_sim.scenes import Scene


def scenery(
    scene: Scene, T_world_object: Float | None = None, present: NDArray[np.bool_] | None = None
) -> RayScene:
    """Everything that `placed_meshes` gives, to be rendered."""
    return RayScene(placed_meshes(scene, T_world_object, present))


def placed_meshes(
    scene: Scene, T_world_object: Float | None = None, present: NDArray[np.bool_] | None = None
) -> list[PlacedMesh]:
    """Table, bin and objects; object i is instance i + 1.

    Parameters
    ----------
    T_world_object : (m, 4, 4) where the objects are; None: as the scene has them.
    present : whether (m,) each object is there; None: all are.
    """
    poses = scene.T_world_object if T_world_object is None else T_world_object
    there = np.ones(len(scene.models), np.bool_) if present is None else present
    static = scene.static_mesh
    meshes = [PlacedMesh(static.vertices, static.faces, np.eye(4), BACKGROUND)]
    meshes += [
        PlacedMesh(model.vertices, model.triangles, poses[i], i + 1)
        for i, model in enumerate(scene.models)
        if there[i]
    ]
    return meshes
