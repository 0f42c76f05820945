"""`PickClient`: asks an executor node to pick and to clear the bin, from another process."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from types import TracebackType
from typing import Any

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray
from numpy.typing import NDArray
from rclpy.action import ActionClient
from rclpy.task import Future
from std_srvs.srv import Trigger

from grasp_core.grasps import Grasps
from grasp_executor import ros
from grasp_executor.clear_bin import ClearLimits, ClearResult
from grasp_executor.errors import ExecutorError
from grasp_executor.pick_result import PickResult
from grasp_msgs.action import ClearBin, Pick
from grasp_nodes.client_ros import ClientNode
from grasp_nodes.grasps_ros import mask_message
from grasp_nodes.names import in_namespace

#: s: for an answer to a goal or a request, for the end of a cancelled goal, between two looks.
ANSWER_SEC, CANCEL_SEC, POLL_SEC = 10.0, 20.0, 0.1

#: s. An executor tells its state every second; when it does not for so long it is gone.
SILENCE_SEC = 15.0

#: Told of the attempts and the objects placed before, and of the stage that is entered.
Watcher = Callable[[int, int, str], None]


class ClientError(ExecutorError):
    """The executor node or a service did not answer, or it refused a goal."""


class PickClient(ClientNode):
    """Asks the actions and hears the diagnostics of an executor node.

    Parameters
    ----------
    namespace : of the executor's actions; empty for the root.
    """

    def __init__(self, namespace: str = "") -> None:
        super().__init__("pick_client")
        self._prefix = in_namespace(namespace, "")
        self._is_active: Future = Future()
        self._heard_sec = 0.0

    def __enter__(self) -> PickClient:
        super().__enter__()
        self._pick = ActionClient(self.node, Pick, f"{self._prefix}/pick")
        self._clear = ActionClient(self.node, ClearBin, f"{self._prefix}/clear_bin")
        self.node.create_subscription(DiagnosticArray, "/diagnostics", self._on_diagnostics, 10)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pick.destroy()
        self._clear.destroy()
        super().__exit__(kind, error, trace)

    def ready(self, timeout_sec: float) -> bool:
        """Wait until the executor node is active and its actions are seen; whether it is."""
        self.executor.spin_until_future_complete(self._is_active, timeout_sec)
        return bool(self._is_active.done() and self._clear.wait_for_server(timeout_sec))

    def pick(
        self,
        target: NDArray[np.bool_] | None = None,
        arm: str = "",
        grasps: Grasps | None = None,
        stamp_ns: int = 0,
    ) -> PickResult:
        """Pick one object; after Ctrl-C the goal is cancelled, and what it ended with returned.

        Parameters
        ----------
        target : (H, W) True on the object's pixels in the cloud; None: any object.
        arm : name of its group; empty: any that reaches.
        grasps : in the robot's base, tried in order; None: the executor asks for a detection.
        stamp_ns : of the cloud that `grasps` were found in, nanoseconds.

        Raises
        ------
        ClientError : no answer, or the goal was refused.
        """
        goal = Pick.Goal(arm=arm)
        if target is not None:
            goal.mask = mask_message(target)
        if grasps is not None:
            goal.grasps = ros.grasps_message(grasps, stamp_ns)
        return ros.read_pick_result(self._run(self._pick, goal, lambda _: None))

    def clear_bin(self, limits: ClearLimits, watch: Watcher, arm: str = "") -> ClearResult:
        """Pick until nothing is found or a limit is met; as `pick`."""

        def on_feedback(message: Any) -> None:
            now = message.feedback
            watch(now.attempts, now.picked, now.stage)

        goal = ros.clear_goal(limits)
        goal.arm = arm
        return ros.read_clear_result(self._run(self._clear, goal, on_feedback))

    def trigger(self, service: str) -> str:
        """Call a std_srvs/Trigger and return its message.

        Raises
        ------
        ClientError : no answer, or it says that it failed.
        """
        client = self.node.create_client(Trigger, service)
        try:
            if not client.wait_for_service(ANSWER_SEC):
                raise ClientError(f"{service}: no service within {ANSWER_SEC} s")
            response = self._wait(client.call_async(Trigger.Request()), service)
        finally:
            self.node.destroy_client(client)
        if not response.success:
            raise ClientError(f"{service}: {response.message}")
        return str(response.message)

    def _run(self, client: ActionClient, goal: Any, on_feedback: Callable[[Any], None]) -> Any:
        """Send a goal and wait for its result, however long it takes."""
        handle = self._wait(client.send_goal_async(goal, on_feedback), "the goal")
        self._heard_sec = monotonic()
        if not handle.accepted:
            raise ClientError("the goal was refused")
        ending = handle.get_result_async()
        try:
            while not ending.done():
                self.executor.spin_once(timeout_sec=POLL_SEC)
                if monotonic() - self._heard_sec > SILENCE_SEC:
                    raise ClientError(f"the executor has said nothing for {SILENCE_SEC} s")
        except KeyboardInterrupt:
            self._wait(handle.cancel_goal_async(), "the cancellation")
            self.executor.spin_until_future_complete(ending, CANCEL_SEC)
            if not ending.done():
                raise ClientError(f"no end within {CANCEL_SEC} s of the cancellation") from None
        return ending.result().result

    def _wait(self, future: Future, what: str) -> Any:
        self.executor.spin_until_future_complete(future, ANSWER_SEC)
        if not future.done():
            raise ClientError(f"{what}: no answer within {ANSWER_SEC} s")
        return future.result()

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        for status in message.status:
            values = {each.key: each.value for each in status.values}
            if status.name == f"{self._prefix}/executor: picking":
                self._heard_sec = monotonic()
                if values.get("state") == "active":
                    self._is_active.set_result(True)
