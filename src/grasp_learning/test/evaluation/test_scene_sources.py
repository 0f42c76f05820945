from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grasp_core.transforms import transform_points
from grasp_learning.errors import GraspNetFileError
from grasp_learning.evaluation.scene_sources import GraspNetScenes, simulated_scene
from grasp_learning.graspnet1b.reader import GraspNetReader
from grasp_sim.scenes import SceneSpec, make_scene


def test_a_simulated_scene_has_its_objects_where_they_rest() -> None:
    spec = SceneSpec(3, ("box-0000", "bolt-0001", "box-0000"), mode="packed", bin="table")
    judged, scene = simulated_scene(spec), make_scene(spec)
    np.testing.assert_array_equal(judged.T_frame_object, scene.T_world_object)
    np.testing.assert_array_equal(judged.objects[1].vertices, scene.models[1].vertices)
    assert judged.objects[0] is judged.objects[2]  # one name, one body
    assert judged.frame_id == "world"
    assert judged.support.vertices[:, 2].max() == 0.0


def test_a_scene_of_graspnet_stands_in_the_camera_frame(tiny: Any, tmp_path: Path) -> None:
    frames = tiny.export(tmp_path)
    reader = GraspNetReader(tmp_path, "realsense")
    scenes = GraspNetScenes(reader)
    frame = reader.frame(tiny.number, 1)
    judged = scenes.scene(frame, "camera")
    np.testing.assert_allclose(judged.T_frame_object, frames[1].T_camera_object, atol=1e-9)
    # The measured pixels lie on what is judged.
    cloud = frame.cloud("camera")
    label = frame.label.flat[cloud.source_indices]
    nearest = np.full(len(cloud), np.inf)
    for body, T in judged.placed():
        points = transform_points(np.linalg.inv(T), cloud.points.astype(float))
        nearest = np.minimum(nearest, body.distances(points))
    assert np.median(nearest[label > 0]) < 0.003
    assert np.median(nearest[label == 0]) < 0.003
    assert scenes.scene(reader.frame(tiny.number, 0), "camera").objects[0] is judged.objects[0]


def test_a_missing_model_is_named(tiny: Any, tmp_path: Path) -> None:
    tiny.export(tmp_path)
    reader = GraspNetReader(tmp_path, "realsense")
    reader.paths.model(5).unlink()
    with pytest.raises(GraspNetFileError, match=r"005.nontextured.ply"):
        GraspNetScenes(reader).scene(reader.frame(tiny.number, 0), "camera")
