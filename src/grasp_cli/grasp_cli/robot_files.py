"""Finds the robot files that the workspace installs."""

from __future__ import annotations

from pathlib import Path

from grasp_perception.gripper_files import gripper_folder, load_gripper
from grasp_perception.share import share_path
from grasp_robots.description import RobotDescription
from grasp_robots.errors import RobotFileError
from grasp_robots.robot_file import load_robot


def robot_folder() -> Path:
    """Folder of the installed robot files.

    Raises
    ------
    InstallationError : grasp_perception, which installs them, is not installed.
    """
    return share_path("grasp_perception") / "config" / "robots"


def load_named_robot(name: str, gripper: str = "") -> RobotDescription:
    """Load a robot by its name in config/robots, or from the path of a YAML file.

    Parameters
    ----------
    gripper : name or path of another gripper than the robot's own.

    Raises
    ------
    RobotFileError : no robot has this name (those there are are listed), or its file is wrong.
    GripperFileError : no gripper has this name, or its file is wrong.
    """
    path = Path(name)
    if path.suffix not in (".yaml", ".yml"):
        names = sorted(file.stem for file in robot_folder().glob("*.yaml"))
        if name not in names:
            raise RobotFileError(
                f"robot {name!r} is unknown; valid: {', '.join(names)}, or the path of a .yaml file"
            )
        path = robot_folder() / f"{name}.yaml"
    return load_robot(path, gripper_folder(), load_gripper(gripper) if gripper else None)
