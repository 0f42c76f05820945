"""The executor node as other processes see it: goals in, controllers' goals out, over DDS."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from threading import Event
from time import monotonic, sleep
from typing import Any

import numpy as np
import pytest
from action_msgs.msg import GoalStatus
from geometry_msgs.msg import PoseStamped
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rclpy.action import ActionClient
from std_srvs.srv import Trigger

from grasp_executor.clear_bin import ClearCode
from grasp_executor.drivers.group_calls_ros import GroupCalls
from grasp_executor.pick_result import PickCode, PickStage
from grasp_msgs.action import ClearBin, Pick
from grasp_msgs.msg import GraspArray, PickRecord
from grasp_msgs.srv import DetectGrasps

TIMEOUT_SEC = 60.0
STAGES = [stage.value for stage in PickStage]
GOOD, OTHER, FAR = (0.55, 0.0, 0.04), (0.5, 0.1, 0.04), (3.0, 0.0, 0.04)
STAMP_SEC = 7


def wait(future: Any, what: str) -> Any:
    done = Event()
    future.add_done_callback(lambda _: done.set())
    assert done.wait(TIMEOUT_SEC), f"timed out: {what}"
    return future.result()


class Executor:
    """The node's actions and services."""

    def __init__(self, node: Any, process: subprocess.Popen[str]) -> None:
        self.node, self.process = node, process
        self.calls = GroupCalls(node)
        group = self.calls.group
        self.picks = ActionClient(node, Pick, "/pick", callback_group=group)
        self.clears = ActionClient(node, ClearBin, "/clear_bin", callback_group=group)
        self.feedback: list[Any] = []
        self.clients: dict[str, Any] = {}

    def send(self, client: ActionClient, goal: Any) -> Any:
        assert client.wait_for_server(TIMEOUT_SEC)
        self.feedback = []

        def send() -> Any:
            return client.send_goal_async(goal, lambda m: self.feedback.append(m.feedback))

        return wait(self.calls.make(send), "acceptance")

    def ending(self, handle: Any) -> Any:
        return self.calls.make(handle.get_result_async)

    def cancel(self, handle: Any) -> Any:
        """Cancel a goal and wait for its end."""
        ending = self.ending(handle)
        wait(self.calls.make(handle.cancel_goal_async), "cancellation")
        return wait(ending, "end")

    def pick(self, goal: Pick.Goal | None = None) -> tuple[int, Pick.Result]:
        handle = self.send(self.picks, Pick.Goal() if goal is None else goal)
        response = wait(self.ending(handle), "end of the pick")
        return response.status, response.result

    def clear(self, goal: ClearBin.Goal) -> tuple[int, ClearBin.Result]:
        response = wait(self.ending(self.send(self.clears, goal)), "end of the clearing")
        return response.status, response.result

    def call(self, service: type, name: str, request: Any) -> Any:
        if name not in self.clients:
            self.clients[name] = self.node.create_client(service, name)
            assert self.clients[name].wait_for_service(TIMEOUT_SEC)
            sleep(1.0)  # the answer to a client that the server does not know yet is lost
        client = self.clients[name]
        assert client.wait_for_service(TIMEOUT_SEC)
        return wait(client.call_async(request), name)

    def change(self, *transitions: int) -> None:
        for number in transitions:
            request = ChangeState.Request(transition=Transition(id=number))
            assert self.call(ChangeState, "/executor/change_state", request).success


@pytest.fixture(scope="module")
def executor(
    context: Any, spinning: Any, running_cell: Any, start_executor: Any, cell_file: Path
) -> Executor:
    import rclpy

    parameters = {
        "cell_file": cell_file,
        "autostart": "false",
        "state_timeout": "1.0",
        "max_executions": "1",
    }
    arguments = [part for name, value in parameters.items() for part in ("-p", f"{name}:={value}")]
    node = rclpy.create_node("client", context=context)
    spinning.add_node(node)
    made = Executor(node, start_executor(*arguments))
    made.change(Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_ACTIVATE)
    deadline = monotonic() + TIMEOUT_SEC
    while not running_cell.points.get_subscription_count():  # its subscriptions are known then
        assert monotonic() < deadline, "the node does not listen to the points"
        Event().wait(0.05)
    return made


