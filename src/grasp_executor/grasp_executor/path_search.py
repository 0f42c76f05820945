"""Paths around obstacles: attempts of a sampling planner in slices of time, each path checked."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from grasp_core.checks import Float
from grasp_executor.budget import Budget
from grasp_executor.planner import PathResult, PlanningCode, stopped
from grasp_executor.planning_backend import PlanningBackend, check_state
from grasp_executor.planning_robot import JointGroup
from grasp_executor.trajectory import Path

#: rad, the step at which a finished path is checked once more.
FINE_STEP = 0.01

#: s. A planner cannot be called off, so it runs in slices and starts anew after each. The first is
#: what most plans need; a new start is also the cure for an unlucky one.
FIRST_SLICE_SEC, LAST_SLICE_SEC = 0.1, 0.4

#: After these another attempt may find a path.
UNLUCKY = (
    PlanningCode.TIMED_OUT,
    PlanningCode.PLANNING_FAILED,
    PlanningCode.INVALID_MOTION_PLAN,
)

_SEEDS = 2**31  # RoboPlan's seeds are C ints


def plan(
    backend: PlanningBackend,
    group: JointGroup,
    start: Float,
    goal: Float,
    rng: np.random.Generator,
    budget: Budget,
) -> PathResult:
    """Find a path between two states; see `MotionPlanner.plan`."""
    for positions, invalid, touching in (
        (start, PlanningCode.START_STATE_INVALID, PlanningCode.START_STATE_IN_COLLISION),
        (goal, PlanningCode.GOAL_STATE_INVALID, PlanningCode.GOAL_IN_COLLISION),
    ):
        state = check_state(backend, group, positions, invalid, touching)
        if not state.ok:
            return PathResult(state.code, state.message)
    slice_sec = FIRST_SLICE_SEC
    while not budget.spent:
        limit = min(slice_sec, budget.remaining_sec)
        found = backend.attempt(group, start, goal, int(rng.integers(_SEEDS)), limit)
        if found.code not in UNLUCKY and (found.path is None or _valid(backend, group, found.path)):
            return found
        slice_sec = min(2 * slice_sec, LAST_SLICE_SEC)
    end = stopped(budget, f"planning for {group.name}")
    return PathResult(end.code, end.message)


def path_of(group: JointGroup, waypoints: Float) -> Path:
    """Path through waypoints (N, J) without those that repeat the one before; two at least stay."""
    moved = np.r_[True, np.abs(np.diff(waypoints, axis=0)).max(axis=1) > 0]
    distinct = waypoints[moved] if moved.sum() > 1 else waypoints[[0, -1]]
    return Path(group.name, distinct, smooth=False)


def _valid(backend: PlanningBackend, group: JointGroup, path: Path) -> bool:
    if not group.within(path.positions):
        return False
    edges = pairwise(path.positions)
    return not any(backend.edge_in_collision(group, a, b, FINE_STEP) for a, b in edges)
