"""`PlanningRobot`: what every planner reads of a robot, as text and numbers."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from grasp_core.checks import Float, check_array
from grasp_executor.errors import PlanningRobotError


@dataclass(frozen=True, eq=False)
class JointGroup:
    """Joints that move together, their limits, and the link that is brought to a pose.

    Every array of a group's joints is in the order of `joints`, which need not be the order of
    their numbers: on the YuMi it is 1, 2, 7, 3, 4, 5, 6.

    Attributes
    ----------
    name : name of the group in the SRDF.
    joints : names of the J joints, from the base to the tip.
    tip_link : link whose pose inverse kinematics and lines are about (`tool0`).
    lower, upper : (J,) rad or m, position limits.
    max_velocity, max_acceleration, max_jerk : (J,) per s, s² and s³, limits in both directions.
    """

    name: str
    joints: tuple[str, ...]
    tip_link: str
    lower: Float
    upper: Float
    max_velocity: Float
    max_acceleration: Float
    max_jerk: Float

    def __post_init__(self) -> None:
        """Raise PlanningRobotError for limits that no motion keeps, ArrayError for lengths."""
        count = len(self.joints)
        for name in ("lower", "upper", "max_velocity", "max_acceleration", "max_jerk"):
            limits = check_array(getattr(self, name), (count,), f"{self.name}.{name}")
            object.__setattr__(self, name, limits)
            if name.startswith("max_") and not (limits > 0).all():
                raise PlanningRobotError(f"{self.name}.{name}: {limits.tolist()} must be positive")
        if not (self.lower < self.upper).all():
            raise PlanningRobotError(
                f"{self.name}: lower limits {self.lower.tolist()} must be below "
                f"upper limits {self.upper.tolist()}"
            )

    def within(self, positions: Float) -> bool:
        """Tell whether all of `positions` (..., J) lie within the limits."""
        return bool(((positions >= self.lower) & (positions <= self.upper)).all())


@dataclass(frozen=True, eq=False)
class PlanningRobot:
    """A robot: its description, its groups and where its joints are unless told otherwise.

    Attributes
    ----------
    urdf, srdf : XML text. The SRDF has a group for each of `groups` and the disabled collisions.
    groups : by name.
    home : position of every joint that moves on its own, by name; rad or m.
    base_link : the root of the URDF; poses and scenes are in its frame. Derived.
    links : names of the links. Derived.
    """

    urdf: str
    srdf: str
    groups: Mapping[str, JointGroup]
    home: Mapping[str, float]
    base_link: str = field(init=False)
    links: frozenset[str] = field(init=False)
    _moved_by: Mapping[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Raise PlanningRobotError where text and numbers contradict each other."""
        object.__setattr__(self, "groups", MappingProxyType(dict(self.groups)))
        object.__setattr__(self, "home", MappingProxyType(dict(self.home)))
        try:
            root = ElementTree.fromstring(self.urdf)
        except ElementTree.ParseError as error:
            raise PlanningRobotError(f"the URDF is not XML ({error})") from error
        links = {str(link.get("name")) for link in root.findall("link")}
        parents = {_name_in(joint, "child"): joint for joint in root.findall("joint")}
        roots = sorted(links - set(parents))
        if len(roots) != 1:
            raise PlanningRobotError(f"the URDF must have one root link, has {roots}")
        object.__setattr__(self, "base_link", roots[0])
        object.__setattr__(self, "links", frozenset(links))
        object.__setattr__(self, "_moved_by", {link: _moving(link, parents) for link in links})
        moving = {
            str(joint.get("name"))
            for joint in parents.values()
            if joint.get("type") != "fixed" and joint.find("mimic") is None
        }
        if set(self.home) != moving:
            raise PlanningRobotError(
                f"home must name the joints {sorted(moving)}, names {sorted(self.home)}"
            )
        for group in self.groups.values():
            unknown = sorted(set(group.joints) - moving) + sorted({group.tip_link} - links)
            if unknown:
                raise PlanningRobotError(f"group {group.name}: the URDF has no {unknown}")

    def group(self, name: str) -> JointGroup:
        """Return the group of that name.

        Raises
        ------
        PlanningRobotError : there is none; the message lists those that exist.
        """
        if name not in self.groups:
            raise PlanningRobotError(f"no group {name!r}; the robot has {sorted(self.groups)}")
        return self.groups[name]

    def moving_link(self, link: str) -> str:
        """Return the link, at or above `link`, that sits on the joint which moves `link`.

        Its frame is the joint's. For a link that no joint moves it is the base link.
        """
        return self._moved_by[link]


def _name_in(joint: ElementTree.Element, tag: str) -> str:
    """Return the link that the joint's <parent> or <child> names."""
    element = joint.find(tag)
    if element is None or not element.get("link"):
        raise PlanningRobotError(f"joint {joint.get('name')!r} of the URDF names no {tag} link")
    return str(element.get("link"))


def _moving(link: str, parents: Mapping[str, ElementTree.Element]) -> str:
    """Climb from `link` over fixed joints."""
    while link in parents and parents[link].get("type") == "fixed":
        link = _name_in(parents[link], "parent")
    return link
