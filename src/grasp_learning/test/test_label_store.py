from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from grasp_core.gripper import Gripper
from grasp_learning.errors import LabelError
from grasp_learning.label_store import label_folder, stored_labels
from grasp_learning.object_labels import LabelParams
from grasp_sim.errors import UnknownObjectError

PARAMS = LabelParams(contacts=100, directions=2, approaches=4)


def test_labels_are_computed_once(
    tmp_path: Path, yumi: Gripper, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = stored_labels("nut-0000", yumi, PARAMS, tmp_path)
    assert [path.name[:9] for path in tmp_path.iterdir()] == ["nut-0000-"]
    monkeypatch.setattr("grasp_learning.label_store.label_object", None)
    again = stored_labels("nut-0000", yumi, PARAMS, tmp_path)
    assert len(again) == len(first) > 0
    np.testing.assert_array_equal(again.grasps.positions, first.grasps.positions)


def test_labels_are_the_same_in_every_folder_and_differ_with_what_they_depend_on(
    tmp_path: Path, yumi: Gripper
) -> None:
    first = stored_labels("nut-0000", yumi, PARAMS, tmp_path / "a")
    same = stored_labels("nut-0000", replace(yumi, force_n=3.0), PARAMS, tmp_path / "b")
    np.testing.assert_array_equal(same.contacts, first.contacts)
    stored_labels("nut-0000", replace(yumi, finger_width=0.03), PARAMS, tmp_path / "b")
    stored_labels("nut-0000", yumi, replace(PARAMS, friction=0.5), tmp_path / "b")
    stored_labels("nut-0001", yumi, PARAMS, tmp_path / "b")
    names = sorted(path.name for path in (tmp_path / "b").iterdir())
    assert len(names) == 4
    assert next((tmp_path / "a").iterdir()).name in names


def test_the_default_folder_is_in_the_users_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert label_folder() == tmp_path / "grasp_learning" / "labels"


def test_what_cannot_be_read_or_written_is_named(tmp_path: Path, yumi: Gripper) -> None:
    with pytest.raises(UnknownObjectError, match="no object 'spoonerism-0'"):
        stored_labels("spoonerism-0", yumi, PARAMS, tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(LabelError, match=r"file.nut-0000-\w+\.npz: "):
        stored_labels("nut-0000", yumi, PARAMS, tmp_path / "file")
    stored_labels("nut-0002", yumi, PARAMS, tmp_path / "kept")
    (path,) = (tmp_path / "kept").iterdir()
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(LabelError, match=r"nut-0002-\w+\.npz: damaged"):
        stored_labels("nut-0002", yumi, PARAMS, tmp_path / "kept")
