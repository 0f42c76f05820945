from __future__ import annotations

import numpy as np
import pytest
from builtin_interfaces.msg import Duration
from control_msgs.action import FollowJointTrajectory
from control_msgs.msg import JointTolerance
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from grasp_sim.errors import CommandError
from grasp_sim.trajectory_ros import read_motion, read_tolerances

JOINTS = ("a", "b")


def point(milliseconds: int, *columns: list[float]) -> JointTrajectoryPoint:
    values = dict(zip(("positions", "velocities", "accelerations"), columns, strict=False))
    sec, rest = divmod(milliseconds, 1000)
    return JointTrajectoryPoint(
        time_from_start=Duration(sec=sec, nanosec=rest * 1_000_000), **values
    )


def test_joints_are_put_into_the_order_of_the_controller() -> None:
    points = [point(500, [1.0, 2.0], [3.0, 4.0]), point(1500, [5.0, 6.0], [0.0, 0.0])]
    motion = read_motion(JointTrajectory(joint_names=["b", "a"], points=points), JOINTS)
    assert motion.times.tolist() == [0.5, 1.5]
    assert motion.positions.tolist() == [[2.0, 1.0], [6.0, 5.0]]
    assert motion.velocities is not None
    assert motion.velocities.tolist() == [[4.0, 3.0], [0.0, 0.0]]
    assert motion.accelerations is None


@pytest.mark.parametrize(
    ("names", "points", "message"),
    [
        (["a"], [point(1, [0.0])], "joints a, expected a, b"),
        (["a", "c"], [point(1, [0.0, 0.0])], "joints a, c, expected a, b"),
        (["a", "b"], [point(1, [0.0])], "point 0 has 1 positions for 2 joints"),
        (
            ["a", "b"],
            [point(1, [0.0, 0.0]), point(2, [0.0, 0.0], [0.0, 0.0])],
            "point 0 has 0 velocities for 2 joints",
        ),
        (["a", "b"], [], "the trajectory has no points"),
    ],
)
def test_bad_messages_are_refused(
    names: list[str], points: list[JointTrajectoryPoint], message: str
) -> None:
    with pytest.raises(CommandError, match=message):
        read_motion(JointTrajectory(joint_names=names, points=points), JOINTS)


def test_tolerances_are_given_or_the_default_or_none() -> None:
    goal = FollowJointTrajectory.Goal(
        path_tolerance=[
            JointTolerance(name="b", position=0.05),
            JointTolerance(name="a", position=0.0),
        ],
        goal_tolerance=[JointTolerance(name="a", position=-1.0)],
        goal_time_tolerance=Duration(sec=2),
    )
    tolerances = read_tolerances(goal, JOINTS)
    assert tolerances.path.tolist() == [0.2, 0.05]
    assert tolerances.goal.tolist() == [np.inf, 0.01]
    assert tolerances.goal_time_sec == 2.0
    assert read_tolerances(FollowJointTrajectory.Goal(), JOINTS).goal_time_sec == 1.0


@pytest.mark.parametrize(
    ("tolerance", "message"),
    [
        (JointTolerance(name="c", position=0.1), "tolerance of 'c', valid: a, b"),
        (JointTolerance(name="a", position=-0.1), r"tolerance -0\.1 of a must be > 0, 0 or -1"),
    ],
)
def test_bad_tolerances_are_refused(tolerance: JointTolerance, message: str) -> None:
    with pytest.raises(CommandError, match=message):
        read_tolerances(FollowJointTrajectory.Goal(goal_tolerance=[tolerance]), JOINTS)
