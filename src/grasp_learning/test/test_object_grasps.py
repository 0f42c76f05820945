from __future__ import annotations

import errno
from dataclasses import fields, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pytest

from grasp_core.errors import ArrayError, FrameError
from grasp_core.grasps import Grasps
from grasp_learning.errors import LabelError
from grasp_learning.object_grasps import FORMAT, LabelCounts, ObjectGrasps


def empty(counts: LabelCounts) -> ObjectGrasps:
    none = np.zeros((0, 2, 3))
    points, positive = np.zeros((3, 3)), np.zeros(3, dtype=bool)
    grasps = Grasps.empty("object")
    return ObjectGrasps(grasps, none, none, np.zeros(0), points, positive, counts, "yumi")


@pytest.mark.parametrize(
    ("counts", "reason"),
    [
        (LabelCounts(12, 0, 0, 0, 0, 0), "none of 12 rays leaves the object within the stroke"),
        (
            LabelCounts(12, 9, 0, 0, 0, 0),
            "none of 9 contact pairs within the stroke is in force closure",
        ),
        (LabelCounts(12, 9, 2, 16, 0, 0), "all of 16 grasps put the gripper into the object"),
    ],
)
def test_labels_without_a_grasp_tell_why(counts: LabelCounts, reason: str) -> None:
    assert len(empty(counts)) == 0
    assert empty(counts).shortfall == reason


def test_a_file_gives_the_labels_back_to_the_last_bit(
    tmp_path: Path, cube_labels: ObjectGrasps
) -> None:
    path = tmp_path / "cube.npz"
    cube_labels.save(path)
    loaded = ObjectGrasps.load(path)
    for field in fields(ObjectGrasps):
        before, after = getattr(cube_labels, field.name), getattr(loaded, field.name)
        if field.name == "grasps":
            assert np.array_equal(before.T_frame_grasp, after.T_frame_grasp)
            assert np.array_equal(before.widths, after.widths)
            assert np.array_equal(before.scores, after.scores)
        else:
            assert np.array_equal(before, after)
    assert not loaded.contacts.flags.writeable
    loaded.save(tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == path.read_bytes()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["again.npz", "cube.npz"]


def test_labels_without_a_grasp_go_into_a_file_too(tmp_path: Path) -> None:
    labels = empty(LabelCounts(12, 0, 0, 0, 0, 0))
    labels.save(tmp_path / "none.npz")
    assert ObjectGrasps.load(tmp_path / "none.npz").shortfall == labels.shortfall


def rewrite(path: Path, **changes: Any) -> None:
    """Change or, by None, leave out arrays of a file."""
    with np.load(path) as archive:
        data = {**archive, **changes}
    np.savez(path, **{name: value for name, value in data.items() if value is not None})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"version": 2}, rf"cube\.npz: format and version \('{FORMAT}', 2\), this program reads"),
        ({"format": "other"}, "this program reads"),
        ({"quality": None}, r"cube\.npz: damaged .*quality"),
        ({"quality": np.zeros(2)}, r"cube\.npz: damaged \(quality: shape \(2,\)"),
        ({"counts": np.zeros(2)}, r"cube\.npz: damaged"),
        ({"points": np.array([object()])}, r"cube\.npz: damaged"),
    ],
)
def test_files_of_another_layout_are_named(
    tmp_path: Path, cube_labels: ObjectGrasps, changes: dict[str, Any], message: str
) -> None:
    path = tmp_path / "cube.npz"
    cube_labels.save(path)
    rewrite(path, **changes)
    with pytest.raises(LabelError, match=message):
        ObjectGrasps.load(path)


def test_every_truncated_file_is_named(tmp_path: Path, cube_labels: ObjectGrasps) -> None:
    path = tmp_path / "cube.npz"
    cube_labels.save(path)
    whole = path.read_bytes()
    for length in np.linspace(0, len(whole) - 1, 40).astype(int):
        path.write_bytes(whole[:length])
        with pytest.raises(LabelError, match=r"cube\.npz: damaged"):
            ObjectGrasps.load(path)


def test_a_damaged_byte_gives_labels_or_an_error_that_names_the_file(
    tmp_path: Path, cube_labels: ObjectGrasps
) -> None:
    path = tmp_path / "cube.npz"
    cube_labels.save(path)
    whole = path.read_bytes()
    messages = []
    for position in np.linspace(0, len(whole) - 1, 150).astype(int):
        path.write_bytes(whole[:position] + bytes([whole[position] ^ 0xFF]) + whole[position + 1 :])
        try:
            ObjectGrasps.load(path)
        except LabelError as error:
            messages.append(str(error))
    assert len(messages) > 100  # the rest hit what ZIP ignores
    assert all("cube.npz" in message for message in messages)


def test_a_missing_file_and_folder_are_named(tmp_path: Path, cube_labels: ObjectGrasps) -> None:
    with pytest.raises(LabelError, match=r"none\.npz: missing"):
        ObjectGrasps.load(tmp_path / "none.npz")
    with pytest.raises(LabelError, match=r"cube\.npz: No such file or directory"):
        cube_labels.save(tmp_path / "absent" / "cube.npz")
    (tmp_path / "file").touch()
    with pytest.raises(LabelError, match=r"file/cube\.npz: Not a directory"):
        cube_labels.save(tmp_path / "file" / "cube.npz")


def test_a_full_disk_leaves_the_old_file(
    tmp_path: Path, cube_labels: ObjectGrasps, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "cube.npz"
    cube_labels.save(path)
    whole = path.read_bytes()

    def fill(stream: BinaryIO, **_: object) -> None:
        stream.write(b"half")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(np, "savez_compressed", fill)
    with pytest.raises(LabelError, match=r"cube\.npz: No space left on device"):
        cube_labels.save(path)
    assert [file.name for file in tmp_path.iterdir()] == ["cube.npz"]
    assert path.read_bytes() == whole


def test_labels_that_contradict_themselves_are_refused(cube_labels: ObjectGrasps) -> None:
    n = len(cube_labels)
    with pytest.raises(ArrayError, match=rf"contacts: shape \(1, 2, 3\), expected \({n}, 2, 3\)"):
        replace(cube_labels, contacts=cube_labels.contacts[:1])
    with pytest.raises(ArrayError, match=r"quality: -1 at 0 is not in \[0.0, inf\]"):
        replace(cube_labels, quality=np.full(n, -1.0))
    with pytest.raises(ArrayError, match=f"counts: 0 kept, but there are {n} grasps"):
        replace(cube_labels, counts=LabelCounts(0, 0, 0, 0, 0, 0))
    moved = cube_labels.grasps.transformed(np.eye(4), "world")
    with pytest.raises(FrameError, match="grasps are in 'world', expected 'object'"):
        replace(cube_labels, grasps=moved)
