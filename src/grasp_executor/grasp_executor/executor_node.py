"""The executor node: goals in, motions of the arm out, over ROS."""

from __future__ import annotations

import concurrent.futures
import traceback
from collections.abc import Callable
from threading import Lock
from time import monotonic
from typing import Any, TypeVar

from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.action import ActionServer, CancelResponse
from rclpy.action.server import ServerGoalHandle
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup, ReentrantCallbackGroup
from rclpy.lifecycle import LifecycleState, TransitionCallbackReturn
from std_srvs.srv import Trigger

from grasp_core.errors import GraspError
from grasp_executor.errors import StageError
from grasp_executor.halt import Halt
from grasp_executor.node_params import ExecutorParams
from grasp_executor.pick_result import PickCode, PickStage
from grasp_executor.session_ros import Session
from grasp_msgs.action import ClearBin, Pick
from grasp_nodes.autostart_ros import AutostartNode
from grasp_nodes.geometry_ros import header
from grasp_nodes.params_ros import NodeParams
from grasp_nodes.run_ros import POLL_SEC, run

#: Two for goals (one is refused as busy meanwhile), the others for answers, joint states, stop,
#: diagnostics and lifecycle, so that none waits.
THREADS = 8
#: s between two looks whether the client has cancelled. rclpy calls back before the goal's state
#: has changed; a motion that ended in between could not be reported as cancelled.
CANCEL_POLL_SEC = 0.02
#: s, at the end a goal that is being stopped is waited for so long.
LAST_WORK_SEC = 10.0
#: s, then, for its result to be sent. rclpy does not tell when it is.
LAST_ANSWER_SEC = 1.0

R = TypeVar("R", Pick.Result, ClearBin.Result)


