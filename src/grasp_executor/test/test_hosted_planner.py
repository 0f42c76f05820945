"""The planner in another process; the port's contract runs on it in `test_planner_contract`."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from grasp_core.transforms import transform
from grasp_executor.budget import Budget
from grasp_executor.embedded.embedded_planner import EmbeddedPlanner
from grasp_executor.errors import PlannerProcessError, PlanningRobotError
from grasp_executor.hosted_planner import HostedPlanner
from grasp_executor.planner import PlanningCode
from grasp_executor.planner_process import GRACE_SEC
from grasp_executor.planning_robot import PlanningRobot
from grasp_executor.planning_scene import PlanningScene
from grasp_executor.shapes import Box

POSE = transform(np.diag([-1.0, 1.0, -1.0]), [0.45, 0.2, 0.3])
BLOCKED = PlanningScene().with_obstacle("block", Box(np.ones(3)), np.eye(4))


@pytest.fixture(scope="module")
def made(toy_arm: PlanningRobot) -> Iterator[HostedPlanner]:
    made = HostedPlanner(toy_arm, EmbeddedPlanner)
    yield made
    made.close()


@pytest.fixture
def hosted(made: HostedPlanner) -> HostedPlanner:
    made.set_scene(PlanningScene())
    return made


def test_results_are_those_of_the_planner_itself(hosted, toy_arm, home) -> None:
    wall = Box(np.array([1.0, 0.004, 0.8]))
    scene = PlanningScene().with_obstacle("wall", wall, transform(np.eye(3), [0.65, 0.0, 0.4]))
    aside = 0.5 * np.eye(6)[0]
    results = []
    for planner in (hosted, EmbeddedPlanner(toy_arm)):
        planner.set_scene(scene)
        rng = np.random.default_rng(5)
        solved = planner.ik("arm", POSE, home, count=3, rng=rng, budget=Budget(10.0))
        planned = planner.plan("arm", home + aside, home - aside, rng=rng, budget=Budget(10.0))
        down = POSE @ transform(np.eye(3), [0, 0, 0.05])
        line = planner.line("arm", solved.solutions[0], down, budget=Budget(10.0))
        timed = planner.time(planned.path, velocity_scale=0.5)
        results.append(
            [solved.solutions, planned.path.positions, line.path.positions, timed.positions, rng]
        )
        assert "block" not in planner.valid("arm", home).message
    ours, theirs = results
    for one, other in zip(ours[:-1], theirs[:-1], strict=True):
        np.testing.assert_array_equal(one, other)
    assert ours[-1].bit_generator.state == theirs[-1].bit_generator.state


def test_a_process_that_dies_is_said_and_another_takes_over(hosted, home) -> None:
    hosted.set_scene(BLOCKED)
    before = hosted.process_id
    os.kill(before, signal.SIGKILL)
    rng = np.random.default_rng(0)
    result = hosted.ik("arm", POSE, home, count=1, rng=rng, budget=Budget(10.0))
    assert result.code is PlanningCode.PLANNING_FAILED
    assert result.message == "the planner's process ended with -9 during ik"
    assert result.solutions.shape == (0, 6)
    state = hosted.valid("arm", home)  # in the scene of before
    assert state.code is PlanningCode.START_STATE_IN_COLLISION
    assert "block" in state.message
    assert hosted.process_id != before


def test_a_process_that_dies_before_a_scene_is_an_error(hosted, home) -> None:
    os.kill(hosted.process_id, signal.SIGKILL)
    with pytest.raises(PlannerProcessError, match="ended with -9 during set_scene"):
        hosted.set_scene(BLOCKED)
    hosted.set_scene(BLOCKED)
    assert hosted.valid("arm", home).code is PlanningCode.START_STATE_IN_COLLISION


def test_a_process_that_does_not_listen_is_called_off_all_the_same(hosted, home) -> None:
    """A stopped process is one that its library keeps busy."""
    cancelled = threading.Event()
    os.kill(hosted.process_id, signal.SIGSTOP)
    timer = threading.Timer(0.1, cancelled.set)
    timer.start()
    budget = Budget(60.0, cancelled)
    result = hosted.plan("arm", home, home + 0.1, rng=np.random.default_rng(0), budget=budget)
    assert result.code is PlanningCode.PREEMPTED
    assert result.message == "called off while waiting for plan of arm"
    assert budget.remaining_sec > 60.0 - 10 * GRACE_SEC
    assert hosted.valid("arm", home).ok


def test_a_process_that_does_not_answer_is_out_of_time(hosted, home) -> None:
    os.kill(hosted.process_id, signal.SIGSTOP)
    result = hosted.line("arm", home, POSE, budget=Budget(0.1))
    assert (result.code, result.fraction) == (PlanningCode.TIMED_OUT, 0.0)
    assert hosted.valid("arm", home).ok


def test_a_call_after_one_that_was_called_off_as_it_ended(hosted, home) -> None:
    """The word that calls off may come when the call has ended; the next call must not hear it."""
    for _ in range(20):
        cancelled = threading.Event()
        timer = threading.Timer(0.002, cancelled.set)
        timer.start()
        budget = Budget(10.0, cancelled)
        hosted.ik("arm", POSE, home, count=1, rng=np.random.default_rng(0), budget=budget)
        timer.join()
        rng = np.random.default_rng(0)
        assert hosted.ik("arm", POSE, home, count=1, rng=rng, budget=Budget(10.0)).ok


def test_a_planner_that_refuses_the_robot_says_why(toy_arm) -> None:
    group = toy_arm.group("arm")
    other = replace(toy_arm, groups={"leg": replace(group, name="leg")})
    with pytest.raises(PlanningRobotError, match="the SRDF has no group 'leg'"):
        HostedPlanner(other, EmbeddedPlanner)


def test_a_fault_of_the_planner_is_a_result(hosted, home) -> None:
    """Without random numbers it cannot start a second time: an error that is none of ours."""
    far = transform(np.eye(3), [5.0, 0.0, 0.0])
    result = hosted.ik("arm", far, home, count=1, rng=None, budget=Budget(10.0))
    assert result.code is PlanningCode.PLANNING_FAILED
    assert result.message == "AttributeError: 'NoneType' object has no attribute 'uniform'"
    rng = np.random.default_rng(0)
    assert hosted.ik("arm", POSE, home, count=1, rng=rng, budget=Budget(10.0)).ok


def test_closing_ends_the_process(toy_arm) -> None:
    made = HostedPlanner(toy_arm, EmbeddedPlanner)
    number = made.process_id
    made.close()
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
