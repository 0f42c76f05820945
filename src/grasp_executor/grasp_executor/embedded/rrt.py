"""Paths around obstacles: RRT-Connect with shortcuts (Kuffner and LaValle 2000)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from roboplan import core, rrt

from grasp_core.checks import Float
from grasp_executor.budget import Budget
from grasp_executor.embedded.scene_sync import SyncedScene
from grasp_executor.planner import PathResult, PlanningCode, stopped
from grasp_executor.planning_robot import JointGroup
from grasp_executor.trajectory import Path

#: rad, norm over the joints, between two checked states. At 0.05 one path in 25 touched something
#: thin.
STEP = 0.02

#: rad, the step at which a finished path is checked once more.
FINE_STEP = 0.01

#: s. A planner cannot be called off, so it runs in slices and starts anew after each. The first is
#: what most plans need; a new start is also the cure for an unlucky one.
FIRST_SLICE_SEC, LAST_SLICE_SEC = 0.1, 0.4

MAX_NODES = 100_000  # so that time ends a slice and not memory; a node takes about 200 bytes

_SEEDS = 2**31  # RoboPlan's seeds are C ints


def plan(
    scene: SyncedScene,
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
        state = scene.check_state(group, positions, invalid, touching)
        if not state.ok:
            return PathResult(state.code, state.message)
    slice_sec = FIRST_SLICE_SEC
    while not budget.spent:
        limit = min(slice_sec, budget.remaining_sec)
        waypoints = _try(scene, group, start, goal, int(rng.integers(_SEEDS)), limit)
        if waypoints is not None and _free(scene, group, waypoints):
            return PathResult(path=Path(group.name, waypoints, smooth=False))
        slice_sec = min(2 * slice_sec, LAST_SLICE_SEC)
    end = stopped(budget, f"planning for {group.name}")
    return PathResult(end.code, end.message)


def _try(
    scene: SyncedScene, group: JointGroup, start: Float, goal: Float, seed: int, limit_sec: float
) -> Float | None:
    """Return the waypoints (N, J) of a shortened path, or None where the time did not suffice."""
    options = rrt.RRTOptions(
        group_name=group.name,
        max_nodes=MAX_NODES,
        collision_check_step_size=STEP,
        max_planning_time=limit_sec,
        rrt_connect=True,
    )
    planner = rrt.RRT(scene.core, options)
    planner.setRngSeed(seed)
    names = list(group.joints)
    try:
        path = planner.plan(
            core.JointConfiguration(names, start), core.JointConfiguration(names, goal)
        )
    except RuntimeError:  # RoboPlan's way to say: none found
        return None
    shortening = core.PathShortcuttingOptions(group.name, max_step_size=STEP, seed=seed)
    shorter = core.PathShortcutter(scene.core, shortening).shortcut(path)
    waypoints = np.stack(shorter.positions)
    distinct = np.r_[True, np.abs(np.diff(waypoints, axis=0)).max(axis=1) > 0]
    return waypoints[distinct] if distinct.sum() > 1 else np.stack([start, goal])


def _free(scene: SyncedScene, group: JointGroup, waypoints: Float) -> bool:
    return not any(scene.edge_in_collision(group, a, b, FINE_STEP) for a, b in pairwise(waypoints))
