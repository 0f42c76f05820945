"""`EmbeddedPlanner`: the port's implementation on RoboPlan and ruckig."""

from __future__ import annotations

from grasp_core.checks import Float
from grasp_executor.backend_planner import BackendPlanner
from grasp_executor.embedded import rrt
from grasp_executor.embedded.ik import FAR_DAMPING, NEAR_DAMPING, TipSolver
from grasp_executor.embedded.scene_sync import SyncedScene
from grasp_executor.planner import PathResult
from grasp_executor.planning_robot import JointGroup, PlanningRobot


class RoboPlanBackend(SyncedScene):
    """`PlanningBackend` on RoboPlan."""

    def tip_solver(self, group: JointGroup, *, near: bool) -> TipSolver:
        """Return a solver for starts near the solution, or for starts anywhere."""
        return TipSolver(self, group, NEAR_DAMPING if near else FAR_DAMPING)

    def attempt(
        self, group: JointGroup, start: Float, goal: Float, seed: int, limit_sec: float
    ) -> PathResult:
        """Look once for a path between two valid states."""
        return rrt.attempt(self, group, start, goal, seed, limit_sec)


class EmbeddedPlanner(BackendPlanner):
    """Plans for one robot, in an empty scene until `set_scene`; `MotionPlanner` has the calls."""

    def __init__(self, robot: PlanningRobot) -> None:
        super().__init__(robot, RoboPlanBackend)
