from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.io import loadmat, savemat

from grasp_core.transforms import transform_points
from grasp_learning.errors import GraspNetFileError
from grasp_learning.graspnet1b.frame import GraspNetFrame
from grasp_learning.graspnet1b.reader import GraspNetReader


@pytest.fixture(scope="module")
def exported(
    tiny: Any, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[GraspNetFrame]]:
    root = tmp_path_factory.mktemp("graspnet")
    return root, tiny.export(root)


@pytest.fixture
def copy(exported: tuple[Path, list[GraspNetFrame]], tmp_path: Path) -> Path:
    """The export, to be damaged."""
    return Path(shutil.copytree(exported[0], tmp_path / "copy"))


SCENE = 3
CAMERA_FOLDER = f"scenes/scene_{SCENE:04d}/realsense"


def test_what_was_exported_comes_back(exported: tuple[Path, list[GraspNetFrame]]) -> None:
    root, frames = exported
    reader = GraspNetReader(root, "realsense")
    assert reader.scenes() == [SCENE]
    assert reader.object_ids(SCENE) == [5, 0]
    assert reader.frame_count(SCENE) == 2
    reader.check([SCENE])
    for index, written in enumerate(frames):
        read = reader.frame(SCENE, index)
        assert read.camera == written.camera
        np.testing.assert_allclose(read.depth, written.depth, atol=1e-6)  # whole millimetres
        np.testing.assert_array_equal(read.rgb, written.rgb)
        np.testing.assert_array_equal(read.label, written.label)
        np.testing.assert_array_equal(read.object_ids, written.object_ids)
        np.testing.assert_allclose(read.T_camera_object, written.T_camera_object, atol=1e-12)
        np.testing.assert_allclose(read.T_table_camera, written.T_table_camera, atol=1e-12)


def test_labels_come_back_bit_for_bit(
    tiny: Any, exported: tuple[Path, list[GraspNetFrame]]
) -> None:
    reader = GraspNetReader(exported[0], "realsense")
    for object_id, collision in zip(tiny.meshes, reader.scene_collision(SCENE), strict=True):
        read, written = reader.object_labels(object_id), tiny.labels(object_id)
        for name in ("points", "offsets", "scores", "collision"):
            np.testing.assert_array_equal(getattr(read, name), getattr(written, name))
        np.testing.assert_array_equal(collision, tiny.collision(object_id))


def test_grasps_of_a_view_are_those_of_the_objects_where_they_stand(
    tiny: Any,
    exported: tuple[Path, list[GraspNetFrame]],
) -> None:
    root, frames = exported
    reader = GraspNetReader(root, "realsense")
    per_object = reader.grasps(SCENE, 1, max_friction=0.8)
    for grasps, object_id, T in zip(
        per_object, tiny.meshes, frames[1].T_camera_object, strict=True
    ):
        labels, collision = tiny.labels(object_id), tiny.collision(object_id)
        free = (labels.scores > 0) & (labels.scores <= 0.8) & ~collision
        assert len(grasps) == free.sum() > 0
        expected = labels.grasps(np.eye(4), "object", 0.8, collision).transformed(T, "camera")
        np.testing.assert_allclose(grasps.positions, expected.positions, atol=1e-9)
        assert grasps.frame_id == "realsense_optical_frame"


def test_models_fit_the_labelled_points_of_the_depth_image(
    tiny: Any,
    exported: tuple[Path, list[GraspNetFrame]],
) -> None:
    """Poses, labels, depth, intrinsics and models belong together."""
    reader = GraspNetReader(exported[0], "realsense")
    frame = reader.frame(SCENE, 0)
    cloud = frame.cloud("camera")
    label = frame.label.ravel()[cloud.source_indices]
    for object_id, T in zip(frame.object_ids.tolist(), frame.T_camera_object, strict=True):
        vertices, triangles = reader.model(object_id)
        np.testing.assert_allclose(vertices, tiny.meshes[object_id].vertices, atol=1e-7)
        np.testing.assert_array_equal(triangles, tiny.meshes[object_id].faces)
        seen = cloud.points[label == object_id + 1]
        placed = transform_points(T, vertices)
        assert len(seen) > 20
        inside = (seen > placed.min(axis=0) - 0.01) & (seen < placed.max(axis=0) + 0.01)
        assert inside.all(axis=1).mean() > 0.9


