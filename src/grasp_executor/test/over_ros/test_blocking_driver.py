"""A driver that moves from stop to stop, as diana7_hardware does, below a trajectory controller.

It sends the arm one target at a time, at its own slow speed, and takes none while the arm moves.
The controller (as joint_trajectory_controller) has no limits of its own, as in diana7_bringup.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import rclpy
from builtin_interfaces.msg import Duration
from control_msgs.action import FollowJointTrajectory
from rclpy.action import ActionServer
from rclpy.action.server import ServerGoalHandle
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from grasp_executor.arm import MotionEnd
from grasp_executor.drivers.trajectory_ros import Tolerances, TrajectoryDriver
from grasp_executor.halt import Halt
from grasp_executor.trajectory import Trajectory

Result = FollowJointTrajectory.Result

#: rad/s of the driver, as diana7_hardware; s of the controller's cycle.
SPEED, CYCLE_SEC = 0.1, 0.01


def follow(request: FollowJointTrajectory.Goal) -> int:
    """Error code of a goal for one joint; in the controller's own time, so it takes no time."""
    points = request.trajectory.points
    times = [point.time_from_start.sec + 1e-9 * point.time_from_start.nanosec for point in points]
    values = [point.positions[0] for point in points]
    (path,) = [each.position for each in request.path_tolerance] or [np.inf]
    (goal,) = [each.position for each in request.goal_tolerance] or [np.inf]
    settled_sec = times[-1] + request.goal_time_tolerance.sec
    actual = target = values[0]
    now = 0.0
    while True:
        now += CYCLE_SEC
        wanted = float(np.interp(now, times, values))
        if actual == target:
            target = wanted
        actual += float(np.clip(target - actual, -SPEED * CYCLE_SEC, SPEED * CYCLE_SEC))
        off = abs(wanted - actual)
        if now < times[-1]:
            if off > path:
                return int(Result.PATH_TOLERANCE_VIOLATED)
        elif off <= goal:
            return int(Result.SUCCESSFUL)
        elif now > settled_sec:
            return int(Result.GOAL_TOLERANCE_VIOLATED)


def serve(handle: ServerGoalHandle) -> FollowJointTrajectory.Result:
    code = follow(handle.request)
    if code == Result.SUCCESSFUL:
        handle.succeed()
        return Result()
    handle.abort()
    return Result(error_code=code, error_string="aborted")


@pytest.fixture(scope="module")
def driver(context: Any, spinning: Any) -> TrajectoryDriver:
    node = rclpy.create_node("blocking_driver", context=context)
    spinning.add_node(node)
    ActionServer(node, FollowJointTrajectory, "blocking/follow_joint_trajectory", serve)
    return TrajectoryDriver(node, "blocking", Tolerances(path=0.2, goal=0.01))


@pytest.mark.parametrize(
    ("distance", "duration_sec", "name"),
    [
        (0.05, 1.0, ""),  # slower than the driver
        (0.5, 1.0, "PATH_TOLERANCE_VIOLATED"),  # 0.25 rad behind after 0.5 s
        (0.19, 0.1, "GOAL_TOLERANCE_VIOLATED"),  # 1 s later 0.08 rad are left
    ],
)
def test_a_driver_that_does_not_follow_is_told(
    driver: TrajectoryDriver, distance: float, duration_sec: float, name: str
) -> None:
    times, positions = np.array([0.0, duration_sec]), np.array([[0.0], [distance]])
    zero = np.zeros((2, 1))
    trajectory = Trajectory("arm", ("joint1",), times, positions, zero, zero)
    result = driver.execute(trajectory, Halt())
    assert result.end is (MotionEnd.ABORTED if name else MotionEnd.DONE)
    assert name in result.message


def test_without_tolerances_it_would_pass_for_done() -> None:
    """What a goal of ours must prevent."""
    trajectory = JointTrajectory(
        points=[
            JointTrajectoryPoint(positions=[0.5 * seconds], time_from_start=Duration(sec=seconds))
            for seconds in (0, 1)
        ]
    )
    assert follow(FollowJointTrajectory.Goal(trajectory=trajectory)) == Result.SUCCESSFUL
