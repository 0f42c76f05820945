"""Objects and allowed contacts of a scene as MoveIt takes them, in plain data."""

from __future__ import annotations

import itertools

import numpy as np

from grasp_core.checks import Float
from grasp_core.transforms import transform
from grasp_executor.planning_robot import PlanningRobot
from grasp_executor.planning_scene import PlanningScene
from grasp_executor.shapes import Box, Voxels


def boxes_of(shape: Box | Voxels) -> tuple[Float, Float]:
    """Sizes (N, 3) and poses (N, 4, 4) of boxes that fill the shape, in its frame.

    Voxels in a row along x are one box: same volume, fewer boxes.
    They are boxes and no octomap: MoveIt has one octomap in all, under a name of its own, which
    no link can carry and no contact can be allowed with by the object's name.
    """
    if isinstance(shape, Box):
        return shape.size[None], np.eye(4)[None]
    cells = np.unique(shape.cells, axis=0)
    cells = cells[np.lexsort(cells.T)]  # by z, then y, then x
    breaks = np.r_[True, (np.diff(cells, axis=0) != [1, 0, 0]).any(axis=1)]
    first = np.flatnonzero(breaks)
    counts = np.diff(np.r_[first, len(cells)])
    sizes = shape.size * np.column_stack([counts, np.ones((len(counts), 2))])
    centers = shape.size * cells[first] + sizes / 2
    return sizes, transform(np.broadcast_to(np.eye(3), (len(sizes), 3, 3)), centers)


def free_pairs(robot: PlanningRobot, scene: PlanningScene) -> set[tuple[str, str]]:
    """Pairs of names, each sorted, that MoveIt must not check beyond those of the SRDF.

    Those that the scene allows, and those that no joint moves against each other: links and
    objects on one joint, obstacles and what stands still with them. MoveIt checks them all.
    """
    on = {link: robot.moving_link(link) for link in robot.links}
    on |= {name: on[placed.frame or robot.base_link] for name, placed in scene.objects.items()}
    still = {
        (first, second)
        for first, second in itertools.combinations(sorted(on), 2)
        if on[first] == on[second]
    }
    held = {
        _sorted(name, link) for name, placed in scene.objects.items() for link in placed.touch_links
    }
    return still | held | {_sorted(*pair) for pair in scene.allowed if len(pair) == 2}


def _sorted(first: str, second: str) -> tuple[str, str]:
    return min(first, second), max(first, second)
