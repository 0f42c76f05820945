"""The YuMi's smart gripper against a node that speaks as abb_rws_client and the add-in do."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import pytest
import rclpy
from abb_rapid_sm_addin_msgs.srv import SetSGCommand
from abb_robot_msgs.srv import GetIOSignal, SetRAPIDSymbol, TriggerWithResultCode

from grasp_core.errors import ParameterError
from grasp_executor.arm import MotionEnd
from grasp_executor.drivers import finger_motion, finger_states_ros, rws_ros
from grasp_executor.drivers.gripper_ros import ActionGripper
from grasp_executor.drivers.hands_ros import hand
from grasp_executor.drivers.joint_states_ros import JointStateListener
from grasp_executor.drivers.rws_ros import SERVICES
from grasp_executor.halt import Halt
from grasp_executor.node_params import ExecutorParams
from grasp_executor.pick_result import PickCode
from grasp_executor.session_ros import Session
from grasp_robots.arm import Mount
from grasp_robots.names import renamed
from grasp_robots.robot_file import load_robot

MOVE_TO, GRIP_IN = 5, 6
RIGHT, LEFT = "T_ROB_R", "T_ROB_L"

#: What the services have upstream: gbartyzel/abb_ros2_msgs at 071bb1f.
RESULT = {"result_code": "uint16", "message": "string"}
UPSTREAM = {
    SetSGCommand: ({"task": "string", "command": "uint8", "target_position": "float"}, RESULT),
    TriggerWithResultCode: ({}, RESULT),
    GetIOSignal: ({"signal": "string"}, {"value": "string", **RESULT}),
    SetRAPIDSymbol: ({"path": "abb_robot_msgs/RAPIDSymbolPath", "value": "string"}, RESULT),
}


class Finger:
    """Moves at a constant speed, until it arrives or meets an object.

    Attributes
    ----------
    speed : m/s.
    object_at : m, where closing ends.
    """

    def __init__(self) -> None:
        self.speed, self.object_at = 0.5, 0.0
        self._from, self._to, self._since = 0.01, 0.01, 0.0

    def position(self) -> float:
        way = self.speed * (monotonic() - self._since)
        return float(self._from + np.clip(self._to - self._from, -way, way))

    def move(self, target: float) -> None:
        self._from, self._since = self.position(), monotonic()
        self._to = max(target, self.object_at) if target < self._from else target


class FakeRws:
    """The services of abb_rws_client, and both arms' part of the add-in.

    Attributes
    ----------
    ran : the commands that were run: task, command, target in mm.
    settings : of the add-in, by the task.
    signals : values in place of the true ones.
    refused : result code and message of the services that refuse.
    on_run : called after the commands were run.
    """

    def __init__(self, context: Any) -> None:
        self.node = rclpy.create_node("rws_client", context=context)
        for service, kind in SERVICES.items():
            self.node.create_service(kind, f"~/{service}", getattr(self, f"_{service}"))
        self.reset()

    def reset(self) -> None:
        self.fingers = {RIGHT: Finger(), LEFT: Finger()}
        self.ran: list[tuple[str, int, float]] = []
        self.settings: dict[str, str] = {}
        self.signals: dict[str, str] = {}
        self.refused: dict[str, tuple[int, str]] = {}
        self.on_run = lambda: None
        self.deaf = False
        self._commands: dict[str, SetSGCommand.Request] = {}

    def _answer(self, service: str, response: Any) -> Any:
        response.result_code, response.message = self.refused.get(service, (1, ""))
        return response

    def _get_io_signal(self, request: GetIOSignal.Request, response: Any) -> Any:
        name, _, side = request.signal.rpartition("_")
        value = {
            "hand_StatusCalibrated": "1",
            "hand_ActualPosition": f"{1e4 * self.fingers[f'T_ROB_{side}'].position():.0f}",
        }[name]
        response.value = self.signals.get(request.signal, value)
        return self._answer("get_io_signal", response)

    def _set_rapid_symbol(self, request: SetRAPIDSymbol.Request, response: Any) -> Any:
        assert (request.path.module, request.path.symbol) == ("TRobSG", "settings")
        self.settings[request.path.task] = request.value
        return self._answer("set_rapid_symbol", response)

    def _set_sg_command(self, request: SetSGCommand.Request, response: Any) -> Any:
        if "set_sg_command" not in self.refused:
            self._commands[request.task] = request
        return self._answer("set_sg_command", response)

    def _run_sg_routine(self, _: TriggerWithResultCode.Request, response: Any) -> Any:
        for task, request in self._commands.items():
            self.ran.append((task, request.command, request.target_position))
            if not self.deaf:
                target = request.target_position if request.command == MOVE_TO else 0.0
                self.fingers[task].move(1e-3 * target)
        self._commands.clear()  # the add-in sets the command to none
        self.on_run()
        return self._answer("run_sg_routine", response)


@pytest.fixture(scope="module")
def running_rws(context: Any, spinning: Any) -> FakeRws:
    made = FakeRws(context)
    spinning.add_node(made.node)
    return made


@pytest.fixture
def rws(running_rws: FakeRws, monkeypatch: pytest.MonkeyPatch) -> FakeRws:
    """The fake, and a driver that asks and decides five times as fast."""
    monkeypatch.setattr(finger_states_ros, "PERIOD_SEC", 0.02)
    monkeypatch.setattr(finger_motion, "STILL_SEC", 0.15)
    monkeypatch.setattr(finger_motion, "START_SEC", 0.4)
    running_rws.reset()
    return running_rws


@pytest.fixture(scope="module")
def node(context: Any, spinning: Any) -> Any:
    made = rclpy.create_node("smart_gripper", context=context)
    spinning.add_node(made)
    return made


@pytest.fixture
def mount(cell_file: Path) -> Mount:
    """Of the right arm."""
    config = cell_file.parents[1]
    return load_robot(config / "robots" / "yumi.yaml", config / "grippers").arms[0].mount


@pytest.fixture
def params(cell_file: Path) -> ExecutorParams:
    return ExecutorParams(cell_file=str(cell_file), gripper_action="abb_smart_gripper")


@pytest.fixture
def gripper(rws: FakeRws, node: Any, mount: Mount, params: ExecutorParams) -> Any:
    assert params.rws_node == rws.node.get_fully_qualified_name()  # as upstream's launch file
    made = hand(node, mount, params)
    yield made
    made.release()


@pytest.mark.parametrize("service", UPSTREAM, ids=lambda service: service.__name__)
def test_the_services_have_upstreams_fields(service: Any) -> None:
    request, response = UPSTREAM[service]
    assert service.Request.get_fields_and_field_types() == request
    assert service.Response.get_fields_and_field_types() == response
    assert (SetSGCommand.Request.SG_COMMAND_MOVE_TO, SetSGCommand.Request.SG_COMMAND_GRIP_IN) == (
        MOVE_TO,
        GRIP_IN,
    )


def test_it_opens_and_closes_on_an_object(gripper: Any, rws: FakeRws, node: Any) -> None:
    joints = JointStateListener(node, 5.0)
    assert gripper.open(0.04, Halt()).end is MotionEnd.DONE
    np.testing.assert_allclose(joints.positions(["gripper_r_joint"]), [0.02], atol=5e-4)
    rws.fingers[RIGHT].object_at = 0.012
    assert gripper.close(Halt()).end is MotionEnd.DONE
    np.testing.assert_allclose(joints.positions(["gripper_r_joint"]), [0.012], atol=1e-9)
    # 4 cm apart are 20 mm for a finger; the other arm's gripper is not commanded.
    assert [(task, command) for task, command, _ in rws.ran] == [(RIGHT, MOVE_TO), (RIGHT, GRIP_IN)]
    assert rws.ran[0][2] == pytest.approx(20.0)
    # 25 mm/s, 20 N, 25 mm: of the gripper's file.
    assert rws.settings == {RIGHT: "[25,20,25]"}
    joints.close()


def test_fingers_that_meet(gripper: Any, rws: FakeRws) -> None:
    assert gripper.close(Halt()).end is MotionEnd.DONE
    assert rws.fingers[RIGHT].position() < 0.001
    assert gripper.close(Halt()).end is MotionEnd.DONE  # once more, though nothing moves


def test_a_command_that_does_nothing_is_a_fault(gripper: Any, rws: FakeRws) -> None:
    rws.deaf = True
    result = gripper.open(0.05, Halt())
    assert result.end is MotionEnd.ABORTED
    assert result.message == "T_ROB_R: the fingers do not move and stay at 10.0 mm"


@pytest.mark.parametrize(
    ("service", "ran"), [("set_rapid_symbol", 0), ("set_sg_command", 0), ("run_sg_routine", 1)]
)
def test_a_controller_that_refuses(gripper: Any, rws: FakeRws, service: str, ran: int) -> None:
    rws.refused[service] = 3005, "RAPID is not running"
    result = gripper.close(Halt())
    assert result.end is MotionEnd.REJECTED
    assert result.message == f"/rws_client/{service}: RAPID is not running (result code 3005)"
    assert len(rws.ran) == ran


def test_a_gripper_that_is_not_calibrated_does_not_move(gripper: Any, rws: FakeRws) -> None:
    rws.signals["hand_StatusCalibrated_R"] = "0"
    result = gripper.close(Halt())
    assert result.end is MotionEnd.REJECTED
    assert result.message == "hand_StatusCalibrated_R is not 1: the gripper must be calibrated"
    assert rws.ran == []


@pytest.mark.parametrize("told", ["", "nan?"])
def test_positions_that_do_not_come_any_more(
    gripper: Any, rws: FakeRws, monkeypatch: pytest.MonkeyPatch, told: str
) -> None:
    monkeypatch.setattr(finger_states_ros, "ANSWER_SEC", 0.2)

    def on_run() -> None:
        rws.signals["hand_ActualPosition_R"] = told
        rws.fingers[RIGHT].speed = 0.0

    rws.on_run = on_run
    result = gripper.close(Halt())
    assert result.end is MotionEnd.TIMED_OUT
    assert result.message == (
        "no position hand_ActualPosition_R within 0.4 s; the fingers may still move"
    )


def test_a_stop_holds_the_fingers_where_they_are(gripper: Any, rws: FakeRws) -> None:
    rws.fingers[RIGHT].speed = 0.002
    halt = Halt()
    stopper = threading.Timer(0.2, halt.request, (PickCode.STOPPED, "emergency stop"))
    rws.on_run = lambda: None if stopper.is_alive() or halt.requested else stopper.start()
    result = gripper.open(0.05, halt)
    stopper.join()
    assert result.end is MotionEnd.HALTED
    position_mm = 1e3 * rws.fingers[RIGHT].position()
    (_, _, first), (_, command, held) = rws.ran
    assert (first, command) == (pytest.approx(25.0), MOVE_TO)
    assert held == pytest.approx(position_mm, abs=0.2)
    assert result.message == f"T_ROB_R: the fingers are held at {held:.1f} mm"


def test_a_stop_that_came_before_moves_nothing(gripper: Any, rws: FakeRws) -> None:
    halt = Halt()
    halt.request(PickCode.STOPPED, "emergency stop")
    assert gripper.open(0.05, halt).end is MotionEnd.HALTED
    assert rws.ran == []


def test_no_driver(
    node: Any, mount: Mount, cell_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rws_ros, "SERVER_SEC", 0.1)
    nobody = ExecutorParams(
        cell_file=str(cell_file), gripper_action="abb_smart_gripper", rws_node="/nobody"
    )
    gripper = hand(node, mount, nobody)
    result = gripper.close(Halt())
    gripper.release()
    assert result.end is MotionEnd.REJECTED
    assert result.message == "/nobody/get_io_signal: no service within 0.1 s"


def test_a_driver_that_does_not_answer(
    gripper: Any, rws: FakeRws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rws_ros, "ANSWER_SEC", 0.2)
    answer = threading.Event()

    def on_run() -> None:
        assert answer.wait(30.0)

    rws.on_run = on_run
    result = gripper.close(Halt())
    assert result.end is MotionEnd.REJECTED
    assert result.message == "/rws_client/run_sg_routine: no answer within 0.2 s"
    answer.set()
    monkeypatch.undo()
    assert gripper.open(0.04, Halt()).end is MotionEnd.DONE


def test_the_executor_tells_the_fingers_of_both_arms(
    rws: FakeRws, node: Any, cell_file: Path
) -> None:
    rws.signals = {"hand_ActualPosition_R": "120", "hand_ActualPosition_L": "34.5"}
    params = ExecutorParams(
        cell_file=str(cell_file.with_name("yumi.yaml")), gripper_action="abb_smart_gripper"
    )
    session = Session(node, params)
    joints = JointStateListener(node, 10.0)
    positions = joints.positions(["gripper_r_joint", "gripper_l_joint"])
    session.close()
    joints.close()
    np.testing.assert_allclose(positions, [0.012, 0.00345])


def test_a_name_must_tell_the_side(node: Any, params: ExecutorParams, cell_file: Path) -> None:
    config = cell_file.parents[1]
    robot = load_robot(config / "robots" / "yumi.yaml", config / "grippers")
    strange = renamed(robot, {"right_gripper": "hand_1"}).arms[0].mount
    with pytest.raises(ParameterError, match=r"'hand_1' of a YuMi must have .* right or left"):
        hand(node, strange, params)


def test_without_abbs_messages_the_parameter_is_refused(
    node: Any, mount: Mount, params: ExecutorParams, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "grasp_executor.drivers.smart_gripper_ros", raising=False)
    monkeypatch.setitem(sys.modules, "abb_rapid_sm_addin_msgs.srv", None)
    with pytest.raises(ParameterError, match="'abb_smart_gripper' needs the package abb_rapid_sm"):
        hand(node, mount, params)


def test_other_grippers_have_an_action(node: Any, mount: Mount, cell_file: Path) -> None:
    made = hand(node, mount, ExecutorParams(cell_file=str(cell_file)))
    assert isinstance(made, ActionGripper)
    made.release()
