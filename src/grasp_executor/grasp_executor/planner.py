"""`MotionPlanner`: the port to a motion planner, in plain data.

Everything is in the frame of the robot's base link. A call that finds no motion returns a result
with a code and a sentence; it raises only for input that is wrong in itself (unknown group, other
length). A planner is used by one thread at a time (`planning_worker`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Protocol

import numpy as np

from grasp_core.checks import Float
from grasp_executor.budget import Budget
from grasp_executor.planning_robot import PlanningRobot
from grasp_executor.planning_scene import PlanningScene
from grasp_executor.trajectory import Path, Trajectory


class PlanningCode(IntEnum):
    """Why a call ended, with the numbers of moveit_msgs/MoveItErrorCodes."""

    SUCCESS = 1
    PLANNING_FAILED = -1
    INVALID_MOTION_PLAN = -2
    TIMED_OUT = -6
    PREEMPTED = -7
    START_STATE_IN_COLLISION = -10
    GOAL_IN_COLLISION = -12
    START_STATE_INVALID = -26
    GOAL_STATE_INVALID = -27
    NO_IK_SOLUTION = -31


@dataclass(frozen=True)
class PlanningResult:
    """Code of a call and a sentence about it; the sentence is empty on success."""

    code: PlanningCode = PlanningCode.SUCCESS
    message: str = ""

    @property
    def ok(self) -> bool:
        """Whether the call found all that was asked for."""
        return self.code is PlanningCode.SUCCESS


@dataclass(frozen=True, kw_only=True, eq=False)
class IkResult(PlanningResult):
    """Solutions (K, J), the nearest to the seed first; K = 0 unless the call succeeded."""

    solutions: Float


@dataclass(frozen=True, kw_only=True, eq=False)
class PathResult(PlanningResult):
    """A path from start to goal, None unless the call succeeded."""

    path: Path | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class LineResult(PlanningResult):
    """The part of a straight line that can be moved.

    Attributes
    ----------
    fraction : in [0, 1], how much of the line `path` covers; 1 exactly where the call succeeded.
    path : None where not even the first step is possible.
    """

    fraction: float = 0.0
    path: Path | None = None


class MotionPlanner(Protocol):
    """Plans for one robot in one scene.

    Any call may give PLANNING_FAILED: the planner itself met a fault, which says nothing about the
    motion. The next call may succeed.
    """

    @property
    def robot(self) -> PlanningRobot:
        """The robot that it plans for."""

    def set_scene(self, scene: PlanningScene) -> None:
        """Plan in this scene from now on.

        Raises
        ------
        PlanningSceneError : a name is unknown to the robot or doubled.
        """

    def valid(self, group: str, positions: Float) -> PlanningResult:
        """Tell whether a state of the group (J,) is within its limits and free of collision.

        Codes: START_STATE_INVALID, START_STATE_IN_COLLISION; the message names what touches.
        """

    def ik(
        self,
        group: str,
        T_base_tip: Float,
        seed: Float,
        *,
        count: int,
        rng: np.random.Generator,
        budget: Budget,
    ) -> IkResult:
        """Find up to `count` collision-free positions that bring the tip to a pose (4, 4).

        The first attempt starts at `seed` (J,), the others at random positions.

        Codes: NO_IK_SOLUTION, GOAL_IN_COLLISION (the pose is reached, but never freely), TIMED_OUT,
        PREEMPTED.
        """

    def plan(
        self,
        group: str,
        start: Float,
        goal: Float,
        *,
        rng: np.random.Generator,
        budget: Budget,
    ) -> PathResult:
        """Find a collision-free path between two states (J,) of the group.

        Codes: START_STATE_INVALID, START_STATE_IN_COLLISION, GOAL_STATE_INVALID, GOAL_IN_COLLISION,
        TIMED_OUT, PREEMPTED. That there is no path is known to no sampling planner: TIMED_OUT.
        """

    def line(self, group: str, start: Float, T_base_tip: Float, *, budget: Budget) -> LineResult:
        """Move the tip on a straight line from where `start` (J,) has it to a pose (4, 4).

        The orientation turns evenly about one axis.

        Codes: START_STATE_INVALID, START_STATE_IN_COLLISION, NO_IK_SOLUTION (a pose on the way is
        out of reach, or only after a jump), INVALID_MOTION_PLAN (a collision on the way),
        TIMED_OUT, PREEMPTED. But for the first two the result holds the part before.
        """

    def time(
        self, path: Path, *, velocity_scale: float = 1.0, acceleration_scale: float = 1.0
    ) -> Trajectory:
        """Give a path times that respect the limits of velocity, acceleration and jerk.

        It starts and ends at rest. The scales, in (0, 1], shrink the limits.

        Raises
        ------
        TrajectoryError : a scale is out of range, or the path has another number of joints.
        """


def stopped(budget: Budget, doing: str) -> PlanningResult:
    """Return the result of a call that the budget has ended: called off, or out of time."""
    if budget.cancelled:
        return PlanningResult(PlanningCode.PREEMPTED, f"called off while {doing}")
    return PlanningResult(PlanningCode.TIMED_OUT, f"out of time while {doing}")
