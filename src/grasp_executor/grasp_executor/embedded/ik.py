"""Collision-aware inverse kinematics: RoboPlan's `SimpleIk`, one start after the other."""

from __future__ import annotations

import numpy as np
from roboplan import core, simple_ik

from grasp_core.checks import Float
from grasp_executor.budget import Budget
from grasp_executor.embedded.scene_sync import SyncedScene
from grasp_executor.planner import IkResult, PlanningCode, stopped
from grasp_executor.planning_robot import JointGroup

#: m and rad, far below what an arm repeats (0.02 to 0.05 mm) and what a collision check resolves.
TOLERANCE = 1e-5

#: rad (or m) that solutions keep from the limits. SimpleIk holds a joint there that would go
#: beyond, so that a line through such solutions has a kink, and the curve laid through it
#: overshoots.
LIMIT_MARGIN = 0.01

#: Newton steps from one start; those that converge need about ten.
MAX_ITERATIONS = 50

#: Damping of the Newton steps: much from a random start (38 % of 300 starts then reach a 6-DoF
#: arm's pose, 30 % with little), little from one nearby (300 of 300 against 293).
FAR_DAMPING, NEAR_DAMPING = 1e-3, 1e-5

#: Starts of a call. 40 found all of 50 grasps of a YuMi among obstacles.
STARTS = 60

#: rad (or m), solutions that differ less in every joint are the same one.
DISTINCT = 0.1


class TipSolver:
    """Brings a group's tip to a pose from one start, without regard to collisions."""

    def __init__(self, scene: SyncedScene, group: JointGroup, damping: float) -> None:
        self._scene = scene
        self._group = group
        options = simple_ik.SimpleIkOptions(
            group_name=group.name,
            max_iters=MAX_ITERATIONS,
            # One start ends by its iterations. Its clock, 5 ms by default, would let the load of
            # the machine decide.
            max_time=1.0,
            max_restarts=0,
            step_size=1.0,  # full steps: fewest iterations, and no fewer starts succeed
            damping=damping,
            max_linear_error_norm=TOLERANCE,
            max_angular_error_norm=TOLERANCE,
            check_collisions=False,
        )
        self._solver = simple_ik.SimpleIk(scene.kinematics, options)

    def solve(self, T_base_tip: Float, start: Float) -> Float | None:
        """Return positions (J,) that bring the tip to the pose, clear of the limits, or None."""
        goal = core.CartesianConfiguration(
            self._scene.robot.base_link, self._group.tip_link, np.asfortranarray(T_base_tip)
        )
        names = list(self._group.joints)
        solution = core.JointConfiguration()
        found = self._solver.solveIk(goal, core.JointConfiguration(names, start), solution)
        if not found:
            return None
        positions: Float = np.array(solution.positions)
        room = LIMIT_MARGIN * np.array([[-1.0], [1.0]])
        return positions if self._group.within(positions + room) else None


def solve(
    scene: SyncedScene,
    group: JointGroup,
    T_base_tip: Float,
    seed: Float,
    count: int,
    rng: np.random.Generator,
    budget: Budget,
) -> IkResult:
    """Find up to `count` distinct collision-free solutions; see `MotionPlanner.ik`."""
    solver = TipSolver(scene, group, FAR_DAMPING)
    found: list[Float] = []
    touching: Float | None = None
    for attempt in range(STARTS):
        if len(found) == count or budget.spent:
            break
        start = seed if attempt == 0 else rng.uniform(group.lower, group.upper)
        positions = solver.solve(T_base_tip, start)
        if positions is None or any(np.abs(positions - other).max() < DISTINCT for other in found):
            continue
        if scene.in_collision(group, positions):
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
        message = scene.touching(group, touching)
        return IkResult(PlanningCode.GOAL_IN_COLLISION, message, solutions=none)
    where = np.round(T_base_tip[:3, 3], 3).tolist()
    message = f"{group.tip_link} at {where} m is not reached by {group.name}"
    return IkResult(PlanningCode.NO_IK_SOLUTION, message, solutions=none)