def test_the_table_is_level_in_its_own_frame(
    exported: tuple[Path, list[GraspNetFrame]],
) -> None:
    frame = GraspNetReader(exported[0], "realsense").frame(SCENE, 1)
    cloud = frame.cloud("camera")
    table = cloud.points[frame.label.ravel()[cloud.source_indices] == 0].astype(np.float64)
    heights = transform_points(frame.T_table_camera, table)[:, 2]
    assert abs(np.median(heights)) < 0.003


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        (f"{CAMERA_FOLDER}/depth/0001.png", r"missing .*/realsense/depth/0001\.png"),
        (f"{CAMERA_FOLDER}/camK.npy", r"missing .*camK\.npy"),
        (f"{CAMERA_FOLDER}/camera_poses.npy", r"missing .*camera_poses\.npy"),
        (f"scenes/scene_{SCENE:04d}/object_id_list.txt", r"missing .*object_id_list\.txt"),
        ("grasp_label/005_labels.npz", r"missing grasp_label/005_labels\.npz"),
        (f"collision_label/scene_{SCENE:04d}/collision_labels.npz", "missing collision_label"),
        ("models/000/nontextured.ply", r"missing models/000/nontextured\.ply"),
    ],
)
def test_a_missing_file_is_named(copy: Path, missing: str, message: str) -> None:
    (copy / missing).unlink()
    with pytest.raises(GraspNetFileError, match=message):
        GraspNetReader(copy, "realsense").check([SCENE])


def test_many_missing_files_are_counted(copy: Path) -> None:
    for folder in ("rgb", "depth", "label", "meta"):
        shutil.rmtree(copy / CAMERA_FOLDER / folder)
    with pytest.raises(GraspNetFileError, match=r"rgb/0000\.png, .* and 3 more"):
        GraspNetReader(copy, "realsense").check([SCENE])


def test_reading_what_is_missing_names_it_too(copy: Path) -> None:
    reader = GraspNetReader(copy, "realsense")
    with pytest.raises(GraspNetFileError, match=r"007_labels\.npz: missing"):
        reader.object_labels(7)
    with pytest.raises(GraspNetFileError, match=r"missing .*depth/0009\.png"):
        reader.frame(SCENE, 9)
    with pytest.raises(GraspNetFileError, match="it has no scenes/"):
        GraspNetReader(copy / "models", "realsense")
    with pytest.raises(GraspNetFileError, match="'d435', expected one of kinect, realsense"):
        GraspNetReader(copy, "d435")


@pytest.mark.parametrize(
    "name", ["depth/0000.png", "annotations/0000.xml", "meta/0000.mat", "camera_poses.npy"]
)
@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_truncated_file_is_named(copy: Path, name: str, share: float) -> None:
    path = copy / CAMERA_FOLDER / name
    data = path.read_bytes()
    path.write_bytes(data[: int(share * len(data))])
    with pytest.raises(GraspNetFileError, match=f"{path.name}: "):
        GraspNetReader(copy, "realsense").frame(SCENE, 0)


def test_truncated_labels_are_named(copy: Path) -> None:
    path = copy / "grasp_label/005_labels.npz"
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(GraspNetFileError, match=r"005_labels\.npz: damaged"):
        GraspNetReader(copy, "realsense").object_labels(5)


def test_labels_without_an_array_are_named(copy: Path) -> None:
    np.savez(copy / "grasp_label/005_labels.npz", points=np.zeros((0, 3)))
    with pytest.raises(GraspNetFileError, match=r"005_labels\.npz: it has no .*offsets"):
        GraspNetReader(copy, "realsense").object_labels(5)


def test_collision_labels_of_another_scene_are_refused(tiny: Any, copy: Path) -> None:
    path = copy / f"collision_label/scene_{SCENE:04d}/collision_labels.npz"
    np.savez_compressed(path, tiny.collision(5))
    with pytest.raises(GraspNetFileError, match="1 objects, the scene has 2"):
        GraspNetReader(copy, "realsense").scene_collision(SCENE)


def test_meta_and_annotations_must_agree(copy: Path) -> None:
    path = copy / CAMERA_FOLDER / "meta/0000.mat"
    meta = {key: value for key, value in loadmat(path).items() if not key.startswith("__")}
    savemat(path, {**meta, "cls_indexes": meta["cls_indexes"][::-1]})
    with pytest.raises(GraspNetFileError, match=r"objects \[1, 6\], the annotations have \[6, 1\]"):
        GraspNetReader(copy, "realsense").frame(SCENE, 0)
