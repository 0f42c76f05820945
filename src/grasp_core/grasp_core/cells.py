"""`Cells`: points sorted by the cell of a regular grid, and how many lie in oriented boxes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from grasp_core.checks import Float

#: Widening, in cells, of what decides which cells are looked at; so rounding never skips a point.
SLACK = 1e-6


class Cells(NamedTuple):
    """The arrays of a `PointGrid`, as its kernels take them.

    The outermost cells on each side are unbounded: they hold what lies outside the inner cells.

    Attributes
    ----------
    points : (N, 3) float32 metres; the points of one cell are neighbours.
    starts : (cells + 1,) index of each cell's first point; cells are numbered in C order.
    shape : (3,) number of cells along x, y, z, the unbounded ones included.
    origin : (3,) metres, the corner of cell (0, 0, 0) were it bounded.
    edge_m : metres, edge of a bounded cell.
    """

    points: NDArray[np.float32]
    starts: NDArray[np.int32]
    shape: NDArray[np.int64]
    origin: Float
    edge_m: float


@njit(cache=True, nogil=True)
def cell_index(coordinate: float, origin: float, edge_m: float, n: int) -> int:
    """Give the index of the cell of `coordinate` along an axis; it never falls as that rises."""
    return int(min(max(np.floor((coordinate - origin) / edge_m), 0.0), n - 1.0))


@njit(cache=True, nogil=True)
def sort_points(points: NDArray[np.float32], cells: Cells) -> None:
    """Fill `cells.points` with `points` and `cells.starts`, which is zero: a counting sort."""
    order, starts = cells.points, cells.starts
    nx, ny, nz = cells.shape
    x0, y0, z0 = cells.origin
    edge_m = cells.edge_m
    keys = np.empty(len(points), dtype=np.int32)
    for i in range(len(points)):
        column = cell_index(points[i, 0], x0, edge_m, nx) * ny + cell_index(
            points[i, 1], y0, edge_m, ny
        )
        keys[i] = column * nz + cell_index(points[i, 2], z0, edge_m, nz)
        starts[keys[i] + 1] += 1
    for cell in range(1, len(starts)):
        starts[cell] += starts[cell - 1]
    free = starts[:-1].copy()  # where the next point of each cell goes
    for i in range(len(points)):
        for axis in range(3):  # a row at once is slower: numba checks whether the arrays overlap
            order[free[keys[i]], axis] = points[i, axis]
        free[keys[i]] += 1


@njit(cache=True, nogil=True)
def count_points(
    cells: Cells, T: Float, lower: Float, upper: Float, stop_at: int, counts: NDArray[np.int64]
) -> None:
    """Write the counts (N, B) for boxes (N, B, 3) in frames with poses (N, 4, 4)."""
    for n in range(len(T)):
        for b in range(lower.shape[1]):
            counts[n, b] = _count_box(cells, T[n], lower[n, b], upper[n, b], stop_at)


@njit(cache=True, nogil=True)
def _count_box(cells: Cells, T: Float, lower: Float, upper: Float, stop_at: int) -> int:
    """Count the points in one box.

    In each column of cells along z only the part that the box can meet is looked at; its points
    are neighbours in `cells.points`.
    """
    nx, ny, nz = cells.shape
    ox, oy, oz = cells.origin
    edge_m = cells.edge_m
    x0, x1 = _bounds(0, T, lower, upper, edge_m)
    y0, y1 = _bounds(1, T, lower, upper, edge_m)
    z0, z1 = _bounds(2, T, lower, upper, edge_m)
    count = 0
    for ix in range(cell_index(x0, ox, edge_m, nx), cell_index(x1, ox, edge_m, nx) + 1):
        for iy in range(cell_index(y0, oy, edge_m, ny), cell_index(y1, oy, edge_m, ny) + 1):
            bottom, top = z0, z1
            if 0 < ix < nx - 1 and 0 < iy < ny - 1:  # a bounded column
                x, y = ox + (ix + 0.5) * edge_m, oy + (iy + 0.5) * edge_m
                bottom, top = _column_span(x, y, edge_m, T, lower, upper, z0, z1)
                if bottom > top:
                    continue
            column = (ix * ny + iy) * nz
            begin = cells.starts[column + cell_index(bottom, oz, edge_m, nz)]
            end = cells.starts[column + cell_index(top, oz, edge_m, nz) + 1]
            for i in range(begin, end):
                if _is_inside(cells.points[i], T, lower, upper):
                    count += 1
                    if count == stop_at:
                        return count
    return count


@njit(cache=True, nogil=True)
def _bounds(axis: int, T: Float, lower: Float, upper: Float, edge_m: float) -> tuple[float, float]:
    """Bound the box along one axis of the cells."""
    middle, reach = T[axis, 3], SLACK * edge_m
    for k in range(3):
        middle += T[axis, k] * (lower[k] + upper[k]) / 2
        reach += abs(T[axis, k]) * (upper[k] - lower[k]) / 2
    return middle - reach, middle + reach


@njit(cache=True, nogil=True)
def _column_span(
    x: float, y: float, edge_m: float, T: Float, lower: Float, upper: Float, z0: float, z1: float
) -> tuple[float, float]:
    """Bound where the column of cells around (x, y) can meet the box between z0 and z1.

    Each axis a of the box allows a slab of the column: lower <= a · (p - t) <= upper. The first
    bound is above the second where there is no such place.
    """
    slack = SLACK * edge_m
    for k in range(3):
        middle = T[0, k] * (x - T[0, 3]) + T[1, k] * (y - T[1, 3])
        reach = (abs(T[0, k]) + abs(T[1, k])) * edge_m / 2 + slack
        low, high = lower[k] - reach - middle, upper[k] + reach - middle
        slope = T[2, k]
        if slope != 0.0:
            end_a, end_b = T[2, 3] + low / slope, T[2, 3] + high / slope
            z0 = max(z0, min(end_a, end_b) - slack)
            z1 = min(z1, max(end_a, end_b) + slack)
        elif low > 0.0 or high < 0.0:
            return 1.0, 0.0
    return z0, z1


@njit(cache=True, nogil=True)
def _is_inside(point: NDArray[np.float32], T: Float, lower: Float, upper: Float) -> bool:
    """Tell whether `point` (3,) lies in the closed box."""
    x, y, z = point[0] - T[0, 3], point[1] - T[1, 3], point[2] - T[2, 3]
    for k in range(3):
        along = T[0, k] * x + T[1, k] * y + T[2, k] * z
        if along < lower[k] or along > upper[k]:
            return False
    return True
