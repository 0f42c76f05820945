"""Bins with clutter beside a robot, and grasps in them that the robot can reach."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from grasp_core.checks import Float
from grasp_core.transforms import grasp_rotation, transform
from grasp_executor.budget import Budget
from grasp_executor.planner import MotionPlanner
from grasp_executor.planning_scene import PlanningScene
from grasp_executor.shapes import Box
from grasp_sim.bins import Bin

#: Boxes in a bin, and the range of their sides in metres; the YuMi's gripper opens to 5 cm.
OBJECTS = 10
SIDES_M = (0.02, 0.045)

#: rad, largest angle of an approach to straight down.
MAX_TILT = 0.6

#: m, from pre-grasp to grasp.
APPROACH_M = 0.1

#: m that the fingertips reach below the top of an object.
DEPTH_M = 0.015

#: Starts of the reference search that decides whether a grasp is reachable.
REFERENCE_SOLUTIONS = 8
PATIENCE_SEC = 20.0


@dataclass(frozen=True)
class Cell:
    """Where a robot's bin stands.

    Attributes
    ----------
    robot : name of its file in config/robots.
    center : (3,) m, middle of the bin's floor in the frame of the robot's base.
    box : the bin.
    """

    robot: str
    center: tuple[float, float, float]
    box: Bin


@dataclass(frozen=True, eq=False)
class PlannedGrasp:
    """A grasp to plan for.

    Attributes
    ----------
    scene : bin and objects without the one that is grasped: the gripper may touch that one.
    T_base_grasp, T_base_pregrasp : (4, 4).
    """

    scene: PlanningScene
    T_base_grasp: Float
    T_base_pregrasp: Float


def cluttered_bin(cell: Cell, rng: np.random.Generator) -> tuple[PlanningScene, list[Float], Float]:
    """Scene, poses (4, 4) of the objects `object_0`, ... in it, and their sizes (N, 3), m.

    Objects stand on the floor, turned about the vertical; they may run into each other.
    """
    T_base_bin = transform(np.eye(3), cell.center)
    floor = transform(np.eye(3), [*cell.center[:2], cell.center[2] - 0.05])
    scene = PlanningScene().with_obstacle("table", Box(np.array([1.0, 1.0, 0.1])), floor)
    for i, (center, half) in enumerate(cell.box.walls()):
        pose = T_base_bin @ transform(np.eye(3), center)
        scene = scene.with_obstacle(f"wall_{i}", Box(2 * np.array(half)), pose)
    sizes = rng.uniform(*SIDES_M, (OBJECTS, 3))
    reach = np.array([cell.box.length, cell.box.width]) / 2 - SIDES_M[1]
    poses = []
    for i, size in enumerate(sizes):
        turn = Rotation.from_euler("z", rng.uniform(-np.pi, np.pi)).as_matrix()
        place = [*rng.uniform(-reach, reach), size[2] / 2]
        poses.append(T_base_bin @ transform(turn, place))
        scene = scene.with_obstacle(f"object_{i}", Box(size), poses[-1])
    return scene, poses, sizes


def candidates(cell: Cell, rng: np.random.Generator, count: int) -> list[PlannedGrasp]:
    """Grasps of one cluttered bin, whether they can be reached or not."""
    scene, poses, sizes = cluttered_bin(cell, rng)
    grasps = []
    for _ in range(count):
        i = int(rng.integers(OBJECTS))
        side = rng.choice([-1.0, 1.0])
        closing = side * poses[i][:3, int(rng.integers(2))]
        tilt = rng.uniform(-MAX_TILT, MAX_TILT)
        down = np.array([0.0, 0.0, -1.0])
        approach = np.cos(tilt) * down + np.sin(tilt) * np.cross(down, closing)
        top = poses[i][:3, 3] + [0, 0, sizes[i, 2] / 2]
        position = top + DEPTH_M * down
        T_base_grasp = transform(grasp_rotation(approach, closing), position)
        T_grasp_pregrasp = transform(np.eye(3), [-APPROACH_M, 0, 0])
        grasps.append(
            PlannedGrasp(
                scene.without(f"object_{i}"), T_base_grasp, T_base_grasp @ T_grasp_pregrasp
            )
        )
    return grasps


def reachable(
    planner: MotionPlanner, cell: Cell, rng: np.random.Generator
) -> Iterator[PlannedGrasp]:
    """Grasps without end of which some group has a free pre-grasp and a free straight approach."""
    while True:
        for grasp in candidates(cell, rng, OBJECTS):
            planner.set_scene(grasp.scene)
            if any(_approachable(planner, group, grasp, rng) for group in planner.robot.groups):
                yield grasp


def _approachable(
    planner: MotionPlanner, group: str, grasp: PlannedGrasp, rng: np.random.Generator
) -> bool:
    members = planner.robot.groups[group]
    found = planner.ik(
        group,
        grasp.T_base_pregrasp,
        (members.lower + members.upper) / 2,
        count=REFERENCE_SOLUTIONS,
        rng=rng,
        budget=Budget(PATIENCE_SEC),
    )
    return any(
        planner.line(group, start, grasp.T_base_grasp, budget=Budget(PATIENCE_SEC)).ok
        for start in found.solutions
    )
