"""Forward kinematics of a robot, for batches of joint values."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial.transform import Rotation

from grasp_core.checks import Float
from grasp_core.transforms import transform
from grasp_robots.description import RobotDescription
from grasp_robots.errors import JointValueError
from grasp_robots.joint import Joint


def link_poses(robot: RobotDescription, values: ArrayLike) -> dict[str, Float]:
    """Poses `T_root_link` (N, 4, 4) of every link, by its name.

    Parameters
    ----------
    values : (N, n) radians and metres, in the order of `robot.joint_names`.

    Raises
    ------
    JointValueError : another shape, or a value that is not finite.
    """
    q = _checked(values, robot.joint_names)
    column = {name: q[:, i] for i, name in enumerate(robot.joint_names)}
    poses = {robot.root: np.broadcast_to(np.eye(4), (len(q), 4, 4))}
    for joint in robot.joints:
        poses[joint.child] = poses[joint.parent] @ _joint_pose(joint, column, len(q))
    return poses


def chain_poses(robot: RobotDescription, base: str, tip: str, values: ArrayLike) -> Float:
    """Poses `T_base_tip` (N, 4, 4).

    Parameters
    ----------
    base, tip : names of links; the tip hangs on the base.
    values : (N, k) values of the k moving joints between them, from the base on.

    Raises
    ------
    JointValueError : another shape, or a value that is not finite.
    UnknownNameError : there is no such link, or the tip does not hang on the base.
    """
    chain = robot.chain(base, tip)
    moving = [joint.mimic or joint.name for joint in chain if joint.kind != "fixed"]
    names = tuple(dict.fromkeys(moving))
    q = _checked(values, names)
    column = {name: q[:, i] for i, name in enumerate(names)}
    T_base_link: Float = np.broadcast_to(np.eye(4), (len(q), 4, 4))
    for joint in chain:
        T_base_link = T_base_link @ _joint_pose(joint, column, len(q))
    return T_base_link


def _checked(values: ArrayLike, names: tuple[str, ...]) -> Float:
    q = np.asarray(values, dtype=np.float64)
    if q.ndim != 2 or q.shape[1] != len(names):
        raise JointValueError(
            f"joint values of shape {q.shape}, expected (N, {len(names)}): {', '.join(names)}"
        )
    if not np.isfinite(q).all():
        row, joint = np.argwhere(~np.isfinite(q))[0]
        raise JointValueError(f"value {q[row, joint]} of joint {names[joint]} is not finite")
    return q


def _joint_pose(joint: Joint, column: dict[str, Float], count: int) -> Float:
    """Poses `T_parent_child` (N, 4, 4) of what a joint carries."""
    if joint.kind == "fixed":
        return np.broadcast_to(joint.T_parent_joint, (count, 4, 4))
    value = column[joint.mimic or joint.name]
    steps = value[:, None] * np.asarray(joint.axis)
    if joint.kind == "prismatic":
        moved = transform(np.eye(3), steps)
    else:
        moved = transform(Rotation.from_rotvec(steps).as_matrix(), np.zeros(3))
    pose: Float = joint.T_parent_joint @ moved
    return pose
