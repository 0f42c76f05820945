"""Voxel grids by hashing: downsampling, neighbour counts and connected components, any extent."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from grasp_core.errors import ArrayError


def voxel_downsample(
    points: NDArray[np.float32], voxel_size: float
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Replace the points of each occupied voxel by their mean.

    Parameters
    ----------
    points : (N, 3) metres; voxels are aligned with the origin of their frame.
    voxel_size : metres.

    Returns
    -------
    means : (M, 3), in the order in which the voxels first occur.
    representatives : (M,) index of the first point of each voxel.

    Raises
    ------
    ArrayError : the voxel size is not positive.
    """
    voxel_of, cells, _ = _voxelize(points, voxel_size)
    means = np.zeros((len(cells), 3))
    first = np.empty(len(cells), dtype=np.int64)
    _average(points, voxel_of, means, first)
    return means.astype(np.float32), first


def neighbor_counts(points: NDArray[np.float32], voxel_size: float) -> NDArray[np.int64]:
    """Count the occupied voxels among the 26 around each point's voxel, (N,).

    A closed surface fills at least 8 of them; a point that floats alone has none.

    Raises
    ------
    ArrayError : the voxel size is not positive.
    """
    voxel_of, cells, table = _voxelize(points, voxel_size)
    counts: NDArray[np.int64] = _count_neighbors(cells, table)[voxel_of]
    return counts


def voxel_components(points: NDArray[np.float32], voxel_size: float) -> NDArray[np.int64]:
    """Label points whose voxels touch, at least at a corner, as one component, (N,) from 0 up.

    Raises
    ------
    ArrayError : the voxel size is not positive.
    """
    voxel_of, cells, table = _voxelize(points, voxel_size)
    roots = _connect(cells, table)
    labels: NDArray[np.int64] = np.unique(roots[voxel_of], return_inverse=True)[1]
    return labels


def _voxelize(
    points: NDArray[np.float32], voxel_size: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Give each point's voxel (N,), each voxel's cell (M, 3) and the hash table of the voxels."""
    if not voxel_size > 0:
        raise ArrayError(f"voxel size {voxel_size} m must be positive")
    # At most half full, a power of two: linear probing then takes 1.5 steps on average.
    table = np.full(1 << int(2 * len(points) + 1).bit_length(), -1, dtype=np.int64)
    voxel_of = np.empty(len(points), dtype=np.int64)
    cells = np.empty((len(points), 3), dtype=np.int64)
    count = _assign(np.ascontiguousarray(points), 1.0 / voxel_size, table, voxel_of, cells)
    return voxel_of, cells[:count], table


@njit(cache=True, nogil=True, inline="always")
def _slot(x: int, y: int, z: int, size: int) -> int:
    """First slot to look in; the primes are those of Teschner et al. 2003."""
    return ((x * 73856093) ^ (y * 19349663) ^ (z * 83492791)) & (size - 1)


@njit(cache=True, nogil=True)
def _find(
    x: int, y: int, z: int, cells: NDArray[np.int64], table: NDArray[np.int64]
) -> tuple[int, int]:
    """Return the voxel at cell (x, y, z), or -1, and its slot or the free slot where it belongs."""
    slot = _slot(x, y, z, len(table))
    while True:
        voxel = table[slot]
        if voxel < 0 or (cells[voxel, 0] == x and cells[voxel, 1] == y and cells[voxel, 2] == z):
            return voxel, slot
        slot = (slot + 1) & (len(table) - 1)


@njit(cache=True, nogil=True)
def _assign(
    points: NDArray[np.float32],
    scale: float,
    table: NDArray[np.int64],
    voxel_of: NDArray[np.int64],
    cells: NDArray[np.int64],
) -> int:
    """Fill the table, `voxel_of` and `cells`; return the number of voxels."""
    count = 0
    for i in range(len(points)):
        x = int(np.floor(points[i, 0] * scale))
        y = int(np.floor(points[i, 1] * scale))
        z = int(np.floor(points[i, 2] * scale))
        voxel, slot = _find(x, y, z, cells, table)
        if voxel < 0:
            voxel = count
            table[slot] = voxel
            cells[voxel, 0], cells[voxel, 1], cells[voxel, 2] = x, y, z
            count += 1
        voxel_of[i] = voxel
    return count


@njit(cache=True, nogil=True)
def _average(
    points: NDArray[np.float32],
    voxel_of: NDArray[np.int64],
    means: NDArray[np.float64],
    first: NDArray[np.int64],
) -> None:
    """Write each voxel's mean point (M, 3) and first point (M,)."""
    counts = np.zeros(len(means), dtype=np.int64)
    for i in range(len(points)):
        voxel = voxel_of[i]
        if counts[voxel] == 0:
            first[voxel] = i
        counts[voxel] += 1
        for axis in range(3):
            means[voxel, axis] += points[i, axis]
    for voxel in range(len(means)):
        for axis in range(3):
            means[voxel, axis] /= counts[voxel]


@njit(cache=True, nogil=True)
def _count_neighbors(cells: NDArray[np.int64], table: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count the occupied cells around each cell."""
    counts = np.zeros(len(cells), dtype=np.int64)
    for i in range(len(cells)):
        for dx in range(-1, 2):
            for dy in range(-1, 2):
                for dz in range(-1, 2):
                    near, _ = _find(
                        cells[i, 0] + dx, cells[i, 1] + dy, cells[i, 2] + dz, cells, table
                    )
                    if near >= 0 and near != i:
                        counts[i] += 1
    return counts


@njit(cache=True, nogil=True)
def _connect(cells: NDArray[np.int64], table: NDArray[np.int64]) -> NDArray[np.int64]:
    """Give each cell the first cell of its component (union-find with path halving)."""
    parent = np.arange(len(cells))
    for i in range(len(cells)):
        for dx in range(-1, 2):
            for dy in range(-1, 2):
                for dz in range(-1, 2):
                    near, _ = _find(
                        cells[i, 0] + dx, cells[i, 1] + dy, cells[i, 2] + dz, cells, table
                    )
                    if near >= 0:
                        a, b = _root(parent, i), _root(parent, near)
                        parent[max(a, b)] = min(a, b)
    for i in range(len(cells)):
        parent[i] = _root(parent, i)
    return parent


@njit(cache=True, nogil=True)
def _root(parent: NDArray[np.int64], i: int) -> int:
    """Follow the parents of `i`, shortening the way."""
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i
