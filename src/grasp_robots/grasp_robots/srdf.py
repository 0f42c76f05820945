"""SRDF of a robot: groups, named poses, end effectors and the contacts that are not checked."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence

from grasp_robots.allowed_contacts import AllowedContact
from grasp_robots.arm import Arm
from grasp_robots.description import RobotDescription
from grasp_robots.gripper_links import closed_and_open
from grasp_robots.xml_text import add, number, text


def srdf(robot: RobotDescription, allowed: Sequence[AllowedContact]) -> str:
    """SRDF text.

    An arm's group is the chain from its base to its `tcp`, so that a grasp is a pose goal as it is;
    the end effector hangs on `tool0`. There is no virtual joint: MoveIt would take the robot to
    stand at the world's origin. Its model frame is the root link.

    Parameters
    ----------
    allowed : from `allowed_contacts`.
    """
    root = ElementTree.Element("robot", {"name": robot.name})
    for arm in robot.arms:
        add(add(root, "group", name=arm.group), "chain", base_link=arm.base, tip_link=arm.tcp)
        hand = add(root, "group", name=arm.mount.group)
        for link in arm.mount.links:
            add(hand, "link", name=link)
        for joint in arm.mount.joints:
            add(hand, "joint", name=joint)
    if robot.all_arms is not None:
        group = add(root, "group", name=robot.all_arms)
        for arm in robot.arms:
            add(group, "group", name=arm.group)
    for arm in robot.arms:
        _add_states(root, arm)
        add(
            root,
            "end_effector",
            name=arm.mount.end_effector,
            parent_link=arm.tool,
            group=arm.mount.group,
            parent_group=arm.group,
        )
    if robot.all_arms is not None:
        for pose in _common_poses(robot):
            _add_state(root, robot.all_arms, pose, _joint_values(robot.arms, pose))
    for pair in allowed:
        add(root, "disable_collisions", link1=pair.first, link2=pair.second, reason=pair.reason)
    return text(root)


def _add_states(root: ElementTree.Element, arm: Arm) -> None:
    for pose in arm.poses:
        _add_state(root, arm.group, pose, _joint_values([arm], pose))
    for state, value in closed_and_open(arm.mount.gripper).items():
        _add_state(root, arm.mount.group, state, {arm.mount.joints[0]: value})


def _add_state(
    root: ElementTree.Element, group: str, name: str, values: Mapping[str, float]
) -> None:
    element = add(root, "group_state", name=name, group=group)
    for joint, value in values.items():
        add(element, "joint", name=joint, value=number(value))


def _joint_values(arms: Sequence[Arm], pose: str) -> dict[str, float]:
    return {
        joint: value
        for arm in arms
        for joint, value in zip(arm.joints, arm.poses[pose], strict=True)
    }


def _common_poses(robot: RobotDescription) -> list[str]:
    """Names of the poses that every arm has."""
    return [pose for pose in robot.arms[0].poses if all(pose in arm.poses for arm in robot.arms)]
