"""`HostedPlanner`: the port's implementation on a planner in another process."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np

from grasp_core.checks import Float
from grasp_executor.budget import Budget
from grasp_executor.errors import PlannerProcessError
from grasp_executor.planner import (
    IkResult,
    LineResult,
    PathResult,
    PlanningCode,
    PlanningResult,
    stopped,
)
from grasp_executor.planner_process import (
    ANSWER_SEC,
    GRACE_SEC,
    LOOK_SEC,
    START_SEC,
    Call,
    MakePlanner,
    NoAnswerError,
    PlannerProcess,
    Reply,
)
from grasp_executor.planning_robot import PlanningRobot
from grasp_executor.planning_scene import PlanningScene, check_scene
from grasp_executor.trajectory import Path, Trajectory

R = TypeVar("R", bound=PlanningResult)


class HostedPlanner:
    """Passes the calls of `MotionPlanner` to a planner in a process of its own.

    A call whose process ends gives PLANNING_FAILED and says so; a call that is called off or out of
    time ends within `GRACE_SEC`. In both cases a new process takes over, in the last scene.

    Parameters
    ----------
    make : makes the planner, in the other process: a class or function of a module.

    Raises
    ------
    PlannerProcessError : the planner does not start.
    PlanningRobotError : from the planner, about the robot.
    """

    def __init__(self, robot: PlanningRobot, make: MakePlanner) -> None:
        self._robot = robot
        self._make = make
        self._scene: PlanningScene | None = None
        self._process = PlannerProcess(make, robot)
        self._started = False
        self._ready()

    @property
    def robot(self) -> PlanningRobot:
        """The robot that it plans for."""
        return self._robot

    @property
    def process_id(self) -> int:
        """Number of the planner's process."""
        return self._process.process.pid

    def set_scene(self, scene: PlanningScene) -> None:
        """Plan in this scene from now on; nothing to do where it is the scene of last time.

        Raises
        ------
        PlanningSceneError : a name is unknown to the robot or doubled.
        PlannerProcessError : the process ended or gave no answer.
        """
        if self._scene is not None and scene.version == self._scene.version:
            return
        check_scene(scene, self._robot)
        self._exchange("set_scene", scene=scene)
        self._scene = scene

    def valid(self, group: str, positions: Float) -> PlanningResult:
        """Tell whether a state is within the limits and free of collision."""
        try:
            reply = self._exchange("valid", group=group, positions=positions)
        except PlannerProcessError as error:
            return PlanningResult(PlanningCode.PLANNING_FAILED, str(error))
        result: PlanningResult = reply.value
        return result

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
        none = np.zeros((0, len(self._robot.group(group).joints)))
        return self._plan(
            "ik",
            lambda end: IkResult(end.code, end.message, solutions=none),
            budget,
            group=group,
            T_base_tip=T_base_tip,
            seed=seed,
            count=count,
            rng=rng,
        )

    def plan(
        self, group: str, start: Float, goal: Float, *, rng: np.random.Generator, budget: Budget
    ) -> PathResult:
        """Find a collision-free path between two states."""
        return self._plan(
            "plan",
            lambda end: PathResult(end.code, end.message),
            budget,
            group=group,
            start=start,
            goal=goal,
            rng=rng,
        )

    def line(self, group: str, start: Float, T_base_tip: Float, *, budget: Budget) -> LineResult:
        """Move the tip on a straight line."""
        return self._plan(
            "line",
            lambda end: LineResult(end.code, end.message),
            budget,
            group=group,
            start=start,
            T_base_tip=T_base_tip,
        )

    def time(
        self, path: Path, *, velocity_scale: float = 1.0, acceleration_scale: float = 1.0
    ) -> Trajectory:
        """Give a path times that respect the limits.

        Raises
        ------
        TrajectoryError : as the port says.
        PlannerProcessError : the process ended or gave no answer.
        """
        trajectory: Trajectory = self._exchange(
            "time",
            path=path,
            velocity_scale=velocity_scale,
            acceleration_scale=acceleration_scale,
        ).value
        return trajectory

    def close(self) -> None:
        """End the process."""
        self._process.end()

    def _plan(
        self,
        method: str,
        failed: Callable[[PlanningResult], R],
        budget: Budget,
        **arguments: object,
    ) -> R:
        """Pass on a call that has a budget."""
        doing = f"waiting for {method} of {arguments['group']}"
        if budget.spent:
            return failed(stopped(budget, doing))
        try:
            reply = self._exchange(method, budget, **arguments)
        except NoAnswerError:
            return failed(stopped(budget, doing))
        except PlannerProcessError as error:
            return failed(PlanningResult(PlanningCode.PLANNING_FAILED, str(error)))
        rng = arguments.get("rng")
        if isinstance(rng, np.random.Generator) and reply.rng is not None:
            rng.bit_generator.state = reply.rng.bit_generator.state
        result: R = reply.value
        return result

    def _exchange(self, method: str, budget: Budget | None = None, **arguments: object) -> Reply:
        """Call the planner in the other process and wait for its reply.

        Raises
        ------
        NoAnswerError : no answer in time, the time of grace after calling off included.
        PlannerProcessError : the process ended, or the planner met a fault.
        GraspError : whatever the planner raised.
        """
        self._ready()
        if budget is None:
            return self._ask(Call(method, arguments), ANSWER_SEC)
        left_sec = max(budget.remaining_sec, LOOK_SEC)
        return self._ask(Call(method, arguments, left_sec), left_sec + GRACE_SEC, budget)

    def _ready(self) -> None:
        """Wait until the process has started, and give it the scene where it is a new one."""
        if self._started:
            return
        reply = self._wait("its start", START_SEC)
        if reply.error is not None:
            self._process.end()
            raise reply.error
        self._started = True
        if self._scene is not None:
            self._ask(Call("set_scene", {"scene": self._scene}), ANSWER_SEC)

    def _ask(self, call: Call, limit_sec: float, budget: Budget | None = None) -> Reply:
        self._process.send(call)
        reply = self._wait(call.method, limit_sec, budget)
        if reply.error is not None:
            raise reply.error
        return reply

    def _wait(self, doing: str, limit_sec: float, budget: Budget | None = None) -> Reply:
        """Wait for a reply; where there is none, let a new process take over."""
        try:
            return self._process.wait(doing, limit_sec, budget)
        except PlannerProcessError:
            self._process = PlannerProcess(self._make, self._robot)
            self._started = False
            raise
