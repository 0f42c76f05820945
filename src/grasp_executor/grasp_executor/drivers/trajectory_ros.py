"""An arm behind the action FollowJointTrajectory of joint_trajectory_controller."""

from __future__ import annotations

from dataclasses import dataclass

from builtin_interfaces.msg import Duration
from control_msgs.action import FollowJointTrajectory
from control_msgs.msg import JointTolerance
from rclpy.node import Node
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from grasp_executor.arm import MotionEnd, MotionResult
from grasp_executor.drivers.action_ros import ActionRunner
from grasp_executor.halt import Halt
from grasp_executor.trajectory import Trajectory
from grasp_robots.moveit_config import GOAL_TIME_SEC

#: A motion may take so much longer than planned, and so many seconds more, until it is given up:
#: controllers settle at the end, and a simulation may run slower than the clock.
SLOWER, SETTLE_SEC = 2.0, 5.0

#: Names of the result's error codes.
ERRORS = {
    getattr(FollowJointTrajectory.Result, name): name
    for name in (
        "INVALID_GOAL",
        "INVALID_JOINTS",
        "OLD_HEADER_TIMESTAMP",
        "PATH_TOLERANCE_VIOLATED",
        "GOAL_TOLERANCE_VIOLATED",
    )
}


@dataclass(frozen=True)
class Tolerances:
    """How far each joint may be from where it should be, rad: on the way, and at the end.

    They go with every goal, since a controller without limits of its own reports success when the
    time is over, wherever the arm is then.
    """

    path: float
    goal: float


class TrajectoryDriver:
    """`ArmDriver`; the controller's action is `<controller>/follow_joint_trajectory`."""

    def __init__(self, node: Node, controller: str, tolerances: Tolerances) -> None:
        self._tolerances = tolerances
        self._action: ActionRunner[FollowJointTrajectory.Result] = ActionRunner(
            node, FollowJointTrajectory, f"{controller}/follow_joint_trajectory"
        )

    def execute(self, trajectory: Trajectory, halt: Halt) -> MotionResult:
        """Follow a trajectory, from now on."""
        goal = goal_message(trajectory, self._tolerances)
        timeout_sec = SLOWER * trajectory.duration_sec + SETTLE_SEC
        motion, result = self._action.run(goal, timeout_sec, halt)
        if result is None or result.error_code == FollowJointTrajectory.Result.SUCCESSFUL:
            return motion
        name = ERRORS.get(result.error_code, str(result.error_code))
        message = f"{self._action.name}: {name}: {result.error_string}"
        return MotionResult(MotionEnd.ABORTED, message)

    def close(self) -> None:
        """Let go of the controller."""
        self._action.close()


def goal_message(trajectory: Trajectory, tolerances: Tolerances) -> FollowJointTrajectory.Goal:
    """Goal that starts when it arrives, and whose end must be met soon after its time."""

    def each(limit: float) -> list[JointTolerance]:
        return [JointTolerance(name=joint, position=limit) for joint in trajectory.joints]

    return FollowJointTrajectory.Goal(
        trajectory=trajectory_message(trajectory),
        path_tolerance=each(tolerances.path),
        goal_tolerance=each(tolerances.goal),
        goal_time_tolerance=_duration(GOAL_TIME_SEC),
    )


def trajectory_message(trajectory: Trajectory) -> JointTrajectory:
    """JointTrajectory that starts when it arrives."""
    points = []
    for i, time_sec in enumerate(trajectory.times.tolist()):
        points.append(
            JointTrajectoryPoint(
                positions=trajectory.positions[i].tolist(),
                velocities=trajectory.velocities[i].tolist(),
                accelerations=trajectory.accelerations[i].tolist(),
                time_from_start=_duration(time_sec),
            )
        )
    return JointTrajectory(joint_names=list(trajectory.joints), points=points)


def _duration(time_sec: float) -> Duration:
    seconds, part = divmod(round(1e9 * time_sec), 1_000_000_000)
    return Duration(sec=seconds, nanosec=part)
