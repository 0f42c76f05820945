from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from grasp_robots.errors import RobotFileError
from grasp_robots.work_cell import OpenBox, load_work_cell

CELL = {
    "robot": "diana7",
    "base": {"position_m": [1.0, 2.0, 0.5], "yaw_rad": np.pi / 2},
    "bin": {"size_m": [0.4, 0.3, 0.1]},
    "trays": {"diana7_arm": {"center_m": [0.1, 0.4], "size_m": [0.3, 0.2, 0.06]}},
    "cameras": {"d435": {"position_m": [0.4, 0.0, 0.5], "target_m": [0.0, 0.0, 0.0]}},
}

TRAY_OF_ARM = {"arm": CELL["trays"]["diana7_arm"]}  # type: ignore[index]


@pytest.fixture
def cells(tmp_path: Path, robot_folder: Path, gripper_folder: Path) -> Path:
    """Make a folder for cells beside the robots and the grippers."""
    (tmp_path / "robots").symlink_to(robot_folder)
    (tmp_path / "grippers").symlink_to(gripper_folder)
    (tmp_path / "cells").mkdir()
    return tmp_path / "cells"


def write(cells: Path, data: Any) -> Path:
    path = cells / "mine.yaml"
    path.write_text(data if isinstance(data, str) else yaml.safe_dump(data), encoding="utf-8")
    return path


@pytest.mark.parametrize("name", ["diana7", "yumi"])
def test_the_cells_that_we_ship(name: str, robot_folder: Path) -> None:
    cell = load_work_cell(robot_folder.parent / "cells" / f"{name}.yaml")
    assert cell.robot.name == name
    assert set(cell.trays) == {arm.group for arm in cell.robot.arms}
    assert set(cell.cameras) == {"d435", "phoxi"}


def test_numbers_of_a_file(cells: Path) -> None:
    cell = load_work_cell(write(cells, CELL))
    expected = [[0, -1, 0, 1], [1, 0, 0, 2], [0, 0, 1, 0.5], [0, 0, 0, 1]]
    np.testing.assert_allclose(cell.T_world_root, expected, atol=1e-12)
    assert cell.trays["diana7_arm"] == OpenBox((0.1, 0.4), (0.3, 0.2, 0.06))
    position, target = cell.cameras["d435"]
    assert position.tolist() == [0.4, 0.0, 0.5]
    assert target.tolist() == [0.0, 0.0, 0.0]


def test_names_of_the_cell(cells: Path) -> None:
    names = {"joint1": "joint_1", "arm_controller": "/diana/joint_trajectory_controller"}
    cell = load_work_cell(
        write(cells, CELL | {"names": names | {"diana7_arm": "arm"}, "trays": TRAY_OF_ARM})
    )
    (arm,) = cell.robot.arms
    assert arm.joints[:2] == ("joint_1", "joint2")
    assert arm.controller == "/diana/joint_trajectory_controller"
    assert set(cell.trays) == {arm.group} == {"arm"}


def test_the_documented_names_of_abbs_driver_count_along_the_chain(
    cells: Path, robot_folder: Path
) -> None:
    page = (robot_folder.parents[1] / "docs" / "hardware.md").read_text(encoding="utf-8")
    names = dict(re.findall(r"^ +(yumi_joint_\d_[rl]): (rob[rl]_joint_\d)$", page, re.MULTILINE))
    data = yaml.safe_load((robot_folder.parent / "cells" / "yumi.yaml").read_text("utf-8"))
    cell = load_work_cell(write(cells, data | {"names": names}))
    for arm, side in zip(cell.robot.arms, "rl", strict=True):
        assert arm.joints == tuple(f"rob{side}_joint_{i}" for i in range(1, 8))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"robot": "ur5"}, r"ur5\.yaml: No such file"),
        (
            {"speed": 1},
            "mine.yaml: the file has unknown speed; valid: robot, base, bin, trays",
        ),
        ({"names": {"elbow": "e"}}, "mine.yaml: diana7 has no elbow; valid: arm_controller"),
        ({"names": {"joint1": 1}}, "mine.yaml: the file.names.joint1: 1 is not a name"),
        ({"base": {"yaw_rad": 0}}, "the file.base lacks position_m"),
        ({"trays": {}}, "mine.yaml: trays of no arm, expected of diana7_arm"),
        (
            {"trays": {"diana7_arm": {"center_m": [0, 0], "size_m": [0.3, 0.2, 0]}}},
            r"size \[0.3, 0.2, 0.0\] of a box must be three lengths > 0 m",
        ),
        (
            {"cameras": {"d435": {"position_m": [0, 0, 1], "target_m": [0, 0, 1]}}},
            r"the file.cameras.d435: the camera stands at its target \[0.0, 0.0, 1.0\]",
        ),
    ],
)
def test_bad_files_are_refused(cells: Path, change: dict[str, Any], message: str) -> None:
    with pytest.raises(RobotFileError, match=message):
        load_work_cell(write(cells, CELL | change))


def test_a_file_that_is_not_there_or_not_yaml(cells: Path) -> None:
    with pytest.raises(RobotFileError, match=r"none\.yaml: No such file"):
        load_work_cell(cells / "none.yaml")
    with pytest.raises(RobotFileError, match=r"mine\.yaml: not YAML"):
        load_work_cell(write(cells, "a: [1"))
