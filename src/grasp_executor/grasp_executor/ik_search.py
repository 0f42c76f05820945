"""Collision-aware inverse kinematics: a solver of the backend, one start after the other."""

from __future__ import annotations

import numpy as np

from grasp_core.checks import Float
from grasp_executor.budget import Budget
from grasp_executor.planner import IkResult, PlanningCode, stopped
from grasp_executor.planning_backend import PlanningBackend
from grasp_executor.planning_robot import JointGroup

#: rad (or m) that solutions keep from the limits. Solvers hold a joint there that would go beyond,
#: so that a line through such solutions has a kink, and the curve laid through it overshoots.
LIMIT_MARGIN = 0.01

#: Starts of a call. 40 found all of 50 grasps of a YuMi among obstacles.
STARTS = 60

#: rad (or m), solutions that differ less in every joint are the same one.
DISTINCT = 0.1


def clear_of_limits(group: JointGroup, positions: Float) -> bool:
    """Tell whether positions (J,) keep `LIMIT_MARGIN` from the limits."""
    return group.within(positions + LIMIT_MARGIN * np.array([[-1.0], [1.0]]))


def solve(
    backend: PlanningBackend,
    group: JointGroup,
    T_base_tip: Float,
    seed: Float,
    count: int,
    rng: np.random.Generator,
    budget: Budget,
) -> IkResult:
    """Find up to `count` distinct collision-free solutions; see `MotionPlanner.ik`."""
    solver = backend.tip_solver(group, near=False)
    found: list[Float] = []
    touching: Float | None = None
    for attempt in range(STARTS):
        if len(found) == count or budget.spent:
            break
        start = seed if attempt == 0 else rng.uniform(group.lower, group.upper)
        positions = solver.solve(T_base_tip, start)
        if positions is None or any(np.abs(positions - other).max() < DISTINCT for other in found):
            continue
        if backend.in_collision(group, positions):
            touching = positions
        else:
            found.append(positions)
    if found:
        nearest = np.argsort([np.linalg.norm(positions - seed) for positions in found])
        return IkResult(solutions=np.stack(found)[nearest])
    none = np.zeros((0, len(group.joints)))
    if budget.spent:
        end = stopped(budget, "solving inverse kinematics")
        return IkResult(end.code, end.message, solutions=none)
    if touching is not None:
        message = backend.touching(group, touching)
        return IkResult(PlanningCode.GOAL_IN_COLLISION, message, solutions=none)
    where = np.round(T_base_tip[:3, 3], 3).tolist()
    message = f"{group.tip_link} at {where} m is not reached by {group.name}"
    return IkResult(PlanningCode.NO_IK_SOLUTION, message, solutions=none)
