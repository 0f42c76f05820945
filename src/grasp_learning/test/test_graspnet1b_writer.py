from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from scipy.io import loadmat

from grasp_learning.errors import GraspNetFileError
from grasp_learning.graspnet1b.writer import GraspNetWriter

NAMES = {5: "brick", 0: "ball"}


def test_files_are_as_graspnet_api_expects_them(tiny: Any, tmp_path: Path) -> None:
    """Names, types and shapes as its sources and documents state them."""
    frames = tiny.export(tmp_path)
    folder = tmp_path / f"scenes/scene_{tiny.number:04d}"
    camera = folder / "realsense"
    assert (folder / "object_id_list.txt").read_text() == "5\n0\n"
    assert np.load(camera / "camK.npy").tolist() == [[90, 0, 47], [0, 91, 35], [0, 0, 1]]
    poses = np.load(camera / "camera_poses.npy")
    assert poses.shape == (2, 4, 4)
    np.testing.assert_allclose(poses[0], np.eye(4), atol=1e-12)  # the first view is the reference
    table = np.load(camera / "cam0_wrt_table.npy") @ poses[1]
    np.testing.assert_allclose(table, frames[1].T_table_camera, atol=1e-12)
    modes = {"rgb": "RGB", "depth": "I;16", "label": "L"}
    for kind, mode in modes.items():
        with Image.open(camera / kind / "0001.png") as image:
            assert (image.mode, image.size) == (mode, (96, 72))
    with Image.open(camera / "label" / "0000.png") as image:
        assert np.unique(np.asarray(image)).tolist() == [0, 1, 6]  # object id + 1
    meta = loadmat(camera / "meta/0000.mat")
    assert meta["poses"].shape == (3, 4, 2)
    assert meta["cls_indexes"].flatten().astype(np.int32).tolist() == [6, 1]
    assert meta["intrinsic_matrix"][0][0] == 90
    assert meta["factor_depth"] == 1000
    assert np.load(camera / "rect/0000.npy").shape == (0, 7)
    labels = np.load(tmp_path / "grasp_label/005_labels.npz")
    assert sorted(labels.files) == ["collision", "offsets", "points", "scores"]
    assert labels["offsets"].shape == (6, 300, 12, 4, 3)
    assert labels["collision"].dtype == np.bool_
    collision = np.load(tmp_path / f"collision_label/scene_{tiny.number:04d}/collision_labels.npz")
    assert sorted(collision.files) == ["arr_0", "arr_1"]


def test_object_numbers_above_255_fit_the_label_image(tiny: Any, tmp_path: Path) -> None:
    frame = tiny.frames()[0]
    label = np.where(frame.label == 1, 301, frame.label)
    frame = replace(frame, label=label, object_ids=np.array([5, 300]))
    collision = [tiny.collision(5), tiny.collision(0)]
    GraspNetWriter(tmp_path, "kinect").write_scene(0, [frame], collision, {5: "a", 300: "b"})
    with Image.open(tmp_path / "scenes/scene_0000/kinect/label/0000.png") as image:
        assert np.unique(np.asarray(image)).tolist() == [0, 6, 301]


def test_frames_of_different_scenes_are_refused(tiny: Any, tmp_path: Path) -> None:
    frames = tiny.frames()
    collision = [tiny.collision(object_id) for object_id in tiny.meshes]
    writer = GraspNetWriter(tmp_path, "realsense")
    with pytest.raises(GraspNetFileError, match="at least one frame"):
        writer.write_scene(0, [], collision, NAMES)
    with pytest.raises(GraspNetFileError, match="1 collision labels for 2 objects"):
        writer.write_scene(0, frames, collision[:1], NAMES)
    closer = replace(frames[1], camera=replace(frames[1].camera, fx=80.0))
    with pytest.raises(GraspNetFileError, match="frame 1 has other intrinsics than frame 0"):
        writer.write_scene(0, [frames[0], closer], collision, NAMES)
    fewer = replace(
        frames[1],
        label=np.zeros_like(frames[1].label),
        object_ids=frames[1].object_ids[:1],
        T_camera_object=frames[1].T_camera_object[:1],
    )
    with pytest.raises(GraspNetFileError, match=r"frame 1 has objects \[5\], frame 0 has \[5, 0\]"):
        writer.write_scene(0, [frames[0], fewer], collision, NAMES)
