"""Inverse kinematics from one start: RoboPlan's `SimpleIk`."""

from __future__ import annotations

import numpy as np
from roboplan import core, simple_ik

from grasp_core.checks import Float
from grasp_executor.embedded.scene_sync import SyncedScene
from grasp_executor.ik_search import clear_of_limits
from grasp_executor.planning_robot import JointGroup

#: m and rad, far below what an arm repeats (0.02 to 0.05 mm) and what a collision check resolves.
TOLERANCE = 1e-5

#: Newton steps from one start; those that converge need about ten.
MAX_ITERATIONS = 50

#: Damping of the Newton steps: much from a random start (38 % of 300 starts then reach a 6-DoF
#: arm's pose, 30 % with little), little from one nearby (300 of 300 against 293).
FAR_DAMPING, NEAR_DAMPING = 1e-3, 1e-5


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
        return positions if clear_of_limits(self._group, positions) else None
