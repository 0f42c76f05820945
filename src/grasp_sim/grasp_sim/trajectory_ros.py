"""Conversion of trajectory goals: messages to `Motion` and `Tolerances`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from builtin_interfaces.msg import Duration
from control_msgs.action import FollowJointTrajectory
from control_msgs.msg import JointTolerance
from trajectory_msgs.msg import JointTrajectory

from grasp_core.checks import Float
from grasp_robots.moveit_config import GOAL_TIME_SEC, GOAL_TOLERANCE, PATH_TOLERANCE
from grasp_sim.controllers import Tolerances
from grasp_sim.errors import CommandError
from grasp_sim.motion import Motion

#: A tolerance that stands for no limit, and one for the controller's default.
NO_LIMIT, DEFAULT = -1.0, 0.0


def read_motion(trajectory: JointTrajectory, joints: Sequence[str]) -> Motion:
    """Motion of the controller's joints, in their order.

    Raises
    ------
    CommandError : other joints, or what `Motion` refuses.
    """
    names = list(trajectory.joint_names)
    if sorted(names) != sorted(joints):
        raise CommandError(f"joints {', '.join(names)}, expected {', '.join(joints)}")
    order = [names.index(joint) for joint in joints]
    points = trajectory.points
    return Motion(
        np.array([seconds(point.time_from_start) for point in points]),
        _column([point.positions for point in points], "positions", order),
        _optional([point.velocities for point in points], "velocities", order),
        _optional([point.accelerations for point in points], "accelerations", order),
    )


def read_tolerances(goal: FollowJointTrajectory.Goal, joints: Sequence[str]) -> Tolerances:
    """Tolerances of positions; those of velocities and accelerations are not checked.

    Raises
    ------
    CommandError : a joint is unknown, or a tolerance is negative and not -1.
    """
    time = seconds(goal.goal_time_tolerance)
    return Tolerances(
        path=_limits(goal.path_tolerance, joints, PATH_TOLERANCE),
        goal=_limits(goal.goal_tolerance, joints, GOAL_TOLERANCE),
        goal_time_sec=time if time > 0 else GOAL_TIME_SEC,
    )


def seconds(duration: Duration) -> float:
    """Length of a duration; works for a time too."""
    return float(duration.sec + duration.nanosec * 1e-9)


def _optional(rows: list[Sequence[float]], what: str, order: list[int]) -> Float | None:
    """Values (N, J), or None if no point has any."""
    return _column(rows, what, order) if any(len(row) for row in rows) else None


def _column(rows: list[Sequence[float]], what: str, order: list[int]) -> Float:
    """Values (N, J) of all points."""
    wrong = [i for i, row in enumerate(rows) if len(row) != len(order)]
    if wrong:
        raise CommandError(
            f"point {wrong[0]} has {len(rows[wrong[0]])} {what} for {len(order)} joints"
        )
    return np.array(rows, dtype=np.float64).reshape(len(rows), len(order))[:, order]


def _limits(given: Sequence[JointTolerance], joints: Sequence[str], default: float) -> Float:
    """Limits (J,), infinite where there is none."""
    limits = np.full(len(joints), default)
    for tolerance in given:
        if tolerance.name not in joints:
            raise CommandError(f"tolerance of {tolerance.name!r}, valid: {', '.join(joints)}")
        value = tolerance.position
        if value == NO_LIMIT:
            limits[joints.index(tolerance.name)] = np.inf
        elif value > 0:
            limits[joints.index(tolerance.name)] = value
        elif value != DEFAULT:
            raise CommandError(f"tolerance {value} of {tolerance.name} must be > 0, 0 or -1")
    return limits
