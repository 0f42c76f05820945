"""Clusters of points by Gaussian mean shift, as scale-balanced grasping finds its objects.

Comaniciu and Meer 2002; values of the repository of Scale-Balanced Grasp, after UOIS-Net (Xie et
al. 2021). Compiles as TorchScript.
"""

from __future__ import annotations

import torch
from torch import Tensor

from grasp_learning.networks.point_ops import farthest_points

#: Every so many points shape the density; all are assigned in the end.
STRIDE = 5
#: Places to climb from, spread over the points, and steps that each one makes.
STARTS = 50
STEPS = 10
#: Points that a cluster has at least.
MIN_POINTS = 10


def mean_shift(
    points: Tensor, bandwidth: float, merged: float,
    stride: int = STRIDE, starts: int = STARTS, steps: int = STEPS, min_points: int = MIN_POINTS,
) -> Tensor:  # fmt: skip
    """Cluster points (F, 3).

    Parameters
    ----------
    bandwidth : metres, sigma of the Gaussian kernel.
    merged : metres between two tops of the density that count as one.

    Returns
    -------
    (F,) int64: clusters 0, 1, ...; -1 for points of a cluster that is too small.
    """
    if points.shape[0] == 0:
        return torch.zeros(0, dtype=torch.int64, device=points.device)
    some = points[::stride]
    tops = some[farthest_points(some.unsqueeze(0), min(starts, some.shape[0]))[0]]
    for _ in range(steps):
        nearness = torch.exp(-torch.cdist(tops, some).square() / (2.0 * bandwidth**2))
        tops = nearness @ some / nearness.sum(dim=1, keepdim=True)
    top_clusters = _connected(torch.cdist(tops, tops) < merged)
    clusters = top_clusters[torch.cdist(points, tops).argmin(dim=1)]
    large = torch.bincount(clusters, minlength=tops.shape[0]) >= min_points
    number = torch.where(large, large.cumsum(0) - 1, -1)
    return number[clusters]


def _connected(linked: Tensor) -> Tensor:
    """Give each of T nodes the lowest index (T,) in its connected part, by links (T, T)."""
    count = linked.shape[0]
    linked = linked | torch.eye(count, dtype=torch.bool, device=linked.device)
    number = torch.arange(count, device=linked.device)
    for _ in range(count):  # the longest way between two nodes
        number = torch.where(linked, number.unsqueeze(0), count).amin(dim=1)
    return number
