"""`Picker`: the pick sequence. Open this file first.

Grasp after grasp of the ranked ones is planned, with each arm, until all of its motions pass; those
run; the fingers tell whether something is held. What fails in planning costs the arm nothing; what
fails in motion ends with the arm at home, or stopped where it is, and the record says why.
"""

from __future__ import annotations

import concurrent.futures
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

import numpy as np

from grasp_core.checks import Float
from grasp_core.grasps import Grasps
from grasp_executor.arm import JointStates, Manipulator
from grasp_executor.attempt_log import AttemptLog, Observer
from grasp_executor.budget import Budget
from grasp_executor.collision_world import CollisionWorld
from grasp_executor.errors import StageError, StateError
from grasp_executor.failed_grasps import FailedGrasps
from grasp_executor.halt import Halt
from grasp_executor.pick_params import PickParams
from grasp_executor.pick_plan import PickPlan, PickPlanner
from grasp_executor.pick_result import ABOUT_THE_GRASP, Attempt, PickCode, PickResult, PickStage
from grasp_executor.pick_scene import PickScene
from grasp_executor.placing import half_turns, releases
from grasp_executor.planner import MotionPlanner, PlanningCode
from grasp_executor.planning_robot import PlanningRobot
from grasp_executor.planning_scene import PlanningScene
from grasp_executor.planning_worker import PlanningWorker
from grasp_executor.trajectory import Trajectory
from grasp_executor.tries import first

T = TypeVar("T")

#: s that the planning thread may take beyond its time, for what no budget ends: checks, timing.
GRACE_SEC = 10.0

#: rad (or m) that an arm may be from where a trajectory starts. Controllers hold to a few mrad; a
#: trajectory that starts further away would begin with a jerk.
START_TOLERANCE = 0.05


@dataclass(frozen=True, eq=False)
class Found:
    """What a detection found, in the frame of the robot's base.

    Attributes
    ----------
    grasps : best first.
    points : (N, 3) m of the objects; N = 0: none are known.
    """

    grasps: Grasps
    points: Float


@dataclass(frozen=True, eq=False)
class PickRequest:
    """What to pick, with what, and where to.

    Attributes
    ----------
    find : detects; raises StageError where it finds nothing.
    detections : how often it may be asked.
    arm : name of the arm's group; empty: any that reaches.
    T_base_place : (4, 4) grasp frame at release; None: on the arm's next spot.
    in_order : try the grasps as they come; else those later that resemble grasps that failed.
    """

    find: Callable[[Halt], Found]
    detections: int = 1
    arm: str = ""
    T_base_place: Float | None = None
    in_order: bool = False


