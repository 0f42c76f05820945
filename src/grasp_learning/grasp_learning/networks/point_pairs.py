"""The search through all pairs of points and centers, for `point_ops`.

What is compared of a pair is one matrix product: a row for each center, a column for each point.
The squared distance is |c|^2 - 2 c p + |p|^2, whose rounding in float32 is about 1e-7 times the
squared extent of the cloud. Columns stand in groups of eight; a group whose least value is too
large is passed over: comparing and searching all values takes four times as long as the product.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import pad

#: Pairs in a block. On a CPU 2 MB of distances, which stay in a cache and are computed four
#: times as fast as a block of 64 MB; on a GPU 128 MB, so that kernels are few and large.
#: These are arguments below because TorchScript knows no global constants.
CPU_BLOCK = 2**19
GPU_BLOCK = 2**25

#: Points in a group, and a coordinate for points that only fill the last group: outside of every
#: region, with a square that float32 can hold.
COLUMN_GROUP = 8
NOWHERE_M = 1e18


def block_rows(
    columns: Tensor, per_pair: int = 1, cpu_block: int = CPU_BLOCK, gpu_block: int = GPU_BLOCK
) -> int:
    """Rows in a block, for columns (B, 4 or 5, N) and the numbers held for each pair."""
    block = gpu_block if columns.is_cuda else cpu_block
    return max(1, block // (columns.shape[0] * columns.shape[2] * per_pair))


def point_columns(
    points: Tensor, square: bool, group: int = COLUMN_GROUP, nowhere: float = NOWHERE_M
) -> Tensor:
    """Right factor of the products: columns (x, y, z, 1), with `square` also |p|^2.

    Filled to G groups of eight; point 8 g + i is column i G + g. A reduction over the eight then
    runs along contiguous memory, which is vectorised.
    """
    missing = -points.shape[1] % group
    padded = pad(points.detach(), [0, 0, 0, missing], value=nowhere)
    groups = padded.shape[1] // group
    padded = padded.view(len(points), groups, group, 3).transpose(1, 2).flatten(1, 2)
    parts = [padded, torch.ones_like(padded[:, :, :1])]
    if square:
        parts.append(padded.square().sum(2, keepdim=True))
    return torch.cat(parts, dim=2).transpose(1, 2).contiguous()


def point_index(column: Tensor, columns: int, group: int = COLUMN_GROUP) -> Tensor:
    """Give the index of the point that stands in a column of `point_columns`."""
    groups = columns // group
    return column % groups * group + column // groups


def distance_rows(centers: Tensor) -> Tensor:
    """Left factor (B, M, 5) whose product with the columns of points is the squared distance."""
    centers = centers.detach()
    squares = centers.square().sum(2, keepdim=True)
    return torch.cat([-2.0 * centers, squares, torch.ones_like(squares)], dim=2)


def unit_rows(centers: Tensor, rotations: Tensor, low: Tensor, high: Tensor) -> Tensor:
    """Left factor (B, M, 3, 4) whose product with the columns of points is in units of a box.

    That is R^T (p - c) moved and scaled so that the box from `low` to `high` is from -1 to 1.
    """
    half = (high.detach() - low.detach()).unsqueeze(3) / 2.0
    middle = (high.detach() + low.detach()).unsqueeze(3) / 2.0
    inverse = rotations.detach().transpose(2, 3)
    offset = inverse @ centers.detach().unsqueeze(3) + middle
    return torch.cat([inverse, -offset], dim=3) / half


def local_coordinates(rows: Tensor, columns: Tensor) -> Tensor:
    """Multiply rows (B, m, 3, 4) by columns (B, 4, N) to coordinates (B, m, 3, N)."""
    return (rows.flatten(1, 2) @ columns).view(rows.shape[0], rows.shape[1], 3, columns.shape[2])


def least(values: Tensor, count: int, group: int = COLUMN_GROUP) -> Tensor:
    """Find the points of the `count` least values, in any order, in each row.

    They lie in the groups with the least minima, of which there need be no more than `count`.

    Parameters
    ----------
    values : (B, m, 8 G) in the order of `point_columns`.

    Returns
    -------
    (B, m, count) int64.
    """
    batch, m, n = values.shape
    grouped = values.view(batch, m, group, n // group)
    near = grouped.amin(2).topk(min(count, n // group), dim=2, largest=False)[1]  # (B, m, g)
    candidates = grouped.gather(3, near.unsqueeze(2).expand(-1, -1, group, -1)).flatten(2)
    best = candidates.topk(count, dim=2, largest=False)[1]  # of 8 g
    return near.gather(2, best % near.shape[2]) * group + best // near.shape[2]


def first_below(
    values: Tensor, limit: float, count: int, group: int = COLUMN_GROUP
) -> tuple[Tensor, Tensor]:
    """Find the first `count` points whose value lies below the limit, in each row.

    Parameters
    ----------
    values : (B, m, 8 G) in the order of `point_columns`.

    Returns
    -------
    index : (B, m, count) int64; the first fills what is missing, 0 a row without any.
    found : (B, m) int64, how many there are, `count` at most.
    """
    batch, m, n = values.shape
    rows = batch * m
    groups = n // group
    grouped = values.reshape(rows, group, groups)
    near = (grouped.amin(1) < limit).nonzero()  # (H, 2) row, group
    hit = (grouped[near[:, 0], :, near[:, 1]] < limit).nonzero()  # (K, 2) of `near`, of its eight
    row = near[hit[:, 0], 0]
    point = near[hit[:, 0], 1] * group + hit[:, 1]  # rising within each row
    begins = torch.searchsorted(row, torch.arange(rows + 1, device=values.device))
    rank = torch.arange(len(row), device=values.device) - begins[row]
    kept = rank < count
    index = torch.zeros((rows, count), dtype=torch.int64, device=values.device)
    index[row[kept], rank[kept]] = point[kept]
    found = begins.diff().clamp(max=count)
    missing = torch.arange(count, device=values.device) >= found.unsqueeze(1)
    index = torch.where(missing, index[:, :1], index)
    return index.view(batch, m, count), found.view(batch, m)
