"""The actions of the gripper controllers of ros2_control, the older one and the present one."""

from __future__ import annotations

from typing import Any

from control_msgs.action import GripperCommand, ParallelGripperCommand
from rclpy.node import Node
from sensor_msgs.msg import JointState

from grasp_sim.action_ros import ControllerAction
from grasp_sim.control_loop import ControlLoop
from grasp_sim.errors import CommandError
from grasp_sim.execution import Ending, Execution


class GripperAction(ControllerAction):
    """`/<controller>/gripper_cmd`: control_msgs/GripperCommand.

    As with gripper_controllers, the position is the value of the finger's joint, and a gripper that
    presses without moving has succeeded.
    """

    kind: Any = GripperCommand

    def __init__(self, node: Node, loop: ControlLoop, controller: str) -> None:
        super().__init__(node, loop, controller, self.kind, "gripper_cmd")

    def check(self, request: Any) -> None:
        """Raise CommandError for a goal that cannot be followed."""
        self.loop.check()
        self.loop.grippers[self.controller].check(*self.read(request))

    def begin(self, request: Any) -> Execution:
        """Begin to move the fingers; raises CommandError."""
        return self.loop.grip(self.controller, *self.read(request))

    def read(self, request: GripperCommand.Goal) -> tuple[float, float]:
        """Joint value in m and force in N, 0 for the gripper's own; raises CommandError."""
        return request.command.position, request.command.max_effort

    def state(self) -> tuple[float, float]:
        """Joint value in m and force in N of the finger now."""
        with self.loop.lock:
            (joint,) = self.loop.indices[self.controller]
            return float(self.loop.cell.positions[joint]), float(self.loop.cell.efforts[joint])

    def feedback(self) -> Any:
        """Where the finger is now."""
        position, effort = self.state()
        return GripperCommand.Feedback(position=position, effort=effort)

    def result(self, ending: Ending, message: str) -> Any:  # noqa: ARG002 (has no text)
        """Where the finger is now, and why it stopped."""
        position, effort = self.state()
        return GripperCommand.Result(
            position=position,
            effort=effort,
            stalled=ending is Ending.STALLED,
            reached_goal=ending is Ending.REACHED,
        )


class ParallelGripperAction(GripperAction):
    """The same with control_msgs/ParallelGripperCommand; a velocity is not used."""

    kind = ParallelGripperCommand

    def read(self, request: ParallelGripperCommand.Goal) -> tuple[float, float]:
        """Joint value in m and force in N, 0 for the gripper's own; raises CommandError."""
        command = request.command
        joint = self.loop.grippers[self.controller].joint
        if list(command.name) not in ([], [joint]) or len(command.position) != 1:
            raise CommandError(
                f"{len(command.position)} positions for {', '.join(command.name) or 'no name'}, "
                f"expected one for {joint}"
            )
        return command.position[0], command.effort[0] if command.effort else 0.0

    def feedback(self) -> ParallelGripperCommand.Feedback:
        """Where the finger is now."""
        return ParallelGripperCommand.Feedback(state=self._joint_state())

    def result(self, ending: Ending, message: str) -> ParallelGripperCommand.Result:  # noqa: ARG002
        """Where the finger is now, and why it stopped."""
        return ParallelGripperCommand.Result(
            state=self._joint_state(),
            stalled=ending is Ending.STALLED,
            reached_goal=ending is Ending.REACHED,
        )

    def _joint_state(self) -> JointState:
        position, effort = self.state()
        joint = self.loop.grippers[self.controller].joint
        return JointState(name=[joint], position=[position], effort=[effort])
