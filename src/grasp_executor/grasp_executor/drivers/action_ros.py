"""`ActionRunner`: one goal of an action, from the request to its end, in bounded time."""

from __future__ import annotations

import concurrent.futures
from threading import Event
from typing import Any, Generic, TypeVar

from action_msgs.msg import GoalStatus
from rclpy.action import ActionClient
from rclpy.action.client import ClientGoalHandle
from rclpy.node import Node
from rclpy.task import Future

from grasp_executor.arm import MotionEnd, MotionResult
from grasp_executor.drivers.group_calls_ros import GroupCalls
from grasp_executor.halt import Halt

Result = TypeVar("Result")

#: s, longest wait for a server to appear, to answer a goal, and to end a goal that is cancelled.
SERVER_SEC, ANSWER_SEC, CANCEL_SEC = 2.0, 5.0, 5.0


class ActionRunner(Generic[Result]):
    """Sends goals to an action server; other threads must spin the node meanwhile."""

    def __init__(self, node: Node, action_type: Any, name: str) -> None:
        self.name = name
        self._node = node
        self._calls = GroupCalls(node)
        self._client = ActionClient(node, action_type, name, callback_group=self._calls.group)

    def run(self, goal: Any, timeout_sec: float, halt: Halt) -> tuple[MotionResult, Result | None]:
        """Send a goal and wait for its end; cancel it when the time is over or a stop is requested.

        Returns
        -------
        How it ended, ABORTED also where the server says so with a result; and that result.
        """
        if not self._client.wait_for_server(SERVER_SEC):
            message = f"{self.name}: no server within {SERVER_SEC} s"
            return MotionResult(MotionEnd.REJECTED, message), None
        try:
            return self._run(goal, timeout_sec, halt)
        except concurrent.futures.TimeoutError:
            return MotionResult(MotionEnd.TIMED_OUT, f"{self.name}: nobody spins the node"), None

    def close(self) -> None:
        """Let go of the server.

        Not with `destroy`: an executor that is about to wait for the client would find its handle
        destroyed, and end. The handle goes with the last reference.
        """
        self._node.remove_waitable(self._client)
        self._calls.close()

    def _run(self, goal: Any, timeout_sec: float, halt: Halt) -> tuple[MotionResult, Result | None]:
        answer = self._calls.make(lambda: self._client.send_goal_async(goal))
        if not _wait(answer, ANSWER_SEC):
            answer.add_done_callback(_cancel_late)
            message = f"{self.name}: no answer to the goal within {ANSWER_SEC} s"
            return MotionResult(MotionEnd.TIMED_OUT, message), None
        handle = answer.result()
        if not handle.accepted:
            return MotionResult(MotionEnd.REJECTED, f"{self.name}: goal refused"), None
        ending = self._calls.make(handle.get_result_async)
        if _wait(ending, timeout_sec, halt):
            return self._ended(ending.result())
        return self._cancel(handle, ending, timeout_sec, halt)

    def _ended(self, response: Any) -> tuple[MotionResult, Result | None]:
        """Read the end of a goal that nobody here has cancelled."""
        if response.status == GoalStatus.STATUS_SUCCEEDED:
            return MotionResult(MotionEnd.DONE), response.result
        by_whom = "cancelled by another client or by the controller"
        what = by_whom if response.status == GoalStatus.STATUS_CANCELED else "aborted"
        return MotionResult(MotionEnd.ABORTED, f"{self.name}: {what}"), response.result

    def _cancel(
        self, handle: ClientGoalHandle, ending: Future, timeout_sec: float, halt: Halt
    ) -> tuple[MotionResult, Result | None]:
        """Cancel a goal and wait until it has ended: the controller then holds its position."""
        self._calls.make(handle.cancel_goal_async)
        ended = _wait(ending, CANCEL_SEC)
        still = "" if ended else f"; it does not end within {CANCEL_SEC} s after the cancellation"
        if halt.requested:
            return MotionResult(MotionEnd.HALTED, f"{self.name}: stopped{still}"), None
        message = f"{self.name}: no end within {timeout_sec:.1f} s{still}"
        return MotionResult(MotionEnd.TIMED_OUT, message), None


def _wait(future: Future, timeout_sec: float, halt: Halt | None = None) -> bool:
    """Wait for a future, or less long where a stop is requested; whether it is done."""
    woken = Event()
    future.add_done_callback(lambda _: woken.set())
    if halt is None:
        woken.wait(timeout_sec)
    else:
        with halt.calling(woken.set):
            woken.wait(timeout_sec)
    return bool(future.done())


def _cancel_late(answer: Future) -> None:
    """Cancel a goal whose server accepts it after nobody waits any more."""
    handle = answer.result()
    if handle is not None and handle.accepted:
        handle.cancel_goal_async()