def test_the_codes_are_those_of_the_interfaces() -> None:
    for code in PickCode:
        assert getattr(Pick.Result, code.name) == code
    for each in ClearCode:
        assert getattr(ClearBin.Result, each.name) == each
    for stage in PickStage:
        assert getattr(PickRecord, stage.name) == stage.value


def test_it_detects_picks_places_and_tells(executor: Executor, cell: Any) -> None:
    status, result = executor.pick()
    assert (result.code, result.message) == (Pick.Result.SUCCESS, "")
    assert status == GoalStatus.STATUS_SUCCEEDED
    assert [each.stage for each in executor.feedback] == STAGES
    assert (result.header.frame_id, result.header.stamp.sec) == ("base_link", STAMP_SEC)
    np.testing.assert_allclose(result.grasp.pose.position.x, 0.55)
    assert result.grasp.width == pytest.approx(0.04)
    (record,) = result.attempts
    assert (record.arm, record.code, record.stage) == ("diana7_arm", 1, "retreat")
    assert [each.stage for each in record.timing] == STAGES[1:]
    assert cell.is_home
    assert len(cell.motions) == 7
    # Opened to the grasp's width, closed with the gripper's force, opened; joint = width / 2.
    np.testing.assert_allclose(cell.commands, [(0.02, 40.0), (0.0, 40.0), (0.02, 40.0)], atol=1e-8)


def test_what_the_goal_says_is_asked_of_the_detection(executor: Executor, cell: Any) -> None:
    goal = Pick.Goal(instance=3)
    goal.mask.data, goal.mask.encoding = b"\x00\x03", "mono8"
    goal.region.size.x = 0.3
    goal.approach_cone.half_angle = 0.5
    executor.pick(goal)
    (request,) = cell.requests
    assert (request.instance, request.mask) == (3, goal.mask)
    assert (request.region, request.approach_cone) == (goal.region, goal.approach_cone)


def test_given_grasps_are_tried_in_their_order(
    executor: Executor, cell: Any, grasps: Callable[..., GraspArray]
) -> None:
    _, result = executor.pick(Pick.Goal(grasps=grasps(FAR, OTHER)))
    assert [record.code for record in result.attempts] == [Pick.Result.UNREACHABLE, 1]
    assert cell.requests == []
    np.testing.assert_allclose(result.grasp.pose.position.y, 0.1)


