"""`WorkCell`: where a robot, its trays and the cameras stand; config/cells/ has one file each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from scipy.spatial.transform import Rotation

from grasp_core.checks import Float
from grasp_core.transforms import transform
from grasp_robots.description import RobotDescription
from grasp_robots.errors import RobotError, RobotFileError
from grasp_robots.names import renamed
from grasp_robots.robot_file import load_robot
from grasp_robots.section import Section, read_file

#: Metres, thickness of the walls of bins and trays.
WALL_M = 0.005


@dataclass(frozen=True)
class OpenBox:
    """An open box on the table: the bin, or the tray into which an arm puts what it picked.

    Attributes
    ----------
    center : (x, y) metres in the world, the middle of its floor.
    size : (length along x, width along y, height of the walls), metres, inside.

    Raises
    ------
    RobotFileError : a length is not > 0.
    """

    center: tuple[float, float]
    size: tuple[float, float, float]

    def __post_init__(self) -> None:
        if not all(length > 0 for length in self.size):
            raise RobotFileError(f"size {list(self.size)} of a box must be three lengths > 0 m")

    def walls(self) -> list[tuple[Float, Float]]:
        """Centre (3,) and half sides (3,), metres in the world, of each wall."""
        (x, y, z), t = np.array(self.size) / 2, WALL_M / 2
        offset = np.array([*self.center, 0.0])
        return [
            (offset + center, np.array(half))
            for center, half in (
                ([x + t, 0.0, z], [t, y + 2 * t, z]),
                ([-x - t, 0.0, z], [t, y + 2 * t, z]),
                ([0.0, y + t, z], [x, t, z]),
                ([0.0, -y - t, z], [x, t, z]),
            )
        ]

    def spots(self) -> Float:
        """Middles (9, 2) of the ninths of the floor, metres in the world; no two beside in turn."""
        order = [(1, 1), (-1, -1), (1, -1), (-1, 1), (0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)]
        spots: Float = self.center + np.array(order) * np.array(self.size[:2]) / 3
        return spots


@dataclass(frozen=True, eq=False)
class WorkCell:
    """A robot beside the bin. The world's origin is the middle of the bin's floor, z up.

    Attributes
    ----------
    robot : the robot.
    T_world_root : (4, 4) pose of the robot's root link.
    bin : what is picked from; its center is the world's origin.
    trays : of each arm, by its group.
    cameras : (position, target) by the camera's name, each (3,) metres in the world: where it
        stands and what it looks at.

    Raises
    ------
    RobotFileError : an arm lacks a tray, or a tray belongs to no arm.
    """

    robot: RobotDescription
    T_world_root: Float
    bin: OpenBox
    trays: Mapping[str, OpenBox]
    cameras: Mapping[str, tuple[Float, Float]]

    def __post_init__(self) -> None:
        arms = [arm.group for arm in self.robot.arms]
        if sorted(arms) != sorted(self.trays):
            raise RobotFileError(
                f"trays of {', '.join(self.trays) or 'no arm'}, expected of {', '.join(arms)}"
            )
        object.__setattr__(self, "trays", MappingProxyType(dict(self.trays)))
        object.__setattr__(self, "cameras", MappingProxyType(dict(self.cameras)))


def load_work_cell(path: Path | str) -> WorkCell:
    """Read a cell's file; robots and grippers lie in the folders beside its own.

    An entry `names` gives the robot's links, joints, groups and controllers the names that they
    have in this cell; trays then have the new names.

    Raises
    ------
    RobotFileError : this file or one that it names is missing, is not YAML, or a value is missing,
        unknown, of the wrong type or impossible; the message names the file and the key.
    """
    path = Path(path)
    file = read_file(path)
    try:
        file.check_keys(("robot", "base", "bin", "trays", "cameras"), ("names",))
        name = file.text("robot")
    except RobotFileError as error:
        raise RobotFileError(f"{path}: {error}") from error
    config = path.parent.parent
    robot = load_robot(config / "robots" / f"{name}.yaml", config / "grippers")
    try:
        return WorkCell(
            robot=renamed(robot, _names(file)),
            T_world_root=_base(file.section("base")),
            bin=_bin(file.section("bin")),
            trays={section.name: _tray(section) for section in file.sections("trays")},
            cameras={section.name: _view(section) for section in file.sections("cameras")},
        )
    except RobotError as error:
        raise RobotFileError(f"{path}: {error}") from error


def _names(file: Section) -> dict[str, str]:
    if "names" not in file:
        return {}
    names = file.section("names")
    return {old: names.text(old) for old in names.data}


def _base(section: Section) -> Float:
    section.check_keys(("position_m", "yaw_rad"))
    turn = Rotation.from_euler("z", section.number("yaw_rad")).as_matrix()
    return transform(turn, section.numbers("position_m", 3))


def _bin(section: Section) -> OpenBox:
    section.check_keys(("size_m",))
    length, width, height = section.numbers("size_m", 3).tolist()
    return OpenBox((0.0, 0.0), (length, width, height))


def _tray(section: Section) -> OpenBox:
    section.check_keys(("center_m", "size_m"))
    x, y = section.numbers("center_m", 2).tolist()
    length, width, height = section.numbers("size_m", 3).tolist()
    return OpenBox((x, y), (length, width, height))


def _view(section: Section) -> tuple[Float, Float]:
    section.check_keys(("position_m", "target_m"))
    position, target = section.numbers("position_m", 3), section.numbers("target_m", 3)
    if np.array_equal(position, target):
        raise RobotFileError(f"{section.path}: the camera stands at its target {target.tolist()}")
    return position, target
