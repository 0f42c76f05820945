"""Spread labels from contact points to the points of a cloud around them (GPR, section IV-B)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import KDTree

from grasp_core.checks import AnyFloat, Float

#: Cloud points at a time; bounds the working memory to about 100 MB where contacts are dense.
BLOCK = 4096


def best_within(
    points: AnyFloat, contacts: Float, scores: Float, radius_m: float
) -> NDArray[np.int64]:
    """Find for each cloud point the contact with the highest score in a ball around the point.

    Parameters
    ----------
    points : (P, 3) metres.
    contacts : (C, 3) metres.
    scores : (C,) of equal ones the contact with the lower index is taken.
    radius_m : metres; a contact at this very distance is inside.

    Returns
    -------
    (P,) index of the contact, -1 where the ball is empty.
    """
    best = np.full(len(points), -1, dtype=np.int64)
    if len(contacts) == 0:
        return best
    order = np.argsort(-scores, kind="stable")
    # Grasps share contacts: of those in one place only the first in this order can be the best.
    order = order[np.sort(np.unique(contacts[order], axis=0, return_index=True)[1])]
    tree = KDTree(contacts[order])
    for begin in range(0, len(points), BLOCK):
        block = KDTree(points[begin : begin + BLOCK])
        near = block.sparse_distance_matrix(tree, radius_m, output_type="ndarray")
        rank = np.full(block.n, len(order))
        np.minimum.at(rank, near["i"], near["j"])
        found = rank < len(order)
        best[begin : begin + BLOCK][found] = order[rank[found]]
    return best


def any_within(points: AnyFloat, contacts: Float, radius_m: float) -> NDArray[np.bool_]:
    """Tell for each cloud point (P, 3) whether a contact (C, 3) lies at most `radius_m` away."""
    if len(contacts) == 0:
        return np.zeros(len(points), dtype=np.bool_)
    distance = KDTree(contacts).query(points)[0]
    near: NDArray[np.bool_] = distance <= radius_m
    return near
