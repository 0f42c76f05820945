"""`TrajectoryAction`: the action of joint_trajectory_controller."""

from __future__ import annotations

from control_msgs.action import FollowJointTrajectory
from rclpy.node import Node
from trajectory_msgs.msg import JointTrajectoryPoint

from grasp_nodes.geometry_ros import header
from grasp_sim.action_ros import ControllerAction
from grasp_sim.control_loop import ControlLoop
from grasp_sim.execution import Ending, Execution
from grasp_sim.trajectory_ros import read_motion, read_tolerances, seconds

_RESULT = FollowJointTrajectory.Result
CODES = {
    Ending.REACHED: _RESULT.SUCCESSFUL,
    Ending.CANCELED: _RESULT.SUCCESSFUL,  # nothing failed, as joint_trajectory_controller has it
    Ending.OFF_PATH: _RESULT.PATH_TOLERANCE_VIOLATED,
    Ending.MISSED: _RESULT.GOAL_TOLERANCE_VIOLATED,
    Ending.REPLACED: _RESULT.INVALID_GOAL,
    Ending.STOPPED: _RESULT.INVALID_GOAL,
}


class TrajectoryAction(ControllerAction):
    """`/<controller>/follow_joint_trajectory`: control_msgs/FollowJointTrajectory."""

    def __init__(self, node: Node, loop: ControlLoop, controller: str) -> None:
        super().__init__(node, loop, controller, FollowJointTrajectory, "follow_joint_trajectory")

    def check(self, request: FollowJointTrajectory.Goal) -> None:
        """Raise CommandError for a goal that cannot be followed."""
        arm = self.loop.arms[self.controller]
        self.loop.check()
        arm.check(read_motion(request.trajectory, arm.joints), self._ahead_sec(request))
        read_tolerances(request, arm.joints)

    def begin(self, request: FollowJointTrajectory.Goal) -> Execution:
        """Begin to follow a trajectory; raises CommandError."""
        joints = self.loop.arms[self.controller].joints
        return self.loop.move(
            self.controller,
            read_motion(request.trajectory, joints),
            read_tolerances(request, joints),
            self._ahead_sec(request),
        )

    def feedback(self) -> FollowJointTrajectory.Feedback:
        """Desired and actual positions of this moment."""
        with self.loop.lock:
            arm = self.loop.arms[self.controller]
            desired = arm.target
            actual = self.loop.cell.positions[self.loop.indices[self.controller]]
        points = [
            JointTrajectoryPoint(positions=row.tolist())
            for row in (desired, actual, desired - actual)
        ]
        return FollowJointTrajectory.Feedback(
            header=header("", self.node.get_clock().now().nanoseconds),
            joint_names=list(arm.joints),
            desired=points[0],
            actual=points[1],
            error=points[2],
        )

    def result(self, ending: Ending, message: str) -> FollowJointTrajectory.Result:
        """Code and reason."""
        return FollowJointTrajectory.Result(error_code=CODES[ending], error_string=message)

    def _ahead_sec(self, request: FollowJointTrajectory.Goal) -> float:
        """Seconds since the trajectory's start; a stamp of zero means now."""
        stamp = seconds(request.trajectory.header.stamp)
        now = self.node.get_clock().now().nanoseconds * 1e-9
        return now - stamp if stamp > 0 else 0.0
