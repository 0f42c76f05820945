"""The buttons of the viewer, over DDS to servers that answer as the nodes do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event, Thread

import numpy as np
import pytest
import rclpy
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from rclpy.action import ActionServer
from rclpy.action.server import ServerGoalHandle
from rclpy.executors import MultiThreadedExecutor
from std_srvs.srv import Trigger

from grasp_cli.errors import ProcessError
from grasp_cli.view_nodes import NodeButtons
from grasp_core.grasps import Grasps
from grasp_core.transforms import grasp_rotation
from grasp_executor.client_node import ClientError
from grasp_executor.pick_result import PickCode
from grasp_msgs.action import ClearBin, Pick
from grasp_perception.gripper_files import load_gripper
from grasp_perception.viewer.shown import ShownGrasps


class Executor:
    """Answers as an executor node does; a pick ends when it is stopped, or at once."""

    def __init__(self, ends_at_once: bool) -> None:
        self.goals: list[Pick.Goal] = []
        self.started, self._stopped = Event(), Event()
        self._ends_at_once = ends_at_once
        self._context = rclpy.Context()
        rclpy.init(context=self._context)
        self._node = node = rclpy.create_node("executor", context=self._context)
        self._diagnostics = node.create_publisher(DiagnosticArray, "/diagnostics", 10)
        node.create_timer(0.2, self._tell)
        self._servers = [
            ActionServer(node, Pick, "/pick", self._pick),
            ActionServer(node, ClearBin, "/clear_bin", print),
        ]
        node.create_service(Trigger, "/executor/stop", self._stop)
        self._executor = MultiThreadedExecutor(3, context=self._context)
        self._executor.add_node(node)
        self._thread = Thread(target=self._executor.spin)
        self._thread.start()

    def close(self) -> None:
        self._stopped.set()
        self._executor.shutdown()
        self._thread.join()
        for server in self._servers:  # else the node stays on the network until they are collected
            server.destroy()
        self._node.destroy_node()
        rclpy.shutdown(context=self._context)

    def _tell(self) -> None:
        status = DiagnosticStatus(name="/executor: picking")
        status.values = [KeyValue(key="state", value="active")]
        self._diagnostics.publish(DiagnosticArray(status=[status]))

    def _pick(self, goal: ServerGoalHandle) -> Pick.Result:
        self.goals.append(goal.request)
        self.started.set()
        if self._ends_at_once:
            goal.succeed()
            return Pick.Result(code=int(PickCode.SUCCESS), stage="retreat")
        assert self._stopped.wait(60.0)
        goal.abort()
        return Pick.Result(code=int(PickCode.STOPPED), stage="approach", message="emergency stop")

    def _stop(self, _: Trigger.Request, response: Trigger.Response) -> Trigger.Response:
        self._stopped.set()
        response.success, response.message = True, "stopping"
        return response


@pytest.fixture
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    made = Executor(ends_at_once=request.param)
    yield made
    made.close()


@pytest.mark.parametrize("executor", [True], indirect=True)
def test_the_chosen_grasp_and_the_time_of_its_cloud_reach_the_executor(executor: Executor) -> None:
    rotation = grasp_rotation(np.array([0.0, 0.0, -1.0]), np.array([0.0, 1.0, 0.0]))
    one = Grasps(rotation[None], np.array([[0.1, 0.2, 0.3]]), np.r_[0.04], np.r_[0.5], "world")
    gripper = load_gripper("franka_hand")
    chosen = ShownGrasps(one, gripper, gripper.name, "antipodal", stamp_ns=3_000_000_007)
    with NodeButtons() as buttons:
        assert buttons.pick(chosen) == "**SUCCESS (1)** in retreat: placed"
        assert buttons.pick(None) == "**SUCCESS (1)** in retreat: placed"
    given, detected = executor.goals
    assert (given.grasps.header.frame_id, given.grasps.header.stamp.sec) == ("world", 3)
    assert given.grasps.header.stamp.nanosec == 7
    (grasp,) = given.grasps.grasps
    assert (grasp.pose.position.x, grasp.pose.position.z) == (0.1, 0.3)
    assert len(detected.grasps.grasps) == 0


@pytest.mark.parametrize("executor", [False], indirect=True)
@pytest.mark.parametrize("press", [True, False], ids=["stop", "the viewer ends"])
def test_a_pick_is_stopped(executor: Executor, press: bool) -> None:
    said: list[str] = []
    buttons = NodeButtons()
    with buttons:
        picking = Thread(target=lambda: said.append(buttons.pick(None)))
        picking.start()
        assert executor.started.wait(60.0)
        if press:
            assert buttons.stop() == "**Stop:** stopping"
            picking.join()
    picking.join()
    assert said == ["**STOPPED (-16)** in approach: emergency stop"]


def test_without_nodes_the_buttons_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("grasp_cli.view_nodes.READY_SEC", 0.1)
    monkeypatch.setattr("grasp_executor.client_node.ANSWER_SEC", 0.1)
    buttons = NodeButtons("cell")
    presses: list[tuple[Callable[[], str], type[Exception], str]] = [
        (buttons.detect, ProcessError, "no active perception node with a cloud and /cell/detect_g"),
        (lambda: buttons.pick(None), ProcessError, "no active executor with /cell/pick"),
        (buttons.stop, ClientError, r"/cell/executor/stop: no service within 0\.1 s"),
    ]
    for press, error, message in presses:
        with pytest.raises(error, match=message):
            press()
