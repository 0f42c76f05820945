"""Links and joints of a parallel gripper, made from its file."""

from __future__ import annotations

import numpy as np

from grasp_core.checks import Float
from grasp_core.gripper import Gripper
from grasp_core.transforms import transform
from grasp_robots.arm import Arm
from grasp_robots.errors import RobotModelError
from grasp_robots.joint import Joint, JointLimits
from grasp_robots.link import Link
from grasp_robots.shapes import Shape

#: A finger slides by half of the width, so a joint that drives it directly has this |scale|.
DIRECT_SCALE = 0.5


def gripper_links(arm: Arm, mass: float) -> tuple[Link, ...]:
    """Return the frame of the grasp, palm, left and right finger of an arm.

    Their shapes are the boxes of `Gripper.boxes`, so that planner, physics and detector collide
    with the same gripper. The frames of palm and closed fingers are the grasp frame.

    Parameters
    ----------
    mass : kilograms of the gripper, spread evenly over its boxes.
    """
    lower, upper = arm.mount.gripper.boxes(np.zeros(1))
    left, right, palm = (_box(lower[0, i], upper[0, i]) for i in range(3))
    density = mass / (left.volume + right.volume + palm.volume)
    return (
        Link(arm.tcp),
        *(
            Link(name, density * shape.volume, (shape,))
            for name, shape in zip(arm.mount.links, (palm, left, right), strict=True)
        ),
    )


def gripper_joints(
    arm: Arm, velocity: float, acceleration: float, jerk: float
) -> tuple[Joint, ...]:
    """Return the joints that carry the links of `gripper_links`.

    The left finger's joint is the commanded one, the right finger's mimics it. Both have the values
    of the gripper's file: joint value = scale * width + offset.

    Parameters
    ----------
    velocity, acceleration, jerk : m/s, m/s^2, m/s^3 of a finger.

    Raises
    ------
    RobotModelError : the file's command does not drive the fingers directly.
    """
    mount = arm.mount
    gripper = mount.gripper
    if abs(gripper.scale) != DIRECT_SCALE:
        raise RobotModelError(
            f"gripper {gripper.name}: command.scale {gripper.scale} drives no sliding finger "
            f"directly; valid: {DIRECT_SCALE} and -{DIRECT_SCALE}, or use your own description"
        )
    ends = sorted(closed_and_open(gripper).values())
    limits = JointLimits(
        lower=ends[0],
        upper=ends[1],
        mechanical=(ends[0], ends[1]),
        velocity=velocity,
        acceleration=acceleration,
        jerk=jerk,
        effort=gripper.force_n,
    )
    palm, *fingers = mount.links
    joints = [
        Joint(f"{arm.tcp}_joint", "fixed", arm.tool, arm.tcp, gripper.T_tool_grasp),
        Joint(f"{palm}_joint", "fixed", arm.tool, palm, gripper.T_tool_grasp),
    ]
    for finger, name, side in zip(fingers, mount.joints, (1.0, -1.0), strict=True):
        opening = side * np.sign(gripper.scale)  # along y, per unit of the joint's value
        T_palm_finger = transform(np.eye(3), (0.0, -opening * gripper.offset, 0.0))
        mimic = None if name == mount.joints[0] else mount.joints[0]
        axis = (0.0, opening, 0.0)
        joints.append(
            Joint(name, "prismatic", palm, finger, T_palm_finger, axis, limits, mimic=mimic)
        )
    return tuple(joints)


def closed_and_open(gripper: Gripper) -> dict[str, float]:
    """Values of the finger joint in the named states of a gripper's group."""
    return {
        "closed": gripper.joint_position(gripper.min_width),
        "open": gripper.joint_position(gripper.max_width),
    }


def _box(lower: Float, upper: Float) -> Shape:
    size = upper - lower
    return Shape("box", (size[0], size[1], size[2]), transform(np.eye(3), (lower + upper) / 2))
