from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from grasp_core.transforms import from_quaternion_xyzw
from grasp_learning.errors import GraspNetFileError
from grasp_learning.graspnet1b.annotations import read_annotations, write_annotations

#: As the data set's files look: quaternion w, x, y, z, four digits.
THEIRS = """<?xml version="1.0" ?>
<scene>
    <obj>
        <obj_id>14</obj_id>
        <obj_name>014.ply</obj_name>
        <obj_path>models/014.ply</obj_path>
        <pos_in_world>0.1000 -0.0200 0.5000</pos_in_world>
        <ori_in_world>0.7071 0.0000 0.0000 0.7071</ori_in_world>
    </obj>
</scene>
"""


def test_their_file_by_hand(tmp_path: Path) -> None:
    path = tmp_path / "0000.xml"
    path.write_text(THEIRS)
    ids, poses = read_annotations(path)
    assert ids.tolist() == [14]
    # A quarter turn about z.
    expected = [[0, -1, 0, 0.1], [1, 0, 0, -0.02], [0, 0, 1, 0.5], [0, 0, 0, 1]]
    np.testing.assert_allclose(poses, [expected], atol=1e-12)


def test_ours_come_back_and_have_the_same_elements(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    poses = np.stack(
        [from_quaternion_xyzw(rng.standard_normal(4), rng.random(3)) for _ in range(3)]
    )
    path = tmp_path / "0000.xml"
    write_annotations(path, np.array([3, 1, 2]), ["a", "b", "c"], poses)
    ids, back = read_annotations(path)
    assert ids.tolist() == [3, 1, 2]
    np.testing.assert_allclose(back, poses, atol=1e-12)
    for element in ("obj_id", "obj_name", "obj_path", "pos_in_world", "ori_in_world"):
        assert path.read_text().count(f"<{element}>") == 3


def test_a_scene_without_objects_is_empty(tmp_path: Path) -> None:
    path = tmp_path / "0000.xml"
    write_annotations(path, np.zeros(0, np.int64), [], np.zeros((0, 4, 4)))
    ids, poses = read_annotations(path)
    assert (ids.shape, poses.shape) == ((0,), (0, 4, 4))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("</scene>", "", r"0000\.xml: damaged"),
        ("<obj_id>14</obj_id>", "", "0000.xml: an object without obj_id"),
        ("<obj_id>14", "<obj_id>mug", "0000.xml: damaged .*'mug'"),
        ("0.7071 0.0000 0.0000 0.7071", "0 0 0 0", "0000.xml: quaternion .* has no direction"),
        ("0.1000 -0.0200 0.5000", "0.1 nan 0.5", "0000.xml: translation: value .* not finite"),
        ("0.1000 -0.0200 0.5000", "0.1 0.2", r"0000\.xml: translation: shape \(2,\)"),
    ],
)
def test_damage_is_named(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "0000.xml"
    path.write_text(THEIRS.replace(old, new))
    with pytest.raises(GraspNetFileError, match=message):
        read_annotations(path)
