"""`EmbeddedPlanner`: the port's implementation on RoboPlan and ruckig."""

from __future__ import annotations

import numpy as np

from grasp_core.checks import Float, check_array, check_rotations
from grasp_executor.budget import Budget
from grasp_executor.embedded import ik, lines, rrt, timing
from grasp_executor.embedded.scene_sync import SyncedScene, check_positions
from grasp_executor.planner import (
    IkResult,
    LineResult,
    PathResult,
    PlanningCode,
    PlanningResult,
)
from grasp_executor.planning_robot import PlanningRobot
from grasp_executor.planning_scene import PlanningScene
from grasp_executor.trajectory import Path, Trajectory


class EmbeddedPlanner:
    """Plans for one robot, in an empty scene until `set_scene`; `MotionPlanner` has the calls."""

    def __init__(self, robot: PlanningRobot) -> None:
        self._robot = robot
        self._scene = SyncedScene(robot, PlanningScene())

    @property
    def robot(self) -> PlanningRobot:
        """The robot that it plans for."""
        return self._robot

    def set_scene(self, scene: PlanningScene) -> None:
        """Plan in this scene from now on; nothing to do where it is the scene of last time."""
        if scene.version != self._scene.planning_scene.version:
            self._scene = SyncedScene(self._robot, scene)

    def valid(self, group: str, positions: Float) -> PlanningResult:
        """Tell whether a state is within the limits and free of collision."""
        members = self._robot.group(group)
        return self._scene.check_state(
            members,
            check_positions(members, positions, "positions"),
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
        seed = np.clip(check_positions(members, seed, "seed"), members.lower, members.upper)
        pose = _check_pose(T_base_tip)
        return ik.solve(self._scene, members, pose, seed, count, rng, budget)

    def plan(
        self, group: str, start: Float, goal: Float, *, rng: np.random.Generator, budget: Budget
    ) -> PathResult:
        """Find a collision-free path between two states."""
        members = self._robot.group(group)
        start = check_positions(members, start, "start")
        goal = check_positions(members, goal, "goal")
        return rrt.plan(self._scene, members, start, goal, rng, budget)

    def line(self, group: str, start: Float, T_base_tip: Float, *, budget: Budget) -> LineResult:
        """Move the tip on a straight line."""
        members = self._robot.group(group)
        start = check_positions(members, start, "start")
        return lines.line(self._scene, members, start, _check_pose(T_base_tip), budget)

    def time(
        self, path: Path, *, velocity_scale: float = 1.0, acceleration_scale: float = 1.0
    ) -> Trajectory:
        """Give a path times that respect the limits."""
        group = self._robot.group(path.group)
        return timing.time(path, group, velocity_scale, acceleration_scale)


def _check_pose(pose: Float) -> Float:
    """Return a pose (4, 4); raise ArrayError for anything else."""
    checked = check_array(pose, (4, 4), "T_base_tip")
    check_rotations(checked[None, :3, :3], "rotation of T_base_tip")
    return checked
