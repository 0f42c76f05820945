"""Both gripper actions on one hand that closes on a cube; simulated time goes as fast as it can."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any

import pytest
import rclpy
from action_msgs.msg import GoalStatus
from control_msgs.action import GripperCommand, ParallelGripperCommand
from rclpy.action import ActionClient
from rclpy.executors import MultiThreadedExecutor
from rclpy.node import Node
from sensor_msgs.msg import JointState

from grasp_core.transforms import transform
from grasp_sim.control_loop import ControlLoop
from grasp_sim.gripper_action_ros import GripperAction, ParallelGripperAction
from grasp_sim.state import place

bench = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("arm_cells.py"))))

#: Simulated seconds after which an answer is overdue.
TIMEOUT_SEC = 600.0
JOINT, CONTROLLER = "gripper_finger_joint", "gripper_controller"
SUCCEEDED = GoalStatus.STATUS_SUCCEEDED


class Hand:
    """The Diana-7's gripper behind an action, and a client of that action."""

    def __init__(self, server: Any, kind: Any) -> None:
        self.loop = ControlLoop(bench.cube_cell("diana7", (0.0, 0.0)))
        self._node = Node("hand")
        self._action = server(self._node, self.loop, CONTROLLER)
        self._client = ActionClient(self._node, kind, f"/{CONTROLLER}/gripper_cmd")
        self._executor = MultiThreadedExecutor(4)
        self._executor.add_node(self._node)
        self._ending = Event()
        self._spinner = Thread(target=self._spin)
        self._spinner.start()

    def _spin(self) -> None:
        while not self._ending.is_set():
            self._executor.spin_once(timeout_sec=0.05)

    def close(self) -> None:
        self.loop.stop()
        self._ending.set()
        self._spinner.join(60.0)
        self._executor.shutdown()

    def wait(self, future: Any) -> Any:
        end = self.loop.time_sec + TIMEOUT_SEC
        while not future.done():
            assert self.loop.time_sec < end
            self.loop.tick()
        return future.result()

    def send(self, goal: Any) -> Any:
        assert self._client.wait_for_server(60.0)
        return self.wait(self._client.send_goal_async(goal))

    def result(self, goal: Any) -> Any:
        return self.wait(self.send(goal).get_result_async())

    def put_cube_between_fingers(self) -> None:
        """It stays there while the fingers close, for nobody tells it of gravity."""
        cell = self.loop.cell
        cell.model.opt.gravity[:] = 0.0
        site = cell.data.site(cell.work_cell.robot.arms[0].tcp)
        place(cell.data, 0, transform(site.xmat.reshape(3, 3), site.xpos))


@pytest.fixture
def make() -> Iterator[Any]:
    rclpy.init()
    hands = []

    def start(server: Any, kind: Any) -> Hand:
        hands.append(Hand(server, kind))
        return hands[0]

    yield start
    for hand in hands:
        hand.close()
    rclpy.try_shutdown()


def test_gripper_command(make: Any) -> None:
    hand = make(GripperAction, GripperCommand)
    goal = GripperCommand.Goal()
    goal.command.position = 0.045
    ended = hand.result(goal)
    assert ended.status == SUCCEEDED
    assert (ended.result.reached_goal, ended.result.stalled) == (True, False)
    assert ended.result.position == pytest.approx(0.045, abs=0.002)
    hand.put_cube_between_fingers()
    goal.command.position, goal.command.max_effort = 0.0, 15.0
    ended = hand.result(goal)
    assert ended.status == SUCCEEDED
    assert (ended.result.reached_goal, ended.result.stalled) == (False, True)
    assert ended.result.position == pytest.approx(bench.CUBE_M / 2, abs=0.001)
    assert ended.result.effort == pytest.approx(-15.0, abs=0.1)
    goal.command.max_effort = -1.0
    assert not hand.send(goal).accepted


def test_parallel_gripper_command(make: Any) -> None:
    hand = make(ParallelGripperAction, ParallelGripperCommand)
    hand.put_cube_between_fingers()
    goal = ParallelGripperCommand.Goal(
        command=JointState(name=[JOINT], position=[0.0], effort=[15.0])
    )
    ended = hand.result(goal)
    assert ended.status == SUCCEEDED
    assert (ended.result.reached_goal, ended.result.stalled) == (False, True)
    assert list(ended.result.state.name) == [JOINT]
    assert ended.result.state.position[0] == pytest.approx(bench.CUBE_M / 2, abs=0.001)
    assert ended.result.state.effort[0] == pytest.approx(-15.0, abs=0.1)
    for command in (
        JointState(),
        JointState(name=["thumb"], position=[0.0]),
        JointState(name=[JOINT], position=[0.2]),
    ):
        assert not hand.send(ParallelGripperCommand.Goal(command=command)).accepted


def test_the_emergency_stop_refuses_goals_until_its_release(make: Any) -> None:
    hand = make(ParallelGripperAction, ParallelGripperCommand)
    goal = ParallelGripperCommand.Goal(command=JointState(name=[JOINT], position=[0.04]))
    hand.loop.stop()
    assert not hand.send(goal).accepted
    hand.loop.release()
    assert hand.result(goal).status == SUCCEEDED
