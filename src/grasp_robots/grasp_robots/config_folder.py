"""Write every file that MoveIt, ros2_control and RViz want of a robot into one folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import yaml

from grasp_robots.allowed_contacts import allowed_contacts
from grasp_robots.description import RobotDescription
from grasp_robots.moveit_config import (
    joint_limits,
    kinematics,
    moveit_controllers,
    moveit_cpp,
    pilz_cartesian_limits,
    ros2_controllers,
)
from grasp_robots.srdf import srdf
from grasp_robots.urdf import Hardware, urdf

#: The same robot gives the same files.
SEED = 0


def config_files(robot: RobotDescription, hardware: Hardware | None = None) -> dict[str, str]:
    """Text of each file by its name.

    Parameters
    ----------
    hardware : for ros2_control, as in `urdf`.
    """
    data = {
        "joint_limits": joint_limits(robot),
        "pilz_cartesian_limits": pilz_cartesian_limits(robot),
        "kinematics": kinematics(robot),
        "ros2_controllers": ros2_controllers(robot),
        "moveit_controllers": moveit_controllers(robot),
        "moveit_cpp": moveit_cpp(),
    }
    return {
        f"{robot.name}.urdf": urdf(robot, hardware),
        f"{robot.name}.srdf": srdf(robot, allowed_contacts(robot, np.random.default_rng(SEED))),
        **{
            f"{name}.yaml": yaml.safe_dump(values, sort_keys=False) for name, values in data.items()
        },
    }


def write_config_folder(
    robot: RobotDescription, folder: Path, hardware: Hardware | None = None
) -> None:
    """Write `config_files` into a folder, which is made if it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in config_files(robot, hardware).items():
        (folder / name).write_text(content, encoding="utf-8")
