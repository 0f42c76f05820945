"""Sampling, neighbours and interpolation in point clouds, as PointNet++ needs them.

Every function is batch-first plain torch, compiles as TorchScript and runs on CPU and GPU. Pairs
of points are taken for a block of rows at a time (`point_pairs`), so that memory stays bounded. The
rounding of float32 puts what lies within some 0.1 mm of a radius on either side; the origin must be
near the cloud.

Source: Qi, Yi, Su, Guibas, "PointNet++", NeurIPS 2017, section 3.
"""

from __future__ import annotations

import torch
from torch import Tensor

from grasp_learning.networks.point_pairs import (
    block_rows,
    distance_rows,
    first_below,
    least,
    local_coordinates,
    point_columns,
    point_index,
    unit_rows,
)

#: Points in a group of the two-step search for the farthest point.
FPS_GROUP = 128

#: Metres added to a distance before it is inverted.
MIN_DISTANCE_M = 1e-8


def gather(features: Tensor, index: Tensor) -> Tensor:
    """Pick rows of `features` (B, N, C) by `index` (B, ...) int64; returns (B, ..., C)."""
    channels = features.shape[2]
    rows = index.flatten(1).unsqueeze(2).expand(-1, -1, channels)
    sizes = list(index.shape)
    sizes.append(channels)
    return features.gather(1, rows).reshape(sizes)


def farthest_points(points: Tensor, count: int, group: int = FPS_GROUP) -> Tensor:
    """Choose points one by one, each the farthest from those chosen before; the first is index 0.

    No index is chosen twice; where `count` exceeds N the whole order repeats.

    Parameters
    ----------
    points : (B, N, 3) metres.
    group : only a matter of speed: argmax over N is ten times as slow as amax, so it runs over the
        maxima of groups and within one group.

    Returns
    -------
    (B, count) int64.
    """
    batch, n = points.shape[0], points.shape[1]
    groups = (n + group - 1) // group
    padded = torch.zeros((batch, groups * group, 3), dtype=points.dtype, device=points.device)
    padded[:, :n] = points.detach() - points.detach().mean(1, keepdim=True)
    coordinates = padded.transpose(1, 2).contiguous()  # (B, 3, G W)
    squares = padded.square().sum(2).unsqueeze(1)  # (B, 1, G W)
    distances = torch.full_like(squares, float("inf"))
    distances[:, :, n:] = -1.0  # never the farthest
    grouped = distances.view(batch, groups, group)
    chosen = torch.zeros((batch, min(count, n)), dtype=torch.int64, device=points.device)
    last = chosen[:, :1]
    for i in range(1, chosen.shape[1]):
        center = gather(padded, last)  # (B, 1, 3)
        to_center = torch.baddbmm(squares, center, coordinates, alpha=-2.0)
        to_center += center.square().sum(2, keepdim=True)
        torch.minimum(distances, to_center, out=distances)
        distances.scatter_(2, last.unsqueeze(1), -1.0)
        farthest = grouped.amax(2).argmax(1, keepdim=True)
        row = farthest.unsqueeze(2).expand(-1, -1, group)
        last = farthest * group + grouped.gather(1, row).squeeze(1).argmax(1, keepdim=True)
        chosen[:, i : i + 1] = last
    order = torch.arange(count, device=points.device) % n
    return chosen[:, order]


def ball_neighbors(points: Tensor, centers: Tensor, radius: float, count: int) -> Tensor:
    """Find the first `count` points, in the order of their indices, inside balls.

    In a cloud of random order they are a random sample of the ball. Where there are fewer, the
    first fills the rest; where there are none, the nearest point does.

    Parameters
    ----------
    points : (B, N, 3) metres.
    centers : (B, M, 3) metres.
    radius : metres.

    Returns
    -------
    (B, M, count) int64.
    """
    columns = point_columns(points, True)
    parts: list[Tensor] = []
    for rows in torch.split(distance_rows(centers), block_rows(columns), dim=1):
        squared = rows @ columns
        index, found = first_below(squared, radius * radius, count)
        if bool((found == 0).any()):
            nearest = point_index(squared.argmin(2, keepdim=True), columns.shape[2])
            index = torch.where(found.unsqueeze(2) == 0, nearest, index)
        parts.append(index)
    return torch.cat(parts, dim=1)


