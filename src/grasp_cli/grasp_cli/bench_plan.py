"""Measures planning: grasps in a bin, stage by stage, and whole decisions, for each robot."""

from __future__ import annotations

import pathlib
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import ParamSpec, TypeVar

import numpy as np
from rich.progress import track

from grasp_cli.bench_plan_ompl import ompl_path
from grasp_cli.bench_plan_scenes import Cell, PlannedGrasp, candidates, reachable
from grasp_cli.clutter_rates import wilson
from grasp_cli.results import Row
from grasp_core.checks import Float
from grasp_executor.budget import Budget
from grasp_executor.collision_world import CollisionWorld
from grasp_executor.described_robot import planning_robot
from grasp_executor.embedded.embedded_planner import EmbeddedPlanner
from grasp_executor.embedded.rrt import STEP
from grasp_executor.planner import MotionPlanner
from grasp_executor.planning_robot import PlanningRobot
from grasp_executor.planning_scene import PlanningScene
from grasp_executor.trajectory import Path
from grasp_executor.trajectory_check import TrajectoryCheck, check_trajectory
from grasp_robots.allowed_contacts import allowed_contacts
from grasp_robots.robot_file import load_robot
from grasp_sim.bins import Bin

P = ParamSpec("P")
T = TypeVar("T")

#: A bin before each robot, as deep as its gripper's fingers and reach allow.
CELLS = (
    Cell("diana7", (0.55, 0.0, 0.0), Bin(0.4, 0.3, 0.12)),
    Cell("yumi", (0.4, 0.0, 0.05), Bin(0.34, 0.24, 0.08)),
)

SEED = 0

#: Solutions of the pre-grasp that are tried until the approach works.
SOLUTIONS = 4

#: s, for each call of a planner.
PATIENCE_SEC = 5.0


@dataclass(frozen=True)
class Amount:
    """How much is measured for each robot.

    Attributes
    ----------
    grasps : reachable ones.
    decisions : bins in which the first feasible grasp is looked for.
    ranked : candidates of a decision.
    """

    grasps: int = 100
    decisions: int = 20
    ranked: int = 50


