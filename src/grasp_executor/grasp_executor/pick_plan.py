"""`PickPlanner`: all motions of one pick, planned and checked before the first of them runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from grasp_core.checks import Float
from grasp_core.transforms import transform
from grasp_executor.budget import Budget
from grasp_executor.collision_world import CollisionWorld
from grasp_executor.errors import StageError
from grasp_executor.pick_params import PickParams
from grasp_executor.pick_result import PickCode
from grasp_executor.pick_scene import PickScene
from grasp_executor.placing import half_turns
from grasp_executor.planner import MotionPlanner, PlanningCode, PlanningResult
from grasp_executor.planning_scene import PlanningScene
from grasp_executor.trajectory import Path, Trajectory
from grasp_executor.trajectory_check import check_trajectory
from grasp_executor.tries import first

#: What a planner's code means for the grasp. Sampling planners cannot know that there is no path.
CODES = {
    PlanningCode.NO_IK_SOLUTION: PickCode.UNREACHABLE,
    PlanningCode.GOAL_STATE_INVALID: PickCode.UNREACHABLE,
    PlanningCode.GOAL_IN_COLLISION: PickCode.GRASPS_IN_COLLISION,
    PlanningCode.INVALID_MOTION_PLAN: PickCode.GRASPS_IN_COLLISION,
    PlanningCode.START_STATE_IN_COLLISION: PickCode.GRASPS_IN_COLLISION,
}


@dataclass(frozen=True, eq=False)
class PickPlan:
    """The motions of one pick with one arm, each from where the one before ends.

    Attributes
    ----------
    scene : the scenes that it was planned in.
    move : to the pre-grasp.
    approach, back : straight to the grasp, and the same way back.
    lift : straight up.
    transfer : to above the place pose.
    place : straight down to it.
    retreat : straight back from the placed object.
    home : to the arm's home pose.
    """

    scene: PickScene
    move: Trajectory
    approach: Trajectory
    back: Trajectory
    lift: Trajectory
    transfer: Trajectory
    place: Trajectory
    retreat: Trajectory
    home: Trajectory


class PickPlanner:
    """Plans the motions of a pick; used in the planner's thread only.

    Parameters
    ----------
    budget : ends each of the calls below.
    """

    def __init__(
        self, planner: MotionPlanner, params: PickParams, rng: np.random.Generator, budget: Budget
    ) -> None:
        self._planner = planner
        self._params = params
        self._rng = rng
        self._budget = budget

    def plan(
        self, scene: PickScene, start: Float, T_base_grasp: Float, releases: Sequence[Float]
    ) -> PickPlan:
        """Plan one grasp with the arm of the scene, from the joint positions `start` (J,).

        Parameters
        ----------
        T_base_grasp : (4, 4), tried as it is and turned by half about the approach.
        releases : each (4, 4), grasp frame at release; the first that can be reached is taken.

        Raises
        ------
        StageError : why it cannot be done; the reason of one of the ways that were tried.
        """

        def towards(T_base_target: Float) -> PickPlan:
            pregrasps = self._reach(scene, scene.free(), self._behind(T_base_target))
            return first(
                partial(self._from, pregrasp, scene, start, T_base_target, releases)
                for pregrasp in pregrasps
            )

        return first(partial(towards, target) for target in half_turns(T_base_grasp))

    def plan_home(self, scene: PlanningScene, group: str, start: Float, home: Float) -> Trajectory:
        """Plan the way home, wherever the arm is; raises StageError."""
        return self._checked(scene, self._path(scene, group, start, home))

    def _from(
        self,
        pregrasp: Float,
        scene: PickScene,
        start: Float,
        T_base_grasp: Float,
        releases: Sequence[Float],
    ) -> PickPlan:
        """Plan all that follows from one pre-grasp; what is quick and fails often comes first."""
        group = scene.arm.group
        free, touching = scene.free(), scene.at_objects()
        carrying = scene.carrying(T_base_grasp)
        approach = self._line(touching, group, pregrasp, T_base_grasp)
        grasp = approach.positions[-1]
        lift = self._line(touching, group, grasp, self._above(T_base_grasp))
        lifted = lift.positions[-1]
        transfer, place, retreat = self._placing(scene, carrying, lifted, releases)
        home = self._path(free, group, retreat.positions[-1], scene.arm.home)
        move = self._path(free, group, start, pregrasp)
        back = Path(group, approach.positions[::-1], smooth=True)
        return PickPlan(
            scene=scene,
            move=self._checked(free, move),
            approach=self._checked(touching, approach),
            back=self._checked(touching, back),
            lift=self._checked(touching, lift),
            transfer=self._checked(carrying, transfer),
            place=self._checked(touching, place),
            retreat=self._checked(touching, retreat),
            home=self._checked(free, home),
        )

    def _placing(
        self,
        scene: PickScene,
        carrying: PlanningScene,
        lifted: Float,
        releases: Sequence[Float],
    ) -> tuple[Path, Path, Path]:
        """Path to above the place pose, the line down to it, the line back from it."""
        group, touching = scene.arm.group, scene.at_objects()

        def put(above: Float, T_base_release: Float) -> tuple[Path, Path, Path]:
            place = self._line(touching, group, above, T_base_release)
            retreat = self._line(touching, group, place.positions[-1], self._behind(T_base_release))
            return self._path(carrying, group, lifted, above), place, retreat

        def release(T_base_release: Float) -> tuple[Path, Path, Path]:
            found = self._reach(scene, carrying, self._above(T_base_release), lifted)
            return first(partial(put, above, T_base_release) for above in found)

        try:
            return first(partial(release, pose) for pose in releases)
        except StageError as error:
            raise StageError(error.code, f"at the place pose: {error}") from error

    def _above(self, pose: Float) -> Float:
        """Return the pose moved up."""
        raised = pose.copy()
        raised[2, 3] += self._params.lift_distance
        return raised

    def _behind(self, pose: Float) -> Float:
        """Return the pose moved back along its approach."""
        moved: Float = pose @ transform(np.eye(3), [-self._params.approach_distance, 0.0, 0.0])
        return moved

    def _reach(
        self, picking: PickScene, scene: PlanningScene, pose: Float, seed: Float | None = None
    ) -> Float:
        """Solutions (K, J) of a pose, K > 0, the nearest to the seed (home by default) first."""
        self._planner.set_scene(scene)
        found = self._planner.ik(
            picking.arm.group,
            pose,
            picking.arm.home if seed is None else seed,
            count=self._params.ik_solutions,
            rng=self._rng,
            budget=self._short(),
        )
        _require(found)
        return found.solutions

    def _line(self, scene: PlanningScene, group: str, start: Float, pose: Float) -> Path:
        self._planner.set_scene(scene)
        line = self._planner.line(group, start, pose, budget=self._short())
        _require(line)
        assert line.path is not None  # as it succeeded
        return line.path

    def _path(self, scene: PlanningScene, group: str, start: Float, goal: Float) -> Path:
        self._planner.set_scene(scene)
        planned = self._planner.plan(group, start, goal, rng=self._rng, budget=self._short())
        _require(planned)
        assert planned.path is not None  # as it succeeded
        return planned.path

    def _checked(self, scene: PlanningScene, path: Path) -> Trajectory:
        """Give a path its times, and have it checked by what has not planned it."""
        params = self._params
        trajectory = self._planner.time(
            path,
            velocity_scale=params.velocity_scale,
            acceleration_scale=params.acceleration_scale,
        )
        robot = self._planner.robot
        world = CollisionWorld(robot, scene)
        faults = check_trajectory(trajectory, robot.group(path.group), world).faults
        if faults:
            raise StageError(PickCode.PLANNING_FAILED, "; ".join(faults))
        return trajectory

    def _short(self) -> Budget:
        """Return the budget of one call, a part of the whole."""
        if self._budget.spent:
            raise StageError(PickCode.PLANNING_TIMED_OUT, "out of time while choosing a grasp")
        return self._budget.part(self._params.path_timeout)


def _require(result: PlanningResult) -> None:
    if not result.ok:
        code = CODES.get(result.code, PickCode.PLANNING_FAILED)
        raise StageError(code, result.message)
