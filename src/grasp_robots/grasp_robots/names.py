"""Give a robot the names of another cell: public packages disagree about them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from grasp_robots.arm import Arm, Mount
from grasp_robots.description import RobotDescription
from grasp_robots.errors import UnknownNameError


def renamed(
    robot: RobotDescription, names: Mapping[str, str] | None = None, prefix: str = ""
) -> RobotDescription:
    """Return the same robot under other names.

    Parameters
    ----------
    names : new names by the old ones: of links, joints, groups, end effectors and controllers.
    prefix : put before every link and joint, also those that `names` renames, so that two robots
        can share one transform tree.

    Raises
    ------
    UnknownNameError : the robot has nothing of that name; the message lists all its names.
    RobotModelError : two links, joints or arms get the same name.
    """
    names = dict(names or {})
    valid = sorted({*_parts(robot), *_labels(robot)})
    unknown = sorted(set(names) - set(valid))
    if unknown:
        raise UnknownNameError(
            f"{robot.name} has no {', '.join(unknown)}; valid: {', '.join(valid)}"
        )

    def part(name: str) -> str:
        return prefix + names.get(name, name)

    def label(name: str) -> str:
        return names.get(name, name)

    def mount(old: Mount) -> Mount:
        palm, left, right = (part(name) for name in old.links)
        return Mount(
            old.gripper,
            label(old.group),
            label(old.end_effector),
            label(old.controller),
            links=(palm, left, right),
            joints=(part(old.joints[0]), part(old.joints[1])),
        )

    def arm(old: Arm) -> Arm:
        return Arm(
            group=label(old.group),
            base=part(old.base),
            tool=part(old.tool),
            tcp=part(old.tcp),
            joints=tuple(part(name) for name in old.joints),
            poses=old.poses,
            controller=label(old.controller),
            mount=mount(old.mount),
        )

    return replace(
        robot,
        links=tuple(replace(link, name=part(link.name)) for link in robot.links),
        joints=tuple(
            replace(
                joint,
                name=part(joint.name),
                parent=part(joint.parent),
                child=part(joint.child),
                mimic=None if joint.mimic is None else part(joint.mimic),
            )
            for joint in robot.joints
        ),
        arms=tuple(arm(old) for old in robot.arms),
        all_arms=None if robot.all_arms is None else label(robot.all_arms),
    )


def _parts(robot: RobotDescription) -> Iterable[str]:
    yield from (link.name for link in robot.links)
    yield from (joint.name for joint in robot.joints)


def _labels(robot: RobotDescription) -> Iterable[str]:
    for arm in robot.arms:
        yield from (arm.group, arm.controller)
        yield from (arm.mount.group, arm.mount.end_effector, arm.mount.controller)
    if robot.all_arms is not None:
        yield robot.all_arms
