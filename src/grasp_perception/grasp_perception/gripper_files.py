"""Finds the gripper files that the workspace installs."""

from __future__ import annotations

from pathlib import Path

from grasp_core.errors import GripperFileError
from grasp_core.gripper import Gripper
from grasp_perception.share import share_path


def gripper_folder() -> Path:
    """Folder of the installed gripper files.

    Raises
    ------
    InstallationError : grasp_perception is not installed.
    """
    return share_path("grasp_perception") / "config" / "grippers"


def gripper_names(folder: Path | None = None) -> list[str]:
    """Names of the grippers in `folder`, by default the installed ones, sorted."""
    folder = gripper_folder() if folder is None else folder
    return sorted(path.stem for path in folder.glob("*.yaml"))


def load_gripper(name: str) -> Gripper:
    """Load a gripper by its name in config/grippers, or from the path of a YAML file.

    Raises
    ------
    GripperFileError : no gripper has this name (those there are are listed), or its file is
        wrong.
    """
    if Path(name).suffix in (".yaml", ".yml"):
        return Gripper.load(name)
    names = gripper_names()
    if name not in names:
        raise GripperFileError(
            f"gripper {name!r} is unknown; valid: {', '.join(names)}, or the path of a .yaml file"
        )
    return Gripper.load(gripper_folder() / f"{name}.yaml")
