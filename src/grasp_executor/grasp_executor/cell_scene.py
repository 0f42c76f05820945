"""The part of the scene that stands still: the table, the bin and the trays."""

from __future__ import annotations

import numpy as np

from grasp_core.transforms import inverse, transform
from grasp_executor.planning_robot import PlanningRobot
from grasp_executor.planning_scene import PlanningScene
from grasp_executor.shapes import Box
from grasp_robots.work_cell import WorkCell

TABLE = "table"
#: Metres: sides and thickness of the table under the world's origin.
TABLE_M, THICKNESS_M = 2.0, 0.1


def cell_scene(cell: WorkCell, robot: PlanningRobot) -> PlanningScene:
    """Table and walls as boxes in the robot's base; links that never move may touch the table."""
    T_base_world = inverse(cell.T_world_root)
    size = np.array([TABLE_M, TABLE_M, THICKNESS_M])
    below = transform(np.eye(3), [0.0, 0.0, -THICKNESS_M / 2])
    scene = PlanningScene().with_obstacle(TABLE, Box(size), T_base_world @ below)
    for link in sorted(robot.links):
        if robot.moving_link(link) == robot.base_link:
            scene = scene.with_allowed(TABLE, link)
    for name, box in {"bin": cell.bin, **cell.trays}.items():
        for i, (center, half) in enumerate(box.walls()):
            pose = T_base_world @ transform(np.eye(3), center)
            scene = scene.with_obstacle(f"{name}_wall_{i}", Box(2 * half), pose)
    return scene
