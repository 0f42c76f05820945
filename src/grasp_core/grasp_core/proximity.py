"""Which points of a cloud lie near others."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from grasp_core.checks import AnyFloat


def within(points: AnyFloat, others: AnyFloat, distance: float) -> NDArray[np.bool_]:
    """Which `points` (N, 3) have one of `others` (M, 3) no further away than `distance` metres."""
    near = np.zeros(len(points), dtype=bool)
    if len(others) == 0:
        return near
    low, high = others.min(axis=0) - distance, others.max(axis=0) + distance
    boxed = np.flatnonzero(((points >= low) & (points <= high)).all(axis=1))
    # The bound of the query is exclusive.
    bound = np.nextafter(distance, np.inf)
    nearest, _ = KDTree(others).query(points[boxed], distance_upper_bound=bound)
    near[boxed[np.isfinite(nearest)]] = True
    return near
