"""The state in which a robot waits for work."""

from __future__ import annotations

import numpy as np

from grasp_core.checks import Float
from grasp_robots.description import RobotDescription


def home_values(robot: RobotDescription) -> Float:
    """Joint values (n,) with every arm at home and every gripper open."""
    value_of: dict[str, float] = {}
    for arm in robot.arms:
        value_of |= dict(zip(arm.joints, arm.home.tolist(), strict=True))
        gripper = arm.mount.gripper
        value_of[arm.mount.joints[0]] = gripper.joint_position(gripper.max_width)
    return np.array([value_of[name] for name in robot.joint_names])
