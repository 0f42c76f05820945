"""`Arm`: a chain of joints that carries a gripper, and the gripper's `Mount`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from grasp_core.checks import Float
from grasp_core.gripper import Gripper

#: The named pose that every arm has: safe to start from, free of contact with the robot itself.
HOME = "home"


@dataclass(frozen=True, eq=False)
class Mount:
    """A parallel gripper on an arm: its file, and the names that it has there.

    Attributes
    ----------
    gripper : shape, stroke and force.
    group, end_effector, controller : names.
    links : palm, left finger (+y of the grasp frame), right finger.
    joints : of the left finger, which is commanded, and of the right one, which mimics it.
    """

    gripper: Gripper
    group: str
    end_effector: str
    controller: str
    links: tuple[str, str, str]
    joints: tuple[str, str]


@dataclass(frozen=True, eq=False)
class Arm:
    """A chain of joints with a gripper.

    Attributes
    ----------
    group : its name, for planning.
    base : link that the chain starts from.
    tool : link `tool0`: on the flange, z out of it.
    tcp : link of the grasp frame (CONVENTIONS.md), between the fingertips.
    joints : moving joints from base to tool, in this order.
    poses : joint values by name; `home` is one of them.
    controller : name of its trajectory controller.
    mount : its gripper.
    """

    group: str
    base: str
    tool: str
    tcp: str
    joints: tuple[str, ...]
    poses: Mapping[str, tuple[float, ...]]
    controller: str
    mount: Mount

    def __post_init__(self) -> None:
        object.__setattr__(self, "poses", MappingProxyType(dict(self.poses)))

    @property
    def home(self) -> Float:
        """Joint values (n,) of the home pose."""
        return np.array(self.poses[HOME])
