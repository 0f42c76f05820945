"""The scenes that grasps can be judged in: simulated ones and those of GraspNet-1Billion."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import trimesh

from grasp_core.transforms import inverse
from grasp_learning.evaluation.body import Body
from grasp_learning.evaluation.judged_scene import JudgedScene
from grasp_learning.graspnet1b.frame import GraspNetFrame
from grasp_learning.graspnet1b.reader import GraspNetReader
from grasp_sim.bins import BINS
from grasp_sim.objects.catalogue import load_object
from grasp_sim.scenes import WORLD, Scene, SceneSpec, make_scene

#: Metres, sides of graspnetAPI's table; its top is the table's frame.
TABLE_SIDES_M = (1.0, 1.0, 0.05)


def simulated_scene(spec: SceneSpec) -> JudgedScene:
    """Build the scene of a specification, in the frame "world".

    Raises
    ------
    SceneRejectedError : the specification gives no scene, which those of data sets do.
    UnknownObjectError, MissingPackageError : an object cannot be loaded.
    """
    scene = _scene(spec)
    bodies = tuple(_object_body(name) for name in spec.objects)
    return JudgedScene(bodies, scene.T_world_object, _bin_body(spec.bin), np.eye(4), WORLD)


class GraspNetScenes:
    """Builds the scenes of views of a GraspNet-1Billion folder; each model is read once."""

    def __init__(self, reader: GraspNetReader) -> None:
        self._reader = reader
        self._bodies: dict[int, Body] = {}
        table = trimesh.creation.box(TABLE_SIDES_M)
        table.apply_translation([0.0, 0.0, -TABLE_SIDES_M[2] / 2])
        self._table = Body(table.vertices, table.faces)

    def scene(self, frame: GraspNetFrame, frame_id: str) -> JudgedScene:
        """Build the scene of a view, in its optical frame, which is named `frame_id`.

        Raises
        ------
        GraspNetFileError : the model of an object is missing or damaged.
        """
        bodies = tuple(self._body(object_id) for object_id in frame.object_ids.tolist())
        return JudgedScene(
            bodies, frame.T_camera_object, self._table, inverse(frame.T_table_camera), frame_id
        )

    def _body(self, object_id: int) -> Body:
        if object_id not in self._bodies:
            self._bodies[object_id] = Body(*self._reader.model(object_id))
        return self._bodies[object_id]


@lru_cache(maxsize=1)
def _scene(spec: SceneSpec) -> Scene:
    """Keep the last scene of this process: its other views come next."""
    return make_scene(spec)


@lru_cache(maxsize=512)
def _object_body(name: str) -> Body:
    model = load_object(name)
    return Body(model.vertices, model.triangles)


@lru_cache(maxsize=len(BINS))
def _bin_body(name: str) -> Body:
    mesh = BINS[name].mesh()
    return Body(mesh.vertices, mesh.faces)