class Picker:
    """Picks with the arms of one robot, one pick at a time.

    Parameters
    ----------
    manipulators : the arms, by group.
    joints : of all of the robot.
    robot : that the planner plans for.
    around : table, bin, tray: what stands still.
    worker : owns the planner.
    """

    def __init__(
        self,
        manipulators: Mapping[str, Manipulator],
        joints: JointStates,
        robot: PlanningRobot,
        around: PlanningScene,
        worker: PlanningWorker,
        params: PickParams,
        rng: np.random.Generator,
    ) -> None:
        self._manipulators = manipulators
        self._joints = joints
        self._joint_names = sorted(robot.home)
        world = CollisionWorld(robot, around)
        self._tips = {  # where they are at home
            name: world.link_pose(name, each.arm.home, each.arm.tcp)[:3, 3]
            for name, each in manipulators.items()
        }
        self._placed = dict.fromkeys(manipulators, 0)
        self._failed = FailedGrasps()
        self._around = around
        self._worker = worker
        self._params = params
        self._rng = rng

    def pick(self, request: PickRequest, halt: Halt, observe: Observer) -> PickResult:
        """Pick one object and place it; whatever happens is in the result."""
        attempts: list[Attempt] = []
        for _ in range(request.detections):
            before = len(attempts)
            for attempt in self._attempts(request, halt, observe):
                attempts.append(attempt)
                if attempt.code not in ABOUT_THE_GRASP:  # success, or no grasp would do better
                    return _result(attempts)
            if not any(attempt.moved for attempt in attempts[before:]):
                break  # nothing has changed: another detection would find the same
        return _result(attempts)

    def _attempts(self, request: PickRequest, halt: Halt, observe: Observer) -> Iterator[Attempt]:
        """Detect, then try grasp after grasp."""
        log = AttemptLog(observe)
        try:
            with log.entered(PickStage.DETECT):
                found = request.find(halt)
                halt.check()
        except StageError as error:
            yield log.end(error.code, str(error))
            return
        if not request.in_order:
            found = replace(found, grasps=self._failed.rerank(found.grasps))
        budget, executions = Budget(self._params.planning_timeout), 0
        for i in range(min(len(found.grasps), self._params.max_grasps)):
            attempt = self._attempt(found, i, request, budget, halt, observe)
            if attempt.code in (PickCode.NOTHING_GRASPED, PickCode.OBJECT_LOST):
                self._failed.add(found.grasps[i])
            yield attempt
            if attempt.moved:
                budget, executions = Budget(self._params.planning_timeout), executions + 1
            if executions == self._params.max_executions:
                return

    def _attempt(
        self,
        found: Found,
        index: int,
        request: PickRequest,
        budget: Budget,
        halt: Halt,
        observe: Observer,
    ) -> Attempt:
        """Plan and execute one grasp, and record it."""
        log = AttemptLog(observe)
        log.grasp = found.grasps[index]
        try:
            with log.entered(PickStage.PLAN):
                manipulator, plan = self._plan(found, index, request, budget, halt)
            log.arm = manipulator.arm.group
            self._execute(manipulator, plan, log, halt)
        except StageError as error:
            return log.end(error.code, str(error))
        return log.end(PickCode.SUCCESS)

    def _plan(
        self, found: Found, index: int, request: PickRequest, budget: Budget, halt: Halt
    ) -> tuple[Manipulator, PickPlan]:
        """Plan one grasp with the nearest arm that can do all of it; the others stay.

        Raises
        ------
        StageError : no arm can, the state is not known, or the time is over.
        """
        state = dict(zip(self._joint_names, self._positions(self._joint_names), strict=True))
        around = self._around.with_joints(state)
        T_base_grasp = found.grasps.T_frame_grasp[index]
        width = float(found.grasps.widths[index])

        def plan(manipulator: Manipulator) -> tuple[Manipulator, PickPlan]:
            arm = manipulator.arm
            gripper = arm.mount.gripper
            opening = float(np.clip(width, gripper.min_width, gripper.max_width))
            scene = PickScene(around, found.points, arm, opening, self._params)
            start = np.array([state[joint] for joint in arm.joints])

            if request.T_base_place is None:
                layer, spot = divmod(self._placed[arm.group], len(manipulator.spots))
                spots = np.roll(manipulator.spots, -spot, axis=0)
                clearance = (1 + layer) * self._params.place_clearance
                places = tuple(releases(T_base_grasp, spots, clearance))
            else:
                places = half_turns(request.T_base_place)

            def work(planner: MotionPlanner, spent: Budget) -> PickPlan:
                _check_start(planner, arm.group, start)
                picking = PickPlanner(planner, self._params, self._rng, spent)
                return picking.plan(scene, start, T_base_grasp, places)

            return manipulator, self._in_worker(scene.free(), work, budget.remaining_sec, halt)

        names = [name for name in self._manipulators if request.arm in ("", name)]
        far = partial(self._distance, T_base_grasp)
        return first(partial(plan, self._manipulators[name]) for name in sorted(names, key=far))

    def _distance(self, T_base_grasp: Float, name: str) -> float:
        """Metres from an arm's tip at home to a grasp."""
        return float(np.linalg.norm(self._tips[name] - T_base_grasp[:3, 3]))

    def _execute(self, with_arm: Manipulator, plan: PickPlan, log: AttemptLog, halt: Halt) -> None:
        """Run a plan from its first motion to its last.

        Raises
        ------
        StageError : a motion was not done, or nothing is held; then the arm has been brought home
            where that was possible.
        """
        hand, width = with_arm.hand, plan.scene.width
        run = partial(self._run, with_arm, halt)
        with log.entered(PickStage.MOVE):
            hand.open(width, halt).require(halt)
            run(plan.move)
        with log.entered(PickStage.APPROACH):
            run(plan.approach)
        with log.entered(PickStage.CLOSE):
            hand.close(halt).require(halt)
            if not self._holds(with_arm):
                self._leave(with_arm, plan.scene, halt, plan.back)
                raise StageError(PickCode.NOTHING_GRASPED, "the fingers met: nothing is held")
        for stage, motion in (
            (PickStage.LIFT, plan.lift),
            (PickStage.TRANSFER, plan.transfer),
        ):
            with log.entered(stage):
                run(motion)
                if not self._holds(with_arm):
                    self._leave(with_arm, plan.scene, halt)
                    raise StageError(PickCode.OBJECT_LOST, f"the object was lost: {stage.value}")
        with log.entered(PickStage.PLACE):
            run(plan.place)
            hand.open(width, halt).require(halt)
            self._placed[with_arm.arm.group] += 1
        with log.entered(PickStage.RETREAT):
            run(plan.retreat)
            run(plan.home)

    def _leave(
        self, with_arm: Manipulator, scene: PickScene, halt: Halt, *motions: Trajectory
    ) -> None:
        """Open, go back by `motions`, then home; raises StageError where that fails too."""
        with_arm.hand.open(scene.width, halt).require(halt)
        for motion in motions:
            self._run(with_arm, halt, motion)
        arm = with_arm.arm
        start = self._positions(arm.joints)

        def work(planner: MotionPlanner, budget: Budget) -> Trajectory:
            picking = PickPlanner(planner, self._params, self._rng, budget)
            return picking.plan_home(scene.free(), arm.group, start, arm.home)

        timeout = self._params.planning_timeout
        self._run(with_arm, halt, self._in_worker(scene.free(), work, timeout, halt))

    def _run(self, with_arm: Manipulator, halt: Halt, trajectory: Trajectory) -> None:
        """Execute one trajectory, unless the arm is not where it starts."""
        halt.check()
        off = np.abs(self._positions(trajectory.joints) - trajectory.positions[0])
        if off.max() > START_TOLERANCE:
            joint = trajectory.joints[int(off.argmax())]
            raise StageError(
                PickCode.PLANNING_FAILED,
                f"{joint} is {off.max():.3f} from where its motion was planned to start, "
                f"more than {START_TOLERANCE}",
            )
        with_arm.driver.execute(trajectory, halt).require(halt)

    def _holds(self, with_arm: Manipulator) -> bool:
        """Tell by the fingers whether something is between them."""
        mount = with_arm.arm.mount
        (value,) = self._positions(mount.joints[:1])
        width = (value - mount.gripper.offset) / mount.gripper.scale
        return bool(width > mount.gripper.min_width + self._params.empty_width)

    def _positions(self, joints: Sequence[str]) -> Float:
        try:
            return self._joints.positions(joints)
        except StateError as error:
            raise StageError(PickCode.STATE_UNAVAILABLE, str(error)) from error

    def _in_worker(
        self,
        scene: PlanningScene,
        work: Callable[[MotionPlanner, Budget], T],
        timeout_sec: float,
        halt: Halt,
    ) -> T:
        """Run `work` in the planner's thread, until it ends or a stop is requested."""
        if timeout_sec == 0:
            raise StageError(PickCode.PLANNING_TIMED_OUT, "out of time while choosing a grasp")
        with halt.calling(self._worker.cancel):
            future = self._worker.submit(scene, work, timeout_sec)
            if halt.requested:  # a stop before the work was submitted did not call it off
                self._worker.cancel()
            try:
                return future.result(timeout_sec + GRACE_SEC)
            except concurrent.futures.TimeoutError as error:
                self._worker.cancel()
                message = f"the planner gave no answer within {timeout_sec + GRACE_SEC:.0f} s"
                raise StageError(PickCode.PLANNING_TIMED_OUT, message) from error
            except StageError:
                halt.check()
                raise


def _check_start(planner: MotionPlanner, group: str, start: Float) -> None:
    """Raise StageError where the arm stands in collision or outside its limits."""
    state = planner.valid(group, start)
    if state.code is PlanningCode.START_STATE_IN_COLLISION:
        raise StageError(PickCode.START_IN_COLLISION, f"{group} stands {state.message}")
    if not state.ok:
        raise StageError(PickCode.PLANNING_FAILED, f"{group} cannot start: {state.message}")


def _result(attempts: list[Attempt]) -> PickResult:
    """Sum up: the last attempt that moved, or the last of all; of mere plans that of the furthest.

    "Unreachable" is said only where no grasp at all was reached.
    """
    last = attempts[-1]
    moved = [attempt for attempt in attempts if attempt.moved]
    if last.code in ABOUT_THE_GRASP:
        reached = [attempt for attempt in attempts if attempt.code is not PickCode.UNREACHABLE]
        last = (moved or reached or attempts)[-1]
    return PickResult(last.code, last.message, last.stage, tuple(attempts))