def nearest_neighbors(points: Tensor, queries: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Find the `count` points nearest to each query, nearest first.

    Parameters
    ----------
    points : (B, N, 3) metres.
    queries : (B, M, 3) metres.
    count : at most N.

    Returns
    -------
    distances : (B, M, count) metres, computed from the differences of coordinates.
    index : (B, M, count) int64.
    """
    columns = point_columns(points, True)
    parts: list[Tensor] = []
    for rows in torch.split(distance_rows(queries), block_rows(columns), dim=1):
        parts.append(least(rows @ columns, count))
    index = torch.cat(parts, dim=1)
    offsets = gather(points, index) - queries.unsqueeze(2)
    distances = torch.linalg.vector_norm(offsets, dim=3)
    distances, order = distances.sort(dim=2, stable=True)
    return distances, index.gather(2, order)


def interpolate(
    features: Tensor,
    points: Tensor,
    queries: Tensor,
    count: int = 3,
    min_distance: float = MIN_DISTANCE_M,
) -> Tensor:
    """Average the features of the nearest points with the inverse distances as weights.

    Parameters
    ----------
    features : (B, N, C) of the points.
    points : (B, N, 3) metres.
    queries : (B, M, 3) metres.
    count : neighbours; all points where there are fewer.

    Returns
    -------
    (B, M, C).
    """
    distances, index = nearest_neighbors(points, queries, min(count, points.shape[1]))
    weights = 1.0 / (distances + min_distance)
    weights = weights / weights.sum(2, keepdim=True)
    return (weights.unsqueeze(3) * gather(features, index)).sum(2)


def cylinder_neighbors(
    points: Tensor,
    centers: Tensor,
    rotations: Tensor,
    radius: float,
    low: float,
    high: float,
    count: int,
) -> tuple[Tensor, Tensor]:
    """Find the first `count` points, in the order of their indices, inside cylinders.

    Inside is y^2 + z^2 < radius^2 and low < x < high in the local frame of a cylinder, whose x is
    its axis. Where there are fewer, the first fills the rest; where there are none, index 0 does.

    Parameters
    ----------
    points : (B, N, 3) metres.
    centers : (B, M, 3) metres, origins of the local frames.
    rotations : (B, M, 3, 3), columns x, y, z of the local frames.
    radius, low, high : metres.

    Returns
    -------
    index : (B, M, count) int64.
    mask : (B, M, count) bool, False for what only fills.
    """
    columns = point_columns(points, False)
    corner = torch.tensor([high, radius, radius], dtype=points.dtype, device=points.device)
    opposite = torch.tensor([low, -radius, -radius], dtype=points.dtype, device=points.device)
    unit = unit_rows(centers, rotations, opposite.expand_as(centers), corner.expand_as(centers))
    parts: list[Tensor] = []
    founds: list[Tensor] = []
    for rows in torch.split(unit, block_rows(columns, 3), dim=1):
        x, y, z = local_coordinates(rows, columns).square_().unbind(2)
        index, found = first_below(torch.maximum(x, y.add_(z)), 1.0, count)
        parts.append(index)
        founds.append(found)
    slots = torch.arange(count, device=points.device)
    return torch.cat(parts, dim=1), slots < torch.cat(founds, dim=1).unsqueeze(2)


def box_neighbors(
    points: Tensor, centers: Tensor, rotations: Tensor, low: Tensor, high: Tensor, count: int
) -> tuple[Tensor, Tensor]:
    """Find the first `count` points, in the order of their indices, inside oriented boxes.

    As `cylinder_neighbors`; inside is low < (x, y, z) < high in the local frame, for corners `low`
    and `high` (B, M, 3), metres, low < high.
    """
    columns = point_columns(points, False)
    parts: list[Tensor] = []
    founds: list[Tensor] = []
    unit = unit_rows(centers, rotations, low, high)
    for rows in torch.split(unit, block_rows(columns, 3), dim=1):
        index, found = first_below(local_coordinates(rows, columns).abs_().amax(2), 1.0, count)
        parts.append(index)
        founds.append(found)
    slots = torch.arange(count, device=points.device)
    return torch.cat(parts, dim=1), slots < torch.cat(founds, dim=1).unsqueeze(2)
