"""Controllers of ideal joints, which are where they were commanded to be, and of worse ones."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from grasp_core.checks import Float
from grasp_robots.joint import JointLimits
from grasp_sim.controllers import BRAKE_SEC, GripperController, Tolerances, TrajectoryController
from grasp_sim.errors import CommandError
from grasp_sim.execution import Ending, Execution
from grasp_sim.motion import Motion

TICK = 0.004
HOME = np.array([0.0, 1.0])
GOAL = np.array([1.0, 0.5])
STILL = np.zeros((1, 2))
TOLERANCES = Tolerances(np.array([0.1, 0.1]), np.array([0.01, 0.01]), 0.5)
FINGER = JointLimits(0.0, 0.025, (0.0, 0.025), 0.025, 0.25, 2.5, 20.0)


def motion() -> Motion:
    """Two seconds from rest to rest; fastest in the middle: 1.875 / 2 rad/s."""
    return Motion(np.array([2.0]), GOAL[None], STILL, STILL)


def ideal(target: Float) -> Float:
    return target


class Driven:
    """A controller, and joints that answer to its commands."""

    def __init__(self, answer: Callable[[Float], Float] = ideal) -> None:
        self.controller = TrajectoryController(["a", "b"], HOME)
        self.answer = answer
        self.positions, self.speed = HOME, np.zeros(2)

    def run(self, seconds: float) -> None:
        for _ in range(round(seconds / TICK)):
            target, self.speed = self.controller.update(self.positions, TICK)
            self.positions = self.answer(target)

    def start(self) -> Execution:
        return self.controller.start(motion(), TOLERANCES)


def test_a_motion_is_followed_to_its_end_and_held() -> None:
    arm = Driven()
    execution = arm.start()
    arm.run(1.0)
    assert not execution.done.is_set()
    np.testing.assert_allclose(arm.positions, [0.5, 0.75], atol=1e-9)  # symmetric: half the way
    np.testing.assert_allclose(arm.speed, [0.9375, -0.46875], atol=1e-6)
    arm.run(1.1)
    assert execution.ending is Ending.REACHED
    np.testing.assert_allclose(arm.positions, GOAL)
    arm.run(1.0)
    np.testing.assert_allclose(arm.positions, GOAL)
    assert not arm.speed.any()


def test_cancel_brakes_on_the_path_and_holds() -> None:
    arm = Driven()
    execution = arm.start()
    arm.run(1.0)
    execution.canceling.set()
    arm.run(BRAKE_SEC / 2)
    assert 0.3 * 0.9375 < arm.speed[0] < 0.6 * 0.9375
    arm.run(BRAKE_SEC)
    assert execution.ending is Ending.CANCELED
    held = arm.positions
    assert 0.5 < held[0] < 0.5 + 0.94 * BRAKE_SEC / 2 + 0.01
    assert held[1] == pytest.approx(1.0 - held[0] / 2)  # on the line from home to goal
    arm.run(1.0)
    np.testing.assert_array_equal(arm.positions, held)


def test_a_joint_that_is_stuck_ends_the_motion_where_it_is() -> None:
    stuck = np.array([0.3, np.inf])
    arm = Driven(lambda target: np.minimum(target, stuck))
    execution = arm.start()
    arm.run(2.0)
    assert execution.ending is Ending.OFF_PATH
    assert execution.message.startswith("a is 0.10")
    assert execution.message.endswith("off, 0.1000 is allowed")
    assert arm.controller.target[0] == 0.3
    assert arm.controller.target[1] == pytest.approx(0.8, abs=0.01)


def test_a_joint_that_misses_the_goal_gets_time_and_then_fails() -> None:
    arm = Driven(lambda target: target - [0.0, 0.02])
    execution = arm.start()
    arm.run(2.4)
    assert not execution.done.is_set()
    arm.run(0.2)
    assert execution.ending is Ending.MISSED
    assert execution.message == "b is 0.0200 off, 0.0100 is allowed"


def test_no_limit_is_no_limit() -> None:
    arm = Driven(lambda target: target - 5.0)
    none = np.full(2, np.inf)
    execution = arm.controller.start(motion(), Tolerances(none, none, 0.5))
    arm.run(2.1)
    assert execution.ending is Ending.REACHED


def test_a_new_motion_replaces_the_old_without_a_jump() -> None:
    arm = Driven()
    first = arm.start()
    arm.run(1.0)
    before, speed = arm.positions, arm.speed
    second = arm.start()
    assert first.ending is Ending.REPLACED
    arm.run(TICK)
    np.testing.assert_allclose(arm.positions, before + speed * TICK, atol=1e-4)
    arm.run(2.1)
    assert second.ending is Ending.REACHED


def test_stop_holds_where_the_joints_are() -> None:
    arm = Driven()
    execution = arm.start()
    arm.run(1.0)
    arm.controller.stop(np.array([0.49, 0.76]), Ending.STOPPED, "because")
    assert (execution.ending, execution.message) == (Ending.STOPPED, "because")
    arm.run(1.0)
    np.testing.assert_allclose(arm.positions, [0.49, 0.76])


def test_a_start_in_the_past_or_future() -> None:
    arm = Driven()
    arm.controller.start(motion(), TOLERANCES, ahead_sec=-1.0)
    arm.run(1.0)
    np.testing.assert_allclose(arm.positions, HOME, atol=1e-9)
    arm.run(1.0)
    assert arm.positions[0] == pytest.approx(0.5)
    with pytest.raises(CommandError, match=r"the trajectory ended 0\.500 s ago"):
        arm.controller.start(motion(), TOLERANCES, ahead_sec=2.5)


def test_another_number_of_joints_is_refused() -> None:
    three = Motion(np.array([1.0]), np.zeros((1, 3)))
    with pytest.raises(CommandError, match="3 joints given, expected a, b"):
        Driven().controller.start(three, TOLERANCES)


class Finger:
    """A gripper whose finger moves at 25 mm/s towards its target, but never below a stop."""

    def __init__(self, stop: float = 0.0) -> None:
        self.controller = GripperController("finger", FINGER, 0.025)
        self.position, self.speed, self._stop = 0.025, 0.0, stop

    def run(self, seconds: float) -> float:
        for _ in range(round(seconds / TICK)):
            target = self.controller.update(self.position, self.speed, TICK)
            step = np.clip(target - self.position, -0.025 * TICK, 0.025 * TICK)
            moved = max(self.position + step, self._stop)
            self.speed, self.position = (moved - self.position) / TICK, moved
        return self.controller.update(self.position, self.speed, TICK)


def test_fingers_reach_what_is_free() -> None:
    finger = Finger()
    execution = finger.controller.start(0.005)
    finger.run(0.7)
    assert not execution.done.is_set()
    finger.run(0.2)
    assert execution.ending is Ending.REACHED
    assert finger.run(1.0) == 0.005


def test_fingers_on_an_object_stall_and_go_on_pressing() -> None:
    finger = Finger(stop=0.015)
    execution = finger.controller.start(0.0, effort=12.0)
    finger.run(0.8)  # 0.4 s to the object, 0.5 s to be sure
    assert not execution.done.is_set()
    finger.run(0.2)
    assert execution.ending is Ending.STALLED
    assert finger.run(1.0) == 0.0
    assert finger.controller.effort == 12.0
    finger.controller.stop(Ending.STOPPED)
    assert finger.run(1.0) == 0.0  # the emergency stop lets nothing fall


def test_fingers_that_move_stop_where_they_are() -> None:
    finger = Finger()
    execution = finger.controller.start(0.0)
    finger.run(0.4)
    finger.controller.stop(Ending.STOPPED, "because")
    assert (execution.ending, execution.message) == (Ending.STOPPED, "because")
    assert finger.run(1.0) == pytest.approx(0.015, abs=0.001)


def test_fingers_that_have_just_met_an_object_keep_pressing_when_stopped() -> None:
    finger = Finger(stop=0.015)
    finger.controller.start(0.0)
    finger.run(0.6)  # 0.2 s on the object: not yet a stall
    finger.controller.stop(Ending.STOPPED)
    assert finger.run(1.0) == 0.0


def test_cancelled_fingers_stay_where_they_are() -> None:
    finger = Finger()
    execution = finger.controller.start(0.0)
    finger.run(0.4)
    execution.canceling.set()
    assert finger.run(0.5) == pytest.approx(0.015, abs=0.001)
    assert execution.ending is Ending.CANCELED


@pytest.mark.parametrize(("effort", "expected"), [(0.0, 20.0), (5.0, 5.0), (300.0, 20.0)])
def test_force_is_at_most_that_of_the_gripper(effort: float, expected: float) -> None:
    gripper = GripperController("finger", FINGER, 0.0)
    gripper.start(0.02, effort)
    assert gripper.effort == expected


@pytest.mark.parametrize(
    ("goal", "effort", "message"),
    [
        (0.03, 0.0, r"finger: 0\.03 m is not in 0\.0 to 0\.025 m"),
        (-0.01, 0.0, r"finger: -0\.01 m is not in"),
        (np.nan, 0.0, "finger: nan m is not in"),
        (0.01, -1.0, r"finger: a force of -1\.0 N must be >= 0"),
        (0.01, np.nan, "finger: a force of nan N"),
    ],
)
def test_bad_gripper_commands_are_refused(goal: float, effort: float, message: str) -> None:
    gripper = GripperController("finger", FINGER, 0.0)
    with pytest.raises(CommandError, match=message):
        gripper.start(goal, effort)