@dataclass
class Record:
    """What has been measured: CPU times by stage, successes by stage, checks of trajectories."""

    cpu_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    success: dict[str, list[bool]] = field(default_factory=lambda: defaultdict(list))
    checks: list[TrajectoryCheck] = field(default_factory=list)

    def timed(self, stage: str, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call and record the CPU time of this process."""
        before = time.process_time()
        result = call(*args, **kwargs)
        self.cpu_ms[stage].append(1e3 * (time.process_time() - before))
        return result


@dataclass(frozen=True, eq=False)
class Approach:
    """A group, its way from home to a pre-grasp (not planned yet), and the line to the grasp."""

    group: str
    home: Float
    pregrasp: Float
    line: Path


def planning_rows(config: pathlib.Path, amount: Amount) -> Iterator[Row]:
    """Measure every robot of `CELLS`, described in the folder `config`."""
    for cell in CELLS:
        description = load_robot(config / "robots" / f"{cell.robot}.yaml", config / "grippers")
        allowed = allowed_contacts(description, np.random.default_rng(SEED))
        robot = planning_robot(description, allowed)
        yield from rows_of(cell.robot, measure(cell, robot, amount))


def measure(cell: Cell, robot: PlanningRobot, amount: Amount) -> Record:
    """Plan for reachable grasps one by one, then decide among ranked ones."""
    record = Record()
    planner = EmbeddedPlanner(robot)
    # Another planner and other random numbers choose the grasps: none is known to be easy.
    chosen = reachable(EmbeddedPlanner(robot), cell, np.random.default_rng(SEED))
    rng = np.random.default_rng(SEED + 1)
    grasps = islice(chosen, amount.grasps)
    for grasp in track(grasps, description=f"{cell.robot}, grasps", total=amount.grasps):
        record.timed("scene", planner.set_scene, grasp.scene)
        approach = find_approach(planner, grasp, rng, record)
        record.success["approach"].append(approach is not None)
        if approach is not None:
            world = CollisionWorld(robot, grasp.scene)
            record.success["all"].append(move(planner, world, approach, rng, record))
            record.success["plan_ompl"].append(move_with_ompl(planner, world, approach, record))
        else:
            record.success["all"].append(False)
    for _ in track(range(amount.decisions), description=f"{cell.robot}, decisions"):
        ranked = candidates(cell, rng, amount.ranked)
        feasible = record.timed("decision", decide, planner, ranked, rng)
        record.success["decision"].append(feasible)
    return record


def find_approach(
    planner: MotionPlanner, grasp: PlannedGrasp, rng: np.random.Generator, record: Record
) -> Approach | None:
    """Find a pre-grasp from which the straight way to the grasp is free, with any group."""
    for name in groups_by_distance(planner.robot, grasp):
        home = home_of(planner.robot, name)
        found = record.timed(
            "ik",
            planner.ik,
            name,
            grasp.T_base_pregrasp,
            home,
            count=SOLUTIONS,
            rng=rng,
            budget=Budget(PATIENCE_SEC),
        )
        for pregrasp in found.solutions:
            line = record.timed(
                "line",
                planner.line,
                name,
                pregrasp,
                grasp.T_base_grasp,
                budget=Budget(PATIENCE_SEC),
            )
            if line.ok and line.path is not None:
                return Approach(name, home, pregrasp, line.path)
    return None


def move(
    planner: MotionPlanner,
    world: CollisionWorld,
    approach: Approach,
    rng: np.random.Generator,
    record: Record,
) -> bool:
    """Plan the way to the pre-grasp, time it and the line, check both; tell whether all is well."""
    name = approach.group
    budget = Budget(PATIENCE_SEC)
    planned = record.timed(
        "plan", planner.plan, name, approach.home, approach.pregrasp, rng=rng, budget=budget
    )
    record.success["plan"].append(planned.ok)
    if planned.path is None:
        return False
    group = planner.robot.group(name)
    well = True
    for path in (planned.path, approach.line):
        trajectory = record.timed("timing", planner.time, path)
        check = record.timed("check", check_trajectory, trajectory, group, world)
        record.checks.append(check)
        well &= not check.faults
    return well


def move_with_ompl(
    planner: MotionPlanner, world: CollisionWorld, approach: Approach, record: Record
) -> bool:
    """Plan the same way with OMPL at the same resolution."""
    path = record.timed(
        "plan_ompl",
        ompl_path,
        world,
        planner.robot.group(approach.group),
        approach.home,
        approach.pregrasp,
        step=STEP,
        timeout_sec=PATIENCE_SEC,
    )
    return path is not None


def decide(planner: MotionPlanner, ranked: list[PlannedGrasp], rng: np.random.Generator) -> bool:
    """Tell whether any of the ranked grasps is feasible; stop at the first."""
    unused = Record()
    for grasp in ranked:
        planner.set_scene(grasp.scene)
        approach = find_approach(planner, grasp, rng, unused)
        if approach is not None:
            world = CollisionWorld(planner.robot, grasp.scene)
            if move(planner, world, approach, rng, unused):
                return True
    return False


@lru_cache(maxsize=len(CELLS))
def tips_at_home(robot: PlanningRobot) -> dict[str, Float]:
    """Position (3,) of the tip of each group at home."""
    world = CollisionWorld(robot, PlanningScene())
    return {
        name: world.link_pose(name, home_of(robot, name), group.tip_link)[:3, 3]
        for name, group in robot.groups.items()
    }


def groups_by_distance(robot: PlanningRobot, grasp: PlannedGrasp) -> list[str]:
    """Names of the groups, the one whose tip is nearest to the grasp at home first."""
    tips = tips_at_home(robot)
    position = grasp.T_base_grasp[:3, 3]
    return sorted(tips, key=lambda name: float(np.linalg.norm(tips[name] - position)))


def home_of(robot: PlanningRobot, name: str) -> Float:
    """Home positions (J,) of a group."""
    return np.array([robot.home[joint] for joint in robot.group(name).joints])


def rows_of(name: str, record: Record) -> Iterator[Row]:
    """Medians of the times, rates of success, the largest used part of each limit."""
    seeds = (SEED, SEED + 1)
    for stage, values in record.cpu_ms.items():
        low, middle, high = np.percentile(values, [5, 50, 95]).tolist()
        yield Row(stage, "cpu_ms", middle, low, high, len(values), seeds, subject=name)
    for stage, outcomes in record.success.items():
        rate = wilson(sum(outcomes), len(outcomes))
        yield Row(stage, "success_rate", *rate, len(outcomes), seeds, subject=name)
    for limit in ("velocity", "acceleration", "jerk"):
        ratios = [getattr(check, f"{limit}_ratio") for check in record.checks]
        low, middle, high = np.percentile(ratios, [0, 50, 100]).tolist()
        yield Row("limits", f"{limit}_ratio", middle, low, high, len(ratios), seeds, subject=name)
