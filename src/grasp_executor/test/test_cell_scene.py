from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from grasp_core.transforms import transform_points
from grasp_executor.cell_scene import cell_scene
from grasp_executor.described_robot import planning_robot
from grasp_executor.embedded.embedded_planner import EmbeddedPlanner
from grasp_executor.planning_scene import PlanningScene
from grasp_executor.shapes import Box
from grasp_robots.allowed_contacts import allowed_contacts
from grasp_robots.work_cell import WorkCell, load_work_cell

CELLS = Path(__file__).parents[3] / "config" / "cells"


def bounds_in_world(cell: WorkCell, scene: PlanningScene) -> dict[str, list[list[float]]]:
    found = {}
    for name, placed in scene.objects.items():
        assert isinstance(placed.shape, Box)
        corners = np.stack([-placed.shape.size / 2, placed.shape.size / 2])
        in_world = transform_points(cell.T_world_root @ placed.T_frame_shape, corners)
        found[name] = np.round(np.sort(in_world, axis=0), 9).tolist()
    return found


@pytest.mark.parametrize("name", ["diana7", "yumi"])
def test_table_and_walls_stand_where_the_cell_has_them(name: str) -> None:
    cell = load_work_cell(CELLS / f"{name}.yaml")
    contacts = allowed_contacts(cell.robot, np.random.default_rng(0), samples=300)
    robot = planning_robot(cell.robot, contacts)
    scene = cell_scene(cell, robot)
    bounds = bounds_in_world(cell, scene)
    assert len(bounds) == 1 + 4 * (1 + len(cell.trays))
    assert bounds["table"] == [[-1.0, -1.0, -0.1], [1.0, 1.0, 0.0]]
    assert bounds["bin_wall_0"] == [[0.15, -0.155, 0.0], [0.155, 0.155, 0.06]]

    planner = EmbeddedPlanner(robot)
    planner.set_scene(scene)
    for arm in cell.robot.arms:  # the robot stands on the table and touches nothing else
        state = planner.valid(arm.group, arm.home)
        assert state.ok, state.message
