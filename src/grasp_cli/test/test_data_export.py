from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import Result

from grasp_cli.data_export import CAMERA, export_scenes
from grasp_cli.data_set import DataSet
from grasp_core.grasps import Grasps
from grasp_core.quality import minimal_friction
from grasp_core.transforms import inverse
from grasp_learning.graspnet1b.reader import GraspNetReader
from grasp_learning.graspnet1b.scene_export import LEAST_FRICTION, ExportedObject
from grasp_learning.scene_grasps import match_grasps
from grasp_sim.scenery import placed_meshes
from grasp_sim.scenes import make_scene

#: A view of the layout's lattice is at most so far from any direction.
GRID_RAD = np.radians(9.04)


@pytest.fixture(scope="module")
def exported(
    small_data_set: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[DataSet, GraspNetReader]:
    root = tmp_path_factory.mktemp("graspnet")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(small_data_set.parent / "cache"))
        data = DataSet.open(small_data_set)
        assert list(export_scenes(data, root)) == [0, 1]
    return data, GraspNetReader(root, CAMERA)


@pytest.mark.usefixtures("its_labels")
def test_grasps_frictions_and_collisions_come_back(
    exported: tuple[DataSet, GraspNetReader],
) -> None:
    data, reader = exported
    names = data.object_names()
    scene = make_scene(data.spec(1))
    assert [names[i] for i in reader.object_ids(1)] == list(data.spec(1).objects)
    labels = {
        instance: ExportedObject.thinned(0, data.labels(name), data.recipe.free_labels).labels
        for instance, name in enumerate(data.spec(1).objects, start=1)
    }
    matched = match_grasps(placed_meshes(scene), labels, data.gripper)
    T_camera_world = inverse(data.view(2).T_world_camera)  # view 0 of scene 1
    assert 0 < matched.free.sum() < len(matched)
    for instance, read in enumerate(reader.grasps(1, 0, max_friction=1.0), start=1):
        here = matched.instances == instance
        free = matched.free[here]
        written = matched.grasps[here & matched.free].transformed(T_camera_world, "camera")
        assert_same_grasps(read, written)
        of_object = labels[instance]
        friction = minimal_friction(of_object.contacts, of_object.normals)[free]
        expected = np.minimum(1.1 - np.maximum(friction, LEAST_FRICTION), 1.0)
        np.testing.assert_allclose(read.scores, expected, atol=1e-6)


def assert_same_grasps(read: Grasps, written: Grasps) -> None:
    """Origins and widths to float32, directions to the grid's resolution."""
    assert len(read) == len(written)
    np.testing.assert_allclose(read.positions, written.positions, atol=1e-6)
    np.testing.assert_allclose(read.widths, written.widths, atol=1e-7)
    cosine = np.einsum("ni,ni->n", read.approach, written.approach)
    assert (cosine > np.cos(GRID_RAD)).all()
    assert (np.abs(np.einsum("ni,ni->n", read.closing, written.closing)) > np.cos(GRID_RAD)).all()


def test_images_are_those_of_the_samples(exported: tuple[DataSet, GraspNetReader]) -> None:
    data, reader = exported
    for number in data.reader.numbers:
        view, frame = data.view(number), reader.frame(*divmod(number, data.recipe.views))
        np.testing.assert_allclose(frame.T_table_camera, view.T_world_camera, atol=1e-12)
        camera = frame.camera
        measured = view.measured[view.measured_valid]
        column = np.rint(camera.fx * measured[:, 0] / measured[:, 2] + camera.cx).astype(int)
        row = np.rint(camera.fy * measured[:, 1] / measured[:, 2] + camera.cy).astype(int)
        # Millimetres there, tenths of them here.
        np.testing.assert_allclose(frame.depth[row, column], measured[:, 2], atol=5.6e-4)
        ids = np.array([0, *(frame.object_ids + 1)])
        instances = view.instances[view.measured_valid]
        np.testing.assert_array_equal(frame.label[row, column], ids[instances])


def test_models_stand_where_the_objects_are(exported: tuple[DataSet, GraspNetReader]) -> None:
    data, reader = exported
    scene, frame = make_scene(data.spec(0)), reader.frame(0, 1)
    for model, T_world_object, object_id, T_camera_object in zip(
        scene.models, scene.T_world_object, frame.object_ids, frame.T_camera_object, strict=True
    ):
        np.testing.assert_allclose(
            frame.T_table_camera @ T_camera_object, T_world_object, atol=1e-12
        )
        vertices, triangles = reader.model(int(object_id))
        np.testing.assert_allclose(vertices, model.vertices, atol=1e-7)
        np.testing.assert_array_equal(triangles, model.triangles)


def test_scenes_that_change_from_view_to_view_have_no_such_layout(
    grasp: Callable[..., Result], small_data_set: Path, tmp_path: Path
) -> None:
    emptied = Path(shutil.copytree(small_data_set, tmp_path / "emptied"))
    manifest = json.loads((emptied / "manifest.json").read_text())
    manifest["settings"]["emptied"] = True
    (emptied / "manifest.json").write_text(json.dumps(manifest))
    result = grasp("data", "export", emptied, "--graspnet", tmp_path / "root")
    assert result.exit_code == 2
    assert "made with emptied=true" in result.stderr
    assert not (tmp_path / "root").exists()


@pytest.mark.usefixtures("its_labels")
def test_the_command_tells_what_it_wrote_and_its_own_check_passes(
    grasp: Callable[..., Result], small_data_set: Path, tmp_path: Path
) -> None:
    result = grasp("data", "export", small_data_set, "--graspnet", tmp_path / "root")
    assert result.exit_code == 0, result.output
    assert "wrote 2 scenes" in result.stdout
    checked = grasp("data", "check", tmp_path / "root")
    assert checked.exit_code == 0, checked.output
    assert "2 scenes, 4 views by realsense" in checked.stdout
    assert "848 x 480 pixels" in checked.stdout or "1032 x 772 pixels" in checked.stdout
    depth = tmp_path / "root/scenes/scene_0001/realsense/depth/0001.png"
    depth.unlink()
    missing = grasp("data", "check", tmp_path / "root")
    assert missing.exit_code == 2
    assert "missing scenes/scene_0001/realsense/depth/0001.png" in missing.stderr
