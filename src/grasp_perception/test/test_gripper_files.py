"""Installed files, and grippers by name or path."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from grasp_core.errors import GripperFileError
from grasp_perception.gripper_files import gripper_folder, gripper_names, load_gripper
from grasp_perception.share import InstallationError, share_path


def test_every_installed_gripper_loads_by_its_name() -> None:
    names = gripper_names()
    assert names == ["franka_hand", "parallel_100mm", "yumi_smart_gripper"]
    assert [load_gripper(name).name for name in names] == names


def test_unknown_name_lists_the_valid() -> None:
    with pytest.raises(
        GripperFileError,
        match="gripper 'claw' is unknown; valid: franka_hand, parallel_100mm, yumi_smart_gripper",
    ):
        load_gripper("claw")


def test_gripper_of_a_user_is_loaded_by_path(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    shutil.copy(gripper_folder() / "franka_hand.yaml", path)
    assert load_gripper(str(path)).name == "mine"
    path.write_text(path.read_text().replace("force_n: 70.0", "force_n: -1"))
    with pytest.raises(GripperFileError, match=r"mine\.yaml: force_n: -1 must be > 0"):
        load_gripper(str(path))
    with pytest.raises(GripperFileError, match="No such file"):
        load_gripper(str(tmp_path / "none.yaml"))


def test_sourced_prefixes_come_before_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "share" / "grasp_perception"
    folder.mkdir(parents=True)
    monkeypatch.setenv("AMENT_PREFIX_PATH", f"{tmp_path / 'empty'}:{tmp_path}")
    assert share_path("grasp_perception") == folder
    monkeypatch.delenv("AMENT_PREFIX_PATH")
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert share_path("grasp_perception") == folder


def test_a_package_that_is_not_installed_is_named() -> None:
    with pytest.raises(InstallationError, match="package grasp_nothing is not installed below"):
        share_path("grasp_nothing")