FAULTS = {
    "nothing found": (
        lambda cell: setattr(cell, "detections", [DetectGrasps.Response(code=2, message="empty")]),
        (Pick.Result.NO_GRASPS, "/detect_grasps: empty", "detect", 0),
    ),
    "detection fails": (
        lambda cell: setattr(cell, "detections", [DetectGrasps.Response(code=-5, message="bug")]),
        (Pick.Result.DETECTION_FAILED, "/detect_grasps: bug", "detect", 0),
    ),
    "the camera's transform disappears": (
        lambda cell: setattr(cell, "detections", [DetectGrasps.Response(code=-4, message="no tf")]),
        (Pick.Result.TRANSFORM_UNAVAILABLE, "/detect_grasps: no tf", "detect", 0),
    ),
    "the controller rejects": (
        lambda cell: cell.on.update({0: "reject"}),
        (
            Pick.Result.CONTROLLER_REJECTED,
            "arm_controller/follow_joint_trajectory: goal refused",
            "move",
            0,
        ),
    ),
    "the controller aborts": (
        lambda cell: cell.on.update({1: "abort"}),
        (
            Pick.Result.CONTROLLER_ABORTED,
            "arm_controller/follow_joint_trajectory: PATH_TOLERANCE_VIOLATED: "
            "joint2 is off by 0.2 rad",
            "approach",
            2,
        ),
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_ends_the_pick_and_is_told(executor: Executor, cell: Any, fault: str) -> None:
    event, expected = FAULTS[fault]
    event(cell)
    status, result = executor.pick()
    assert status == GoalStatus.STATUS_ABORTED
    assert (result.code, result.message, result.stage, len(cell.motions)) == expected


def test_an_object_that_slips_is_found_again(executor: Executor, cell: Any) -> None:
    cell.before[2] = lambda: cell.state.update({cell.finger: 0.0})  # as the arm starts to lift
    status, result = executor.pick()
    assert status == GoalStatus.STATUS_SUCCEEDED
    lost, placed = result.attempts
    assert (lost.code, lost.message) == (Pick.Result.OBJECT_LOST, "the object was lost: lift")
    assert placed.code == Pick.Result.SUCCESS
    assert len(cell.requests) == 2
    assert len(cell.motions) == 4 + 7  # home after the loss, then a whole pick


def test_a_gripper_that_closes_on_nothing(executor: Executor, cell: Any) -> None:
    cell.object_width = 0.0
    _, result = executor.pick()
    # One execution of each of two detections.
    assert [record.code for record in result.attempts] == [Pick.Result.NOTHING_GRASPED] * 2
    assert len(cell.requests) == 2
    assert cell.is_home


def test_joint_states_that_stop(executor: Executor, cell: Any) -> None:
    cell.silent = True
    _, result = executor.pick()
    assert result.code == Pick.Result.STATE_UNAVAILABLE
    assert result.message.startswith("/joint_states tells no position of gripper_finger_joint, ")
    assert cell.motions == []


@pytest.mark.parametrize("motion", [0, 2, 6])
def test_cancel_in_a_motion_stops_the_arm(executor: Executor, cell: Any, motion: int) -> None:
    cell.on[motion] = "stall"
    handle = executor.send(executor.picks, Pick.Goal())
    assert cell.stalled.wait(TIMEOUT_SEC)
    response = executor.cancel(handle)
    assert response.status == GoalStatus.STATUS_CANCELED
    assert (response.result.code, response.result.message) == (
        Pick.Result.CANCELED,
        "cancelled by the client",
    )
    assert len(cell.motions) == motion + 1


def test_emergency_stop(executor: Executor, cell: Any) -> None:
    idle = executor.call(Trigger, "/executor/stop", Trigger.Request())
    assert (idle.success, idle.message) == (True, "no goal was running")
    cell.on[3] = "stall"
    ending = executor.ending(executor.send(executor.picks, Pick.Goal()))
    assert cell.stalled.wait(TIMEOUT_SEC)
    answer = executor.call(Trigger, "/executor/stop", Trigger.Request())
    assert (answer.success, answer.message) == (True, "stopping")
    response = wait(ending, "end")
    assert response.status == GoalStatus.STATUS_ABORTED
    assert (response.result.code, response.result.stage) == (Pick.Result.STOPPED, "transfer")
    assert len(cell.motions) == 4


def test_a_second_goal_while_busy(executor: Executor, cell: Any) -> None:
    cell.on[0] = "stall"
    first = executor.send(executor.picks, Pick.Goal())
    assert cell.stalled.wait(TIMEOUT_SEC)
    for status, result in (executor.pick(), executor.clear(ClearBin.Goal())):
        assert (status, result.code) == (GoalStatus.STATUS_ABORTED, Pick.Result.BUSY)
        assert result.message == "another goal is running"
    assert executor.cancel(first).result.code == Pick.Result.CANCELED


def test_goals_that_are_wrong(
    executor: Executor, cell: Any, grasps: Callable[..., GraspArray]
) -> None:
    _, result = executor.pick(Pick.Goal(arm="third_arm"))
    assert result.code == Pick.Result.INVALID_GOAL
    assert result.message == "arm: 'third_arm' is unknown; valid: diana7_arm"
    _, result = executor.pick(Pick.Goal(grasps=grasps(GOOD, frame="camera")))
    assert result.code == Pick.Result.TRANSFORM_UNAVAILABLE
    assert result.message.startswith("the grasps: frame 'camera' is not the robot's base")
    place = PoseStamped()
    place.header.frame_id = "base_link"
    place.pose.orientation.w = 0.0
    _, result = executor.pick(Pick.Goal(place_pose=place))
    assert result.code == Pick.Result.INVALID_GOAL
    assert result.message.startswith("place_pose: quaternion")
    _, cleared = executor.clear(ClearBin.Goal(max_attempts=-1))
    assert (cleared.code, cleared.message) == (-18, "max_attempts: -1 is below 0")
    assert cell.motions == []


def test_clearing_a_bin(
    executor: Executor, cell: Any, answers: Callable[..., DetectGrasps.Response]
) -> None:
    cell.detections = [
        answers(GOOD),
        answers(OTHER),
        DetectGrasps.Response(code=2, message="the bin is empty"),
    ]
    status, result = executor.clear(ClearBin.Goal())
    assert (status, result.code) == (GoalStatus.STATUS_SUCCEEDED, ClearBin.Result.SUCCESS)
    assert (result.attempts, result.picked, result.left) == (2, 2, -1)
    assert result.message == "/detect_grasps: the bin is empty"
    assert [round(record.grasp.pose.position.y, 6) for record in result.records] == [0.0, 0.1]
    assert [each.picked for each in executor.feedback if each.stage == "detect"] == [0, 1, 2, 2, 2]
    _, result = executor.clear(ClearBin.Goal(max_picked=1))
    assert result.code == ClearBin.Result.SUCCESS  # nothing left, before the limit


def test_cancel_while_clearing(executor: Executor, cell: Any) -> None:
    cell.on[9] = "stall"
    handle = executor.send(executor.clears, ClearBin.Goal())
    assert cell.stalled.wait(TIMEOUT_SEC)
    response = executor.cancel(handle)
    assert response.status == GoalStatus.STATUS_CANCELED
    assert (response.result.code, response.result.picked) == (ClearBin.Result.CANCELED, 1)


def test_deactivation_stops_the_arm(executor: Executor, cell: Any) -> None:
    cell.on[2] = "stall"
    ending = executor.ending(executor.send(executor.picks, Pick.Goal()))
    assert cell.stalled.wait(TIMEOUT_SEC)
    executor.change(Transition.TRANSITION_DEACTIVATE)
    result = wait(ending, "end").result
    assert (result.code, result.message) == (Pick.Result.STOPPED, "the node was deactivated")
    assert len(cell.motions) == 3
    executor.change(Transition.TRANSITION_ACTIVATE)


def test_a_node_that_is_not_active_serves_nothing(executor: Executor, cell: Any) -> None:
    executor.change(Transition.TRANSITION_DEACTIVATE)
    status, result = executor.pick()
    assert (status, result.code) == (GoalStatus.STATUS_ABORTED, Pick.Result.NOT_ACTIVE)
    assert result.message == "the node is not active: inactive"
    executor.change(
        Transition.TRANSITION_CLEANUP,
        Transition.TRANSITION_CONFIGURE,
        Transition.TRANSITION_ACTIVATE,
    )
    assert executor.pick()[1].code == Pick.Result.SUCCESS
    assert cell.is_home


def test_shutdown_stops_the_arm_and_still_tells(executor: Executor, cell: Any) -> None:
    """The last test: the node ends."""
    cell.on[1] = "stall"
    ending = executor.ending(executor.send(executor.picks, Pick.Goal()))
    assert cell.stalled.wait(TIMEOUT_SEC)
    executor.process.send_signal(signal.SIGTERM)
    result = wait(ending, "end").result
    assert (result.code, result.message) == (Pick.Result.STOPPED, "the node was shut down")
    output, _ = executor.process.communicate(timeout=TIMEOUT_SEC)
    assert executor.process.returncode == 0, output
