"""`RobotDescription`: a robot as data, from which every other file is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from grasp_robots.arm import HOME, Arm
from grasp_robots.errors import RobotModelError, UnknownNameError
from grasp_robots.joint import Joint, JointLimits
from grasp_robots.link import Link

Part = TypeVar("Part", Link, Joint)


@dataclass(frozen=True, eq=False)
class CartesianLimits:
    """How fast the tool may move on a straight line: m/s, m/s^2, rad/s."""

    velocity: float
    acceleration: float
    rotation: float


@dataclass(frozen=True, eq=False)
class RobotDescription:
    """A robot as data; all generators read it.

    Attributes
    ----------
    name : of the robot.
    links, joints : every parent before its children.
    arms : one or more.
    cartesian : limits of the tools.
    all_arms : name of the group of all arms, None for a single arm.

    Raises
    ------
    RobotModelError : a name is used twice, a link is missing or has two parents, a mimicked joint
        or an arm's pose does not exist or is out of limits.
    """

    name: str
    links: tuple[Link, ...]
    joints: tuple[Joint, ...]
    arms: tuple[Arm, ...]
    cartesian: CartesianLimits
    all_arms: str | None = None

    def __post_init__(self) -> None:
        links = [link.name for link in self.links]
        joints = {joint.name: joint for joint in self.joints}
        _refuse_twins(links, "link")
        _refuse_twins([joint.name for joint in self.joints], "joint")
        _refuse_twins([arm.group for arm in self.arms], "arm")
        reached = [self.root]
        for joint in self.joints:
            if joint.parent not in reached or joint.child in reached or joint.child not in links:
                raise RobotModelError(
                    f"joint {joint.name} from {joint.parent} to {joint.child} must lead from a "
                    f"link that is reached to one that is not; reached: {', '.join(reached)}; "
                    f"links: {', '.join(links)}"
                )
            reached.append(joint.child)
            if joint.mimic is not None and (
                joint.mimic not in joints or not joints[joint.mimic].moving
            ):
                raise RobotModelError(f"joint {joint.name} mimics {joint.mimic!r}, no moving joint")
        loose = [name for name in links if name not in reached]
        if loose:
            raise RobotModelError(f"no joint leads to {', '.join(loose)}")
        for arm in self.arms:
            _check_arm(self, arm)

    @property
    def root(self) -> str:
        """Name of the link that everything stands on."""
        children = {joint.child for joint in self.joints}
        roots = [link.name for link in self.links if link.name not in children]
        if not roots:
            raise RobotModelError("no link is the root: the joints form a circle")
        return roots[0]

    @cached_property
    def joint_names(self) -> tuple[str, ...]:
        """Moving joints, fingers included, in the order of all joint values of the robot."""
        return tuple(joint.name for joint in self.joints if joint.moving)

    def link(self, name: str) -> Link:
        """Return a link by its name; raises UnknownNameError."""
        return _named(self.links, name, "link")

    def joint(self, name: str) -> Joint:
        """Return a joint by its name; raises UnknownNameError."""
        return _named(self.joints, name, "joint")

    def arm(self, group: str) -> Arm:
        """Return an arm by its group; raises UnknownNameError."""
        for arm in self.arms:
            if arm.group == group:
                return arm
        valid = ", ".join(arm.group for arm in self.arms)
        raise UnknownNameError(f"{self.name} has no arm {group!r}; valid: {valid}")

    def limits(self, joint: str) -> JointLimits:
        """Limits of a joint that is not fixed; raises UnknownNameError."""
        limits = self.joint(joint).limits
        if limits is None:
            valid = ", ".join(self.joint_names)
            raise UnknownNameError(f"{self.name}: joint {joint} is fixed; with limits: {valid}")
        return limits

    def chain(self, base: str, tip: str) -> tuple[Joint, ...]:
        """Joints from one link to another below it, fixed ones too; raises UnknownNameError."""
        above = {joint.child: joint for joint in self.joints}
        self.link(base)
        link, chain = self.link(tip).name, []
        while link != base:
            if link not in above:
                raise UnknownNameError(f"{self.name}: {tip} does not hang on {base}")
            chain.append(above[link])
            link = above[link].parent
        return tuple(reversed(chain))


def _named(items: Sequence[Part], name: str, what: str) -> Part:
    for item in items:
        if item.name == name:
            return item
    valid = ", ".join(item.name for item in items)
    raise UnknownNameError(f"no {what} {name!r}; valid: {valid}")


def _refuse_twins(names: Iterable[str], what: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise RobotModelError(f"two {what}s are called {name}")
        seen.add(name)


def _check_arm(robot: RobotDescription, arm: Arm) -> None:
    """Refuse an arm whose poses do not fit its joints."""
    if HOME not in arm.poses:
        raise RobotModelError(f"arm {arm.group} lacks the pose {HOME}")
    robot.chain(arm.tool, arm.tcp)
    moving = tuple(joint.name for joint in robot.chain(arm.base, arm.tool) if joint.moving)
    if arm.joints != moving:
        raise RobotModelError(
            f"arm {arm.group} has the joints {', '.join(arm.joints)}; those from {arm.base} to "
            f"{arm.tool} are {', '.join(moving)}"
        )
    for pose, values in arm.poses.items():
        if len(values) != len(arm.joints):
            raise RobotModelError(
                f"arm {arm.group}, pose {pose}: {len(values)} values for {len(arm.joints)} joints"
            )
        for name, value in zip(arm.joints, values, strict=True):
            limits = robot.limits(name)
            if not limits.lower <= value <= limits.upper:
                raise RobotModelError(
                    f"arm {arm.group}, pose {pose}: {name} at {value} is outside "
                    f"{limits.lower} to {limits.upper}"
                )
