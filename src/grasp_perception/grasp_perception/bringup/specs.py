"""`NodeSpec` and `IncludeSpec`: what a bringup starts, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class NodeSpec:
    """One node to run.

    Attributes
    ----------
    package, executable : as `ros2 run` takes them.
    namespace : empty for the root.
    parameters : values that override the file's.
    params_file : ROS parameter file, or empty.
    remappings : (from, to) names.
    arguments : of the executable itself, not ROS's.
    managed : a lifecycle node that waits to be configured and activated by somebody else.
    ends : whether its process ends when its work is done.
    several : whether its process has several nodes, which keep their names; a name given to a
        process is given to each of its nodes.
    """

    package: str
    executable: str
    name: str
    namespace: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    params_file: str = ""
    remappings: tuple[tuple[str, str], ...] = ()
    arguments: tuple[str, ...] = ()
    managed: bool = False
    ends: bool = False
    several: bool = False


@dataclass(frozen=True)
class IncludeSpec:
    """A launch file of another package to include.

    Attributes
    ----------
    package : where it is installed.
    file : its name below the folder `launch` of the package's share.
    """

    package: str
    file: str

    @property
    def name(self) -> str:
        """For people, as the argument `robot_driver` has it."""
        return f"{self.package}/{self.file}"


Spec = NodeSpec | IncludeSpec
