"""`PlanningBackend`: what a motion library has to offer for a robot in one scene."""

from __future__ import annotations

from typing import Protocol

from grasp_core.checks import Float
from grasp_executor.planner import PathResult, PlanningCode, PlanningResult
from grasp_executor.planning_robot import JointGroup


class TipSolver(Protocol):
    """Brings a group's tip to a pose from one start, without regard to collisions."""

    def solve(self, T_base_tip: Float, start: Float) -> Float | None:
        """Return positions (J,) that bring the tip to the pose (4, 4), or None."""


class PlanningBackend(Protocol):
    """A robot in one scene, as RoboPlan or MoveIt holds it; joints outside a group rest."""

    def in_collision(self, group: JointGroup, positions: Float) -> bool:
        """Tell whether the state of the group (J,) touches anything."""

    def edge_in_collision(
        self, group: JointGroup, start: Float, end: Float, max_step: float
    ) -> bool:
        """Tell whether the straight way between two states (J,) touches anything, ends included.

        `max_step` is the distance of two checked states, the norm over the joints.
        """

    def touching(self, group: JointGroup, positions: Float) -> str:
        """Say what touches what: "in contact: FIRST - SECOND, ..."."""

    def tip_pose(self, group: JointGroup, positions: Float) -> Float:
        """Pose `T_base_tip` (4, 4) of the group's tip link."""

    def tip_solver(self, group: JointGroup, *, near: bool) -> TipSolver:
        """Return a solver for starts near the solution, or for starts anywhere."""

    def attempt(
        self, group: JointGroup, start: Float, goal: Float, seed: int, limit_sec: float
    ) -> PathResult:
        """Look once for a path between two valid states (J,), for so many seconds.

        Codes: TIMED_OUT, PLANNING_FAILED, INVALID_MOTION_PLAN: another attempt may succeed. All
        others: none will.
        """


def check_state(
    backend: PlanningBackend,
    group: JointGroup,
    positions: Float,
    invalid: PlanningCode,
    touching: PlanningCode,
) -> PlanningResult:
    """Return `invalid` outside the limits, `touching` in collision, else success."""
    if not group.within(positions):
        outside = [
            f"{joint} at {value:.4f} is not in [{low:.4f}, {high:.4f}]"
            for joint, value, low, high in zip(
                group.joints, positions, group.lower, group.upper, strict=True
            )
            if not low <= value <= high
        ]
        return PlanningResult(invalid, "; ".join(outside))
    if backend.in_collision(group, positions):
        return PlanningResult(touching, backend.touching(group, positions))
    return PlanningResult()
