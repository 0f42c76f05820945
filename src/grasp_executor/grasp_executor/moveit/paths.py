"""Paths of MoveIt as paths of the port."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from grasp_core.checks import Float, check_array
from grasp_executor.errors import TrajectoryError


def in_order(names: Sequence[str], positions: Float, joints: Sequence[str]) -> Float:
    """Positions (N, J) of `joints`, of positions (N, M) in the order of `names`.

    Raises
    ------
    TrajectoryError : a joint is missing.
    """
    missing = [joint for joint in joints if joint not in names]
    if missing:
        raise TrajectoryError(f"a path of {list(names)} has no {missing}")
    table = check_array(positions, (None, len(names)), "waypoints")
    return table[:, [names.index(joint) for joint in joints]]


def pruned(waypoints: Float, free: Callable[[Float, Float], bool]) -> Float:
    """Leave out waypoints (N, J) that are not needed, the ends stay.

    A motion stops at each waypoint, and OMPL rounds its corners with dozens of them. From each
    that stays the next is a far one that the straight way to is free: the last, or halfway back,
    and so on.

    Parameters
    ----------
    free : whether the straight way between two states is; not asked for neighbours.
    """
    kept = [0]
    while kept[-1] < len(waypoints) - 1:
        here, there = kept[-1], len(waypoints) - 1
        while there > here + 1 and not free(waypoints[here], waypoints[there]):
            there = here + (there - here) // 2
        kept.append(there)
    return np.array(waypoints[kept])
