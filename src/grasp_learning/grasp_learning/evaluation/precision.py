"""Precision@k and average precision of GraspNet-1Billion (Fang et al., CVPR 2020, section 5)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import AnyInteger, Float, check_array
from grasp_core.errors import ArrayError

#: Coefficients of friction at which grasps are judged.
FRICTIONS = (0.2, 0.4, 0.6, 0.8, 1.0, 1.2)
#: Ranks k that precision@k is averaged over, and grasps of one object that count at most.
RANKS, PER_OBJECT = 50, 10


def precision_at(needed_friction: Float, ranks: int) -> Float:
    """Precision@k (ranks, 6) for k = 1 .. ranks at each of `FRICTIONS`.

    Where there are fewer grasps than k, those that lack count as failures.

    Parameters
    ----------
    needed_friction : (N,) least friction at which each grasp holds, best first; infinity: never.

    Raises
    ------
    ArrayError : `ranks` is less than 1, or a friction is negative or NaN.
    """
    needed = np.asarray(needed_friction, dtype=np.float64)
    if ranks < 1:
        raise ArrayError(f"ranks: {ranks} must be at least 1")
    if not (needed >= 0).all():
        raise ArrayError(f"needed_friction: {needed.min()} must be >= 0, or infinity")
    holds = np.zeros((ranks, len(FRICTIONS)))
    count = min(ranks, len(needed))
    holds[:count] = needed[:count, None] <= np.array(FRICTIONS)
    precision: Float = np.cumsum(holds, axis=0) / np.arange(1, ranks + 1)[:, None]
    return precision


def average_precisions(precision: Float) -> dict[str, float]:
    """AP (over all ranks and frictions), AP_0.4 and AP_0.8 of precision@k (..., ranks, 6).

    Raises
    ------
    ArrayError : the last axis is not that of `FRICTIONS`.
    """
    table = check_array(precision, (*np.shape(precision)[:-1], len(FRICTIONS)), "precision")
    of_friction = table.reshape(-1, len(FRICTIONS)).mean(axis=0)
    return {
        "ap": float(of_friction.mean()),
        "ap_04": float(of_friction[FRICTIONS.index(0.4)]),
        "ap_08": float(of_friction[FRICTIONS.index(0.8)]),
    }


def rank_in_group(groups: AnyInteger) -> NDArray[np.int64]:
    """Count for each grasp (N,), best first, the better ones of its group."""
    order = np.argsort(groups, kind="stable")
    grouped = groups[order]
    ranks = np.empty(len(groups), dtype=np.int64)
    ranks[order] = np.arange(len(groups)) - np.searchsorted(grouped, grouped)
    return ranks
