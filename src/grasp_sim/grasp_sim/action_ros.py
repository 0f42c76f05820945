"""`ControllerAction`: an action server whose goals are commands to one controller."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.action.server import ServerGoalHandle
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.node import Node

from grasp_sim.control_loop import ControlLoop
from grasp_sim.errors import CommandError
from grasp_sim.execution import Ending, Execution

#: Seconds between two messages of feedback, and until a cancel is noticed.
FEEDBACK_SEC = 0.05

SUCCESSES = (Ending.REACHED, Ending.STALLED)


class ControllerAction(ABC):
    """An action server whose goals are commands to one controller.

    A goal that cannot be followed is rejected, as the controllers of ros2_control do; the node's
    log has the reason.
    """

    def __init__(
        self, node: Node, loop: ControlLoop, controller: str, kind: Any, name: str
    ) -> None:
        self.node = node
        self.loop = loop
        self.controller = controller
        self._server = ActionServer(
            node,
            kind,
            f"/{controller}/{name}",
            self._execute,
            goal_callback=self._on_goal,
            cancel_callback=lambda _: CancelResponse.ACCEPT,
            callback_group=ReentrantCallbackGroup(),
        )

    @abstractmethod
    def check(self, request: Any) -> None:
        """Raise CommandError for a goal that cannot be followed."""

    @abstractmethod
    def begin(self, request: Any) -> Execution:
        """Begin to follow a goal; raises CommandError."""

    @abstractmethod
    def feedback(self) -> Any:
        """Message of feedback."""

    @abstractmethod
    def result(self, ending: Ending, message: str) -> Any:
        """Message of the result."""

    def _on_goal(self, request: Any) -> GoalResponse:
        try:
            self.check(request)
        except CommandError as error:
            self.node.get_logger().error(f"{self.controller} rejects a goal: {error}")
            return GoalResponse.REJECT
        return GoalResponse.ACCEPT

    def _execute(self, goal: ServerGoalHandle) -> Any:
        try:
            execution = self.begin(goal.request)
        except CommandError as error:  # the emergency stop came in between
            goal.abort()
            return self.result(Ending.STOPPED, str(error))
        while not execution.done.wait(FEEDBACK_SEC):
            if goal.is_cancel_requested:
                execution.canceling.set()
            goal.publish_feedback(self.feedback())
        assert execution.ending is not None
        if execution.ending in SUCCESSES:
            goal.succeed()
        elif execution.ending is Ending.CANCELED:
            goal.canceled()
        else:
            goal.abort()
        return self.result(execution.ending, execution.message)
