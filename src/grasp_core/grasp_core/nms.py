"""Non-maximum suppression: of grasps that resemble each other keep the best."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from grasp_core.checks import Float
from grasp_core.errors import ArrayError, FrameError
from grasp_core.grasps import Grasps

#: GPR eq. 1, beta 1 to 3: per metre, per half turn of the closing and of the approach direction.
BETA_ORIGIN = 1.0
BETA_CLOSING = 0.03
BETA_APPROACH = 0.03

#: Thresholds of graspnetAPI's `GraspGroup.nms`.
GRASPNET_TRANSLATION_M = 0.03
GRASPNET_ROTATION_RAD = np.pi / 6

#: Cells per axis at most, of the grid that finds the neighbours of a grasp (1 MB in all).
MAX_CELLS = 64

#: Relative widening of a cell: rounding then never puts neighbours two cells apart.
SLACK = 1e-6


def grasp_distance(a: Grasps, b: Grasps) -> Float:
    """Distances (Na, Nb) in metres between grasps, GPR eq. 1.

    D = b1 |o1 - o2| + b2 arccos|r1 . r2| / pi + b3 arccos(n1 . n2) / pi for closing directions r
    and approach directions n. The paper measures between the middles of the contact points; the
    origin o, midway between the fingertips, stands for them. The absolute value is the symmetry of
    a parallel gripper: turned by half about its approach direction it is the same grasp.

    Raises
    ------
    FrameError : the grasps are in different frames.
    """
    if a.frame_id != b.frame_id:
        raise FrameError(f"cannot compare grasps in {a.frame_id} with grasps in {b.frame_id}")
    offset = np.linalg.norm(a.positions[:, None] - b.positions[None], axis=-1)
    closing = np.arccos(np.minimum(np.abs(a.closing @ b.closing.T), 1.0))
    approach = np.arccos(np.clip(a.approach @ b.approach.T, -1.0, 1.0))
    distance: Float = BETA_ORIGIN * offset
    distance += (BETA_CLOSING * closing + BETA_APPROACH * approach) / np.pi
    return distance


def nms(grasps: Grasps, threshold_m: float, limit: int | None = None) -> NDArray[np.int64]:
    """Keep the best of the grasps that lie closer together than a threshold (GPR section III).

    Greedy: best first, a grasp is dropped when it is closer to a kept one than the threshold.

    Parameters
    ----------
    threshold_m : metres of `grasp_distance`.
    limit : stop when so many are kept; None keeps all.

    Returns
    -------
    (K,) indices into `grasps`, best first; of equal scores the lower index comes first.

    Raises
    ------
    ArrayError : `threshold_m` is not positive or `limit` is negative.
    """
    _check_positive("threshold_m", threshold_m)
    if limit is not None and limit < 0:
        raise ArrayError(f"limit: {limit} must not be negative")
    most = len(grasps) if limit is None else min(limit, len(grasps))
    return _suppress(grasps, threshold_m / BETA_ORIGIN, threshold_m, True, most)


def nms_graspnet(
    grasps: Grasps,
    translation_m: float = GRASPNET_TRANSLATION_M,
    rotation_rad: float = GRASPNET_ROTATION_RAD,
) -> NDArray[np.int64]:
    """Suppress as graspnetAPI does: near in translation and in rotation, each with its threshold.

    Greedy by score like `nms`. The rotation is the full angle between the two frames: unlike
    `nms`, the rule takes a grasp and the same one turned by half about its approach for two.
    graspnetAPI measures from its own origin, `depth` behind ours; for grasps of one depth the
    rule differs by what the rotation moves that origin.

    Returns
    -------
    (K,) indices into `grasps`, best first; of equal scores the lower index comes first.

    Raises
    ------
    ArrayError : a threshold is not positive.
    """
    _check_positive("translation_m", translation_m)
    _check_positive("rotation_rad", rotation_rad)
    return _suppress(grasps, translation_m, rotation_rad, False, len(grasps))


def _check_positive(name: str, value: float) -> None:
    if not value > 0.0:
        raise ArrayError(f"{name}: {value} must be positive")


def _suppress(
    grasps: Grasps, radius_m: float, threshold: float, by_distance: bool, most: int
) -> NDArray[np.int64]:
    """Sort the grasps by score and into cells, and run the kernel."""
    if most == 0:
        return np.zeros(0, dtype=np.int64)
    order = np.argsort(-grasps.scores, kind="stable")
    positions = grasps.positions[order]
    low = positions.min(axis=0)
    extent = positions.max(axis=0) - low
    # Cells at least as wide as the radius: whatever suppresses a grasp is at most one cell away.
    edges = np.maximum(radius_m, extent / (MAX_CELLS - 1)) * (1.0 + SLACK)
    cells = np.floor((positions - low) / edges).astype(np.int64)
    kept = _suppress_sorted(
        positions, grasps.rotations[order], cells, radius_m, threshold, by_distance, most
    )
    return order[kept]


@njit(cache=True, nogil=True)
def _suppress_sorted(
    positions: Float,
    rotations: Float,
    cells: NDArray[np.int64],
    radius_m: float,
    threshold: float,
    by_distance: bool,
    most: int,
) -> NDArray[np.int64]:
    """Run through grasps sorted best first; return the indices of the kept ones.

    The kept grasps of each cell form a linked list: `newest` of the cell, then `older` of each.
    """
    nx, ny, nz = cells[:, 0].max() + 1, cells[:, 1].max() + 1, cells[:, 2].max() + 1
    newest = np.full((nx, ny, nz), -1, dtype=np.int32)
    older = np.empty(len(cells), dtype=np.int32)
    kept = np.empty(most, dtype=np.int64)
    count = 0
    for i in range(len(cells)):
        x, y, z = cells[i]
        drop = False
        for cx in range(max(x - 1, 0), min(x + 2, nx)):
            for cy in range(max(y - 1, 0), min(y + 2, ny)):
                for cz in range(max(z - 1, 0), min(z + 2, nz)):
                    j = newest[cx, cy, cz]
                    while j >= 0 and not drop:
                        drop = _is_near(
                            positions, rotations, i, j, radius_m, threshold, by_distance
                        )
                        j = older[j]
        if not drop:
            kept[count] = i
            count += 1
            if count == most:
                break
            older[i] = newest[x, y, z]
            newest[x, y, z] = i
    return kept[:count]


@njit(cache=True, nogil=True)
def _is_near(
    positions: Float,
    rotations: Float,
    i: int,
    j: int,
    radius_m: float,
    threshold: float,
    by_distance: bool,
) -> bool:
    """Tell whether grasps i and j resemble each other by the rule of `nms` or `nms_graspnet`."""
    squared = 0.0
    approach, closing, binormal = 0.0, 0.0, 0.0  # cosines between the axes of the two frames
    for k in range(3):
        squared += (positions[i, k] - positions[j, k]) ** 2
        approach += rotations[i, k, 0] * rotations[j, k, 0]
        closing += rotations[i, k, 1] * rotations[j, k, 1]
        binormal += rotations[i, k, 2] * rotations[j, k, 2]
    offset = np.sqrt(squared)
    if offset >= radius_m:
        return False
    if not by_distance:
        cosine = (approach + closing + binormal - 1.0) / 2.0
        return bool(np.arccos(min(max(cosine, -1.0), 1.0)) < threshold)
    rest = threshold - BETA_ORIGIN * offset
    rest -= BETA_APPROACH * np.arccos(min(max(approach, -1.0), 1.0)) / np.pi
    if rest <= 0.0:
        return False
    return bool(BETA_CLOSING * np.arccos(min(abs(closing), 1.0)) / np.pi < rest)
