from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import yaml

from grasp_robots.config_folder import config_files, write_config_folder
from grasp_robots.description import RobotDescription
from grasp_robots.moveit_config import joint_limits
from grasp_robots.urdf import Hardware


def test_a_folder_holds_what_moveit_wants(diana7: RobotDescription, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "config"
    write_config_folder(diana7, folder, Hardware())
    assert {path.name for path in folder.iterdir()} == {
        "diana7.urdf",
        "diana7.srdf",
        "joint_limits.yaml",
        "kinematics.yaml",
        "moveit_controllers.yaml",
        "moveit_cpp.yaml",
        "pilz_cartesian_limits.yaml",
        "ros2_controllers.yaml",
    }
    limits = yaml.safe_load((folder / "joint_limits.yaml").read_text(encoding="utf-8"))
    assert limits == joint_limits(diana7)
    root = ElementTree.parse(folder / "diana7.urdf").getroot()
    assert root.find("ros2_control") is not None
    allowed = ElementTree.parse(folder / "diana7.srdf").getroot().findall("disable_collisions")
    assert ("link1", "link2") in {(pair.get("link1"), pair.get("link2")) for pair in allowed}


def test_the_same_robot_gives_the_same_files(diana7: RobotDescription) -> None:
    assert config_files(diana7) == config_files(diana7)
