"""Where the links of a robot are, as robot_state_publisher tells it on /tf and /tf_static."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from geometry_msgs.msg import Transform, TransformStamped, Vector3

from grasp_core.checks import Float
from grasp_core.transforms import inverse
from grasp_nodes.geometry_ros import header, pose_messages
from grasp_robots.description import RobotDescription
from grasp_robots.home import home_values
from grasp_robots.joint import Joint
from grasp_robots.kinematics import link_poses


def fixed_frames(robot: RobotDescription, time_ns: int) -> list[TransformStamped]:
    """Links that never move on their parents."""
    joints = [joint for joint in robot.joints if joint.kind == "fixed"]
    return _frames(robot, joints, home_values(robot), time_ns)


def moving_frames(robot: RobotDescription, values: Float, time_ns: int) -> list[TransformStamped]:
    """Links on joints that move.

    Parameters
    ----------
    values : (n,) radians and metres, in the order of `robot.joint_names`.
    """
    joints = [joint for joint in robot.joints if joint.kind != "fixed"]
    return _frames(robot, joints, values, time_ns)


def _frames(
    robot: RobotDescription, joints: Sequence[Joint], values: Float, time_ns: int
) -> list[TransformStamped]:
    T_root_link = link_poses(robot, values[None])
    T_parent_child = np.concatenate(
        [inverse(T_root_link[joint.parent]) @ T_root_link[joint.child] for joint in joints]
    )
    return [
        TransformStamped(
            header=header(joint.parent, time_ns),
            child_frame_id=joint.child,
            transform=Transform(
                translation=Vector3(x=p.position.x, y=p.position.y, z=p.position.z),
                rotation=p.orientation,
            ),
        )
        for joint, p in zip(joints, pose_messages(T_parent_child), strict=True)
    ]
