from __future__ import annotations

import numpy as np
import pytest

from grasp_executor.budget import Budget
from grasp_executor.path_search import FIRST_SLICE_SEC, LAST_SLICE_SEC, path_of, plan
from grasp_executor.planner import PathResult, PlanningCode

START, GOAL = np.zeros(6), np.full(6, 0.1)


class Prepared:
    """A backend in an empty scene whose attempts end as prepared; the last one again and again."""

    def __init__(self, *results: PathResult, blocked_edges: int = 0) -> None:
        self.results = list(results)
        self.limits: list[float] = []
        self.blocked_edges = blocked_edges

    def in_collision(self, *_: object) -> bool:
        return False

    def edge_in_collision(self, *_: object) -> bool:
        self.blocked_edges -= 1
        return self.blocked_edges >= 0

    def attempt(self, *arguments: object) -> PathResult:
        self.limits.append(arguments[-1])
        return self.results.pop(0) if len(self.results) > 1 else self.results[0]


def search(backend: Prepared, toy_arm, timeout_sec: float = 30.0) -> PathResult:
    rng = np.random.default_rng(0)
    return plan(backend, toy_arm.group("arm"), START, GOAL, rng, Budget(timeout_sec))


@pytest.fixture
def found(toy_arm) -> PathResult:
    return PathResult(path=path_of(toy_arm.group("arm"), np.stack([START, GOAL])))


@pytest.mark.parametrize(
    "code",
    [
        PlanningCode.TIMED_OUT,
        PlanningCode.PLANNING_FAILED,
        PlanningCode.INVALID_MOTION_PLAN,
    ],
)
def test_slices_grow_until_an_attempt_succeeds(toy_arm, found, code: PlanningCode) -> None:
    unlucky = PathResult(code, "no luck")
    backend = Prepared(*[unlucky] * 4, found)
    assert search(backend, toy_arm) is found
    assert backend.limits == [FIRST_SLICE_SEC, 0.2, *[LAST_SLICE_SEC] * 3]


def test_what_no_attempt_cures_ends_at_once(toy_arm) -> None:
    backend = Prepared(PathResult(PlanningCode.GOAL_STATE_INVALID, "beyond a bound"))
    result = search(backend, toy_arm)
    assert (result.code, result.message) == (PlanningCode.GOAL_STATE_INVALID, "beyond a bound")
    assert len(backend.limits) == 1


def test_a_path_that_touches_is_no_path(toy_arm, found) -> None:
    backend = Prepared(found, blocked_edges=2)
    assert search(backend, toy_arm) is found
    assert len(backend.limits) == 3


def test_a_path_beyond_the_limits_is_no_path(toy_arm, found) -> None:
    around = np.stack([START, [0, 0, 0, 0, 2.2, 0], GOAL])  # joint_5 ends at 2.1
    backend = Prepared(PathResult(path=path_of(toy_arm.group("arm"), around)), found)
    assert search(backend, toy_arm) is found
    assert len(backend.limits) == 2


def test_the_last_slice_is_what_is_left(toy_arm) -> None:
    backend = Prepared(PathResult(PlanningCode.TIMED_OUT, "slow"))
    result = search(backend, toy_arm, 0.05)
    assert result.code is PlanningCode.TIMED_OUT
    assert result.message == "out of time while planning for arm"
    assert max(backend.limits) <= 0.05


def test_repeated_waypoints_are_left_out(toy_arm) -> None:
    group = toy_arm.group("arm")
    repeated = np.stack([START, START, GOAL, GOAL, START])
    np.testing.assert_array_equal(path_of(group, repeated).positions, [START, GOAL, START])
    np.testing.assert_array_equal(path_of(group, repeated[:2]).positions, [START, START])