class ExecutorNode(AutostartNode):
    """Serves `/pick` and `/clear_bin`, one goal at a time, and `~/stop`."""

    def __init__(self) -> None:
        super().__init__("executor")
        self._params = NodeParams(self, ExecutorParams)
        self._session: Session | None = None
        self._state = "unconfigured"
        self._stage = ""
        self._last_error = ""
        self._halt: Halt | None = None
        self._halt_lock = Lock()
        self._thread = concurrent.futures.ThreadPoolExecutor(1, "picking")
        goals = ReentrantCallbackGroup()
        self._servers = [
            ActionServer(
                self,
                action,
                name,
                execute,
                callback_group=goals,
                cancel_callback=lambda _: CancelResponse.ACCEPT,
            )
            for action, name, execute in (
                (Pick, "/pick", self._on_pick),
                (ClearBin, "/clear_bin", self._on_clear),
            )
        ]
        alone = MutuallyExclusiveCallbackGroup()
        self.create_service(Trigger, "~/stop", self._on_stop, callback_group=alone)
        self._diagnostics = self.create_publisher(DiagnosticArray, "/diagnostics", 10)
        self.begin(self._publish_diagnostics)

    def on_configure(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Read the parameters and the robot, connect to its controllers; explain a failure."""
        try:
            self._session = Session(self, self._params.read(ExecutorParams))
        except Exception as error:  # rclpy would drop it without a word
            self._params.thaw()
            self._fail(f"cannot configure: {error}", error)
            return TransitionCallbackReturn.FAILURE
        self._enter("inactive")
        return super().on_configure(state)

    def on_activate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Start to serve goals."""
        self._enter("active")
        return super().on_activate(state)

    def on_deactivate(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop the arm and serve no goal any more."""
        self._enter("inactive")
        self._stop("the node was deactivated")
        ended = self._thread.submit(lambda: None)  # its turn comes after the goal's
        concurrent.futures.wait([ended], LAST_WORK_SEC)
        return super().on_deactivate(state)

    def on_cleanup(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Forget the configuration; parameters may be set again."""
        self._enter("unconfigured")
        if self._session is not None:
            self._session.close()
        self._session = None
        self._params.thaw()
        return super().on_cleanup(state)

    def on_shutdown(self, state: LifecycleState) -> TransitionCallbackReturn:
        """Stop for good."""
        self._enter("finalized")
        self._stop("the node was shut down")
        return super().on_shutdown(state)

    def _on_pick(self, goal: ServerGoalHandle) -> Pick.Result:
        def observe(stage: PickStage, progress: float) -> None:
            self._stage = stage.value
            goal.publish_feedback(Pick.Feedback(stage=stage.value, progress=progress))

        def work(session: Session, halt: Halt) -> Pick.Result:
            return session.pick(goal.request, halt, observe)

        return self._serve(goal, Pick.Result, work)

    def _on_clear(self, goal: ServerGoalHandle) -> ClearBin.Result:
        now = ClearBin.Feedback()

        def observe(stage: PickStage, progress: float) -> None:
            self._stage = now.stage = stage.value
            now.progress = progress
            goal.publish_feedback(now)

        def report(attempts: int, picked: int) -> None:
            now.attempts, now.picked = attempts, picked
            goal.publish_feedback(now)

        def work(session: Session, halt: Halt) -> ClearBin.Result:
            return session.clear(goal.request, halt, observe, report)

        return self._serve(goal, ClearBin.Result, work)

    def _serve(
        self, goal: ServerGoalHandle, result_type: type[R], work: Callable[[Session, Halt], R]
    ) -> R:
        """Run a goal to its end, unless the node is not active or busy."""
        session, halt = self._session, Halt()
        with self._halt_lock:
            busy = self._halt is not None
            if session is not None and self._state == "active" and not busy:
                self._halt = halt
        if session is None or self._state != "active":
            reason = self._last_error or self._state
            return _end(goal, result_type, PickCode.NOT_ACTIVE, f"the node is not active: {reason}")
        if busy:
            return _end(goal, result_type, PickCode.BUSY, "another goal is running")
        try:
            future = self._thread.submit(work, session, halt)
            while not concurrent.futures.wait([future], CANCEL_POLL_SEC).done:
                if goal.is_cancel_requested:
                    halt.request(PickCode.CANCELED, "cancelled by the client")
            result = future.result()
        except StageError as error:
            return _end(goal, result_type, error.code, str(error))
        finally:
            self._stage = ""
            with self._halt_lock:
                self._halt = None
        self.get_logger().info(f"ended with code {result.code}: {result.message}")
        return _ended(goal, result)

    def _on_stop(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        stopped = self._stop("emergency stop")
        response.success = True
        response.message = "stopping" if stopped else "no goal was running"
        return response

    def _stop(self, reason: str) -> bool:
        """Stop the goal that runs; whether there is one."""
        with self._halt_lock:
            halt = self._halt
        if halt is None:
            return False
        halt.request(PickCode.STOPPED, reason)
        return True

    def finish(self) -> None:
        """Stop the arm, and see to it that the goal's end is still told."""
        running = self._stop("the node was shut down")
        end = monotonic() + LAST_WORK_SEC
        while self._halt is not None and monotonic() < end:
            self.executor.spin_once(timeout_sec=POLL_SEC)  # the controllers' answers are awaited
        end = monotonic() + LAST_ANSWER_SEC
        while running and monotonic() < end:
            self.executor.spin_once(timeout_sec=POLL_SEC)  # rclpy sends a result in a task of it
        if self._session is not None:
            self._session.close()

    def _enter(self, state: str) -> None:
        self.get_logger().info(state)
        self._state, self._last_error = state, ""
        self._publish_diagnostics()

    def _fail(self, text: str, error: Exception) -> None:
        """Log and report an error; one that is not ours is a defect and needs its traceback."""
        if not isinstance(error, GraspError):
            text += "\n" + "".join(traceback.format_exception(error))
        self.get_logger().error(text)
        self._last_error = text
        self._publish_diagnostics()

    def _publish_diagnostics(self) -> None:
        name = self.get_fully_qualified_name()
        failed = bool(self._last_error)
        status = DiagnosticStatus(
            level=DiagnosticStatus.ERROR if failed else DiagnosticStatus.OK,
            name=f"{name}: picking",
            message=f"{self._state}: {self._last_error}" if failed else self._state,
            hardware_id=name,
            values=[
                KeyValue(key="state", value=self._state),
                KeyValue(key="stage", value=self._stage),
            ],
        )
        head = header("", self.get_clock().now().nanoseconds)
        self._diagnostics.publish(DiagnosticArray(header=head, status=[status]))


def _end(goal: ServerGoalHandle, result_type: type[R], code: PickCode, message: str) -> R:
    """End a goal that never ran."""
    return _ended(goal, result_type(code=int(code), message=message))


def _ended(goal: ServerGoalHandle, result: Any) -> Any:
    """Give a goal the state that fits its result: positive codes are no errors."""
    if result.code > 0:
        goal.succeed()
    elif result.code == PickCode.CANCELED:
        goal.canceled()
    else:
        goal.abort()
    return result


def main(args: list[str] | None = None) -> None:
    """Run the node until it is told to stop."""
    run(ExecutorNode, THREADS, args)


if __name__ == "__main__":
    main()
