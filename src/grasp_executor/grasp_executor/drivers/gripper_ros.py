"""A gripper behind one of ROS's two gripper actions, `<controller>/gripper_cmd` of both."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from control_msgs.action import GripperCommand, ParallelGripperCommand
from control_msgs.msg import GripperCommand as Command
from rclpy.node import Node
from sensor_msgs.msg import JointState

from grasp_executor.arm import MotionEnd, MotionResult
from grasp_executor.drivers.action_ros import ActionRunner
from grasp_executor.halt import Halt
from grasp_robots.arm import Mount

#: s. The slowest of our grippers closes in 2 s, and a controller waits 1 s for a stall.
TIMEOUT_SEC = 15.0


class ActionGripper:
    """`GripperDriver` for the gripper of a mount.

    Parameters
    ----------
    kind : a key of `GOALS`.
    """

    def __init__(self, node: Node, mount: Mount, kind: str) -> None:
        self._mount = mount
        action_type, self._goal = GOALS[kind]
        self._action: ActionRunner[Any] = ActionRunner(
            node, action_type, f"{mount.controller}/gripper_cmd"
        )

    def open(self, width: float, halt: Halt) -> MotionResult:
        """Bring the fingers `width` metres apart."""
        return self._move(width, halt)

    def close(self, halt: Halt) -> MotionResult:
        """Close until the fingers meet or press on something."""
        return self._move(self._mount.gripper.min_width, halt)

    def release(self) -> None:
        """Let go of the controller."""
        self._action.close()

    def _move(self, width: float, halt: Halt) -> MotionResult:
        goal = self._goal(self._mount, self._mount.gripper.joint_position(width))
        motion, result = self._action.run(goal, TIMEOUT_SEC, halt)
        # A controller that does not allow stalling aborts when the fingers press on an object.
        if motion.end is MotionEnd.ABORTED and result is not None and result.stalled:
            return MotionResult(MotionEnd.DONE)
        return motion


def _gripper_command(mount: Mount, position: float) -> GripperCommand.Goal:
    """Ask for the joint's value, as gripper_controllers take it, and not for the gap."""
    return GripperCommand.Goal(command=Command(position=position, max_effort=mount.gripper.force_n))


def _parallel_gripper_command(mount: Mount, position: float) -> ParallelGripperCommand.Goal:
    command = JointState(
        name=[mount.joints[0]], position=[position], effort=[mount.gripper.force_n]
    )
    return ParallelGripperCommand.Goal(command=command)


#: Action type and goal for a value of the finger joint, by the name of the action.
GOALS: dict[str, tuple[Any, Callable[[Mount, float], Any]]] = {
    "gripper_command": (GripperCommand, _gripper_command),
    "parallel_gripper_command": (ParallelGripperCommand, _parallel_gripper_command),
}
