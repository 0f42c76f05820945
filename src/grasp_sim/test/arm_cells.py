"""Cells with a robot and cubes, and a way to reach them, for several tests."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import trimesh
from scipy.interpolate import CubicSpline
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation

from grasp_core.checks import Float
from grasp_core.transforms import grasp_rotation, inverse, transform
from grasp_robots.allowed_contacts import AllowedContact, allowed_contacts
from grasp_robots.arm import Arm
from grasp_robots.kinematics import chain_poses
from grasp_robots.work_cell import WorkCell, load_work_cell
from grasp_sim.arm_cell import ArmCell
from grasp_sim.control_loop import CONTROL_SEC, ControlLoop
from grasp_sim.controllers import Tolerances
from grasp_sim.execution import Execution
from grasp_sim.motion import Motion
from grasp_sim.objects.model import ObjectModel
from grasp_sim.scenes import Scene, SceneSpec

CELLS = Path(__file__).parents[3] / "config" / "cells"
CUBE_M = 0.03
WAYPOINTS = 8


@cache
def cell_file(name: str) -> tuple[WorkCell, tuple[AllowedContact, ...]]:
    work_cell = load_work_cell(CELLS / f"{name}.yaml")
    return work_cell, allowed_contacts(work_cell.robot, np.random.default_rng(0), samples=100)


def cube_cell(name: str, *positions: tuple[float, float]) -> ArmCell:
    """Make a cell whose bin has cubes on its floor."""
    mesh = trimesh.creation.box((CUBE_M,) * 3)
    cube = ObjectModel("cube", "test", mesh.vertices, mesh.faces, (mesh.vertices,), 500.0, 0.6)
    T = transform(np.eye(3), np.array([(x, y, CUBE_M / 2) for x, y in positions]))
    spec = SceneSpec(0, ("cube",) * len(positions), "pile", "bin")
    work_cell, allowed = cell_file(name)
    return ArmCell(work_cell, Scene(spec, (cube,) * len(positions), T), allowed)


def down_to(cell: ArmCell, arm: Arm, position: tuple[float, float, float]) -> Float:
    """Joint values (J,) that bring the grasp frame, pointing down, to a place in the world.

    Of the four grasps of a cube, the one that is nearest to the arm's home.
    """
    solutions = []
    for closing in ((0, 1, 0), (0, -1, 0), (1, 0, 0), (-1, 0, 0)):
        T_world_grasp = transform(grasp_rotation((0, 0, -1), closing), position)
        solutions += _solutions(cell, arm, T_world_grasp, arm.home)
    return min(solutions, key=lambda q: float(np.abs(q - arm.home).max()))


def straight_up(cell: ArmCell, arm: Arm, values: Float, metres: float) -> Float:
    """Joint values (K, J) on the line from where the grasp frame is to a place above it."""
    robot, T_world_root = cell.work_cell.robot, cell.work_cell.T_world_root
    T_world_grasp = T_world_root @ chain_poses(robot, robot.root, arm.tcp, values[None])[0]
    way = [values]
    for _ in range(WAYPOINTS):
        T_world_grasp[2, 3] += metres / WAYPOINTS
        way += _solutions(cell, arm, T_world_grasp, way[-1])
    assert len(way) == WAYPOINTS + 1
    return np.array(way)


def _solutions(cell: ArmCell, arm: Arm, T_world_grasp: Float, start: Float) -> list[Float]:
    """Joint values (J,) near a start that bring the grasp frame to a pose; one or none."""
    robot = cell.work_cell.robot
    goal = inverse(cell.work_cell.T_world_root) @ T_world_grasp
    bounds = np.array([(robot.limits(j).lower, robot.limits(j).upper) for j in arm.joints]).T

    def miss(q: Float, stay: float) -> Float:
        T = chain_poses(robot, robot.root, arm.tcp, q[None])[0]
        turn = Rotation.from_matrix(T[:3, :3].T @ goal[:3, :3]).as_rotvec()
        return np.concatenate([5 * (T[:3, 3] - goal[:3, 3]), turn, stay * (q - start)])

    near = least_squares(miss, start, bounds=bounds, args=(0.03,)).x
    found = least_squares(miss, near, bounds=bounds, args=(0.0,))
    return [np.asarray(found.x)] if found.cost < 1e-8 else []


def along(way: Float, seconds: float) -> Motion:
    """Through configurations (K, J), from rest to rest."""
    times = np.linspace(0.0, seconds, len(way))
    spline = CubicSpline(times, way, bc_type="clamped")
    return Motion(times, way, spline(times, 1))


def tolerances(count: int, path: float = 0.2, goal: float = 0.01) -> Tolerances:
    return Tolerances(np.full(count, path), np.full(count, goal), 1.0)


def rest_to_rest(goal: Float, seconds: float) -> Motion:
    """From wherever the arm is."""
    still = np.zeros((1, len(goal)))
    return Motion(np.array([seconds]), goal[None], still, still)


def finish(loop: ControlLoop, execution: Execution, seconds: float = 20.0) -> Execution:
    """Go on until a command has ended."""
    end = loop.time_sec + seconds
    while not execution.done.is_set():
        assert loop.time_sec < end
        loop.tick()
    return execution


def wait(loop: ControlLoop, seconds: float) -> None:
    for _ in range(round(seconds / CONTROL_SEC)):
        loop.tick()
