"""A `PlanningRobot` from a `RobotDescription`: the same files that MoveIt gets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from grasp_executor.planning_robot import JointGroup, PlanningRobot
from grasp_robots.allowed_contacts import AllowedContact
from grasp_robots.arm import Arm
from grasp_robots.description import RobotDescription
from grasp_robots.home import home_values
from grasp_robots.srdf import srdf
from grasp_robots.urdf import urdf


def planning_robot(robot: RobotDescription, allowed: Sequence[AllowedContact]) -> PlanningRobot:
    """Describe a robot for planning, with a group for each arm whose tip is the grasp frame.

    At home the arms are in their home poses and the grippers are open.

    Parameters
    ----------
    allowed : contacts that are not checked, from `allowed_contacts`.
    """
    return PlanningRobot(
        urdf=urdf(robot),
        srdf=srdf(robot, allowed),
        groups={arm.group: _group(robot, arm) for arm in robot.arms},
        home=dict(zip(robot.joint_names, home_values(robot).tolist(), strict=True)),
    )


def _group(robot: RobotDescription, arm: Arm) -> JointGroup:
    limits = [robot.limits(joint) for joint in arm.joints]
    return JointGroup(
        name=arm.group,
        joints=arm.joints,
        tip_link=arm.tcp,
        lower=np.array([joint.lower for joint in limits]),
        upper=np.array([joint.upper for joint in limits]),
        max_velocity=np.array([joint.velocity for joint in limits]),
        max_acceleration=np.array([joint.acceleration for joint in limits]),
        max_jerk=np.array([joint.jerk for joint in limits]),
    )
