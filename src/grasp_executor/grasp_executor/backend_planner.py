"""`BackendPlanner`: the port's implementation on any `PlanningBackend`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grasp_core.checks import Float, check_array, check_rotations
from grasp_executor import ik_search, lines, path_search, timing
from grasp_executor.budget import Budget
from grasp_executor.planner import (
    IkResult,
    LineResult,
    PathResult,
    PlanningCode,
    PlanningResult,
)
from grasp_executor.planning_backend import PlanningBackend, check_state
from grasp_executor.planning_robot import JointGroup, PlanningRobot
from grasp_executor.planning_scene import PlanningScene
from grasp_executor.trajectory import Path, Trajectory


class BackendPlanner:
    """Plans for one robot, in an empty scene until `set_scene`; `MotionPlanner` has the calls.

    What both motion libraries share is here: the search over starts, lines, slices of time, the
    last check of a path, timing. So their results mean the same.

    Parameters
    ----------
    backend : makes the backend for a scene; raises PlanningSceneError for wrong names in it.
    """

    def __init__(
        self,
        robot: PlanningRobot,
        backend: Callable[[PlanningRobot, PlanningScene], PlanningBackend],
    ) -> None:
        self._robot = robot
        self._make = backend
        scene = PlanningScene()
        self._version = scene.version
        self._backend = backend(robot, scene)

    @property
    def robot(self) -> PlanningRobot:
        """The robot that it plans for."""
        return self._robot

    def set_scene(self, scene: PlanningScene) -> None:
        """Plan in this scene from now on; nothing to do where it is the scene of last time."""
        if scene.version != self._version:
            self._backend = self._make(self._robot, scene)
            self._version = scene.version

    def valid(self, group: str, positions: Float) -> PlanningResult:
        """Tell whether a state is within the limits and free of collision."""
        members = self._robot.group(group)
        return check_state(
            self._backend,
            members,
            _check_positions(members, positions, "positions"),
            PlanningCode.START_STATE_INVALID,
            PlanningCode.START_STATE_IN_COLLISION,
        )

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
        """Find collision-free positions that bring the tip to a pose."""
        members = self._robot.group(group)
        seed = np.clip(_check_positions(members, seed, "seed"), members.lower, members.upper)
        pose = _check_pose(T_base_tip)
        return ik_search.solve(self._backend, members, pose, seed, count, rng, budget)

    def plan(
        self, group: str, start: Float, goal: Float, *, rng: np.random.Generator, budget: Budget
    ) -> PathResult:
        """Find a collision-free path between two states."""
        members = self._robot.group(group)
        start = _check_positions(members, start, "start")
        goal = _check_positions(members, goal, "goal")
        return path_search.plan(self._backend, members, start, goal, rng, budget)

    def line(self, group: str, start: Float, T_base_tip: Float, *, budget: Budget) -> LineResult:
        """Move the tip on a straight line."""
        members = self._robot.group(group)
        start = _check_positions(members, start, "start")
        return lines.line(self._backend, members, start, _check_pose(T_base_tip), budget)

    def time(
        self, path: Path, *, velocity_scale: float = 1.0, acceleration_scale: float = 1.0
    ) -> Trajectory:
        """Give a path times that respect the limits."""
        group = self._robot.group(path.group)
        return timing.time(path, group, velocity_scale, acceleration_scale)

    def close(self) -> None:
        """Nothing to let go of; a planner in another process has."""


def _check_positions(group: JointGroup, positions: Float, name: str) -> Float:
    """Return positions (J,) of the group; raise ArrayError for another length or NaN."""
    return check_array(positions, (len(group.joints),), name)


def _check_pose(pose: Float) -> Float:
    """Return a pose (4, 4); raise ArrayError for anything else."""
    checked = check_array(pose, (4, 4), "T_base_tip")
    check_rotations(checked[None, :3, :3], "rotation of T_base_tip")
    return checked
