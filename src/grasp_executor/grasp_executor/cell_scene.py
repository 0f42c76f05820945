"""The part of the scene that stands still: the table and the bin of the parameters."""

from __future__ import annotations

import numpy as np

from grasp_core.checks import Float
from grasp_core.errors import ParameterError
from grasp_core.transforms import transform
from grasp_executor.node_params import ExecutorParams
from grasp_executor.planning_scene import PlanningScene
from grasp_executor.shapes import Box


def cell_scene(params: ExecutorParams) -> PlanningScene:
    """Table and bin walls as boxes; the bin's floor is the table's.

    Raises
    ------
    ParameterError : some of a size's numbers are 0, and some are not.
    """
    scene = PlanningScene()
    if _given(params.table_size, "table_size"):
        scene = scene.with_obstacle(
            "table", Box(np.array(params.table_size)), _at(params.table_center)
        )
    if _given(params.bin_size, "bin_size"):
        x, y, z = params.bin_size
        wall, center = params.wall, np.array(params.bin_center)
        for name, size, offset in (
            ("front", (wall, y + 2 * wall, z), ((x + wall) / 2, 0.0, 0.0)),
            ("back", (wall, y + 2 * wall, z), (-(x + wall) / 2, 0.0, 0.0)),
            ("left", (x, wall, z), (0.0, (y + wall) / 2, 0.0)),
            ("right", (x, wall, z), (0.0, -(y + wall) / 2, 0.0)),
        ):
            scene = scene.with_obstacle(f"bin_{name}", Box(np.array(size)), _at(center + offset))
    return scene


def _given(size: tuple[float, float, float], name: str) -> bool:
    if any(size) != all(size):
        raise ParameterError(f"{name}: {list(size)} m must be all 0 or all positive")
    return all(size)


def _at(position: tuple[float, float, float] | Float) -> Float:
    return transform(np.eye(3), position)
