"""Local surface geometry of a cloud: normals, occluding contour, smooth segments."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from grasp_core.checks import Float
from grasp_core.chunks import for_each_chunk
from grasp_core.cloud import PointCloud

#: Threads of a k-d tree query; other cores are left to the rest of the stack.
WORKERS = 2
#: Neighbours that a point's surface is estimated from; within 3 voxels there are about 28.
NEIGHBORS = 24
#: Fewer neighbours define no surface.
LEAST_NEIGHBORS = 3
#: A gap this wide between the directions to a point's neighbours, as seen by the camera, makes it
#: a point of the occluding contour (radians). On a straight edge the gap is pi, inside about pi/4.
CONTOUR_GAP = math.radians(110)
#: The neighbours of a contour point lie to one side: their mean is at least so far away, relative
#: to their root mean square distance. On a straight edge it is 0.6; in a row of points, which a
#: steep side seen by a coarse sensor falls apart into, it is 0.
LEAST_OUTSIDE = 0.25
#: Two neighbours are not joined where the surface folds inwards between them by more than this
#: (sine of the angle): objects that touch meet in such a crease (Stein et al. 2014, LCCP).
CONCAVITY = math.sin(math.radians(12))
#: A point with a larger share of concave edges, or on the contour, joins no two others: sensor
#: noise opens a way through a crease at single edges, seldom through a band of points.
CREASE_SHARE = 0.15


@dataclass(frozen=True, eq=False)
class Surface:
    """Local geometry at each of N points.

    Attributes
    ----------
    normals : (N, 3) unit, towards the camera; (0, 0, 0) where there are too few neighbours.
    contour : (N, 3) unit vector out of the object at points of the occluding contour, orthogonal to
        the view ray; (0, 0, 0) elsewhere. Where a smooth object turns away from the camera its
        normal is orthogonal to the ray (Marr 1977), so this is the normal of the hidden side; for
        an edge it is the side's direction as far as the image tells.
    segments : (N,) index of the locally convex segment of each point.
    centroids : (S, 3) metres, mean point of each segment.
    """

    normals: Float
    contour: Float
    segments: NDArray[np.int32]
    centroids: Float


def estimate_surface(cloud: PointCloud, radius: float) -> Surface:
    """Estimate the surface from the neighbours of each point within `radius` metres."""
    points = cloud.points.astype(np.float64)
    tree = cKDTree(points, balanced_tree=False, compact_nodes=False)
    # A missing neighbour is reported as index N.
    _, neighbors = tree.query(points, k=NEIGHBORS, distance_upper_bound=radius, workers=WORKERS)
    normals, contour = np.zeros_like(points), np.zeros_like(points)
    seen_from = cloud.seen_from
    for_each_chunk(
        lambda begin, end: _local_geometry(
            points, neighbors, seen_from, begin, end, normals, contour
        ),
        len(points),
    )
    segments = _segments(points, normals, contour, neighbors, radius)
    counts = np.bincount(segments)
    sums = [np.bincount(segments, weights=points[:, axis]) for axis in range(3)]
    return Surface(normals, contour, segments, np.stack(sums, axis=-1) / counts[:, None])


def _segments(
    points: Float,
    normals: Float,
    contour: Float,
    neighbors: NDArray[np.int64],
    radius: float,
) -> NDArray[np.int32]:
    """Connect the convex inside to components; creases and contours join the nearest one."""
    n = len(points)
    rows = np.repeat(np.arange(n), NEIGHBORS - 1)
    columns = neighbors[:, 1:].ravel()
    rows, columns = rows[columns < n], columns[columns < n]
    offset = points[columns] - points[rows]
    length = np.linalg.norm(offset, axis=1)
    fold = np.einsum("ij,ij->i", normals[columns] - normals[rows], offset)
    concave = fold < -CONCAVITY * length
    edges = np.maximum(np.bincount(rows, minlength=n), 1)
    inside = np.bincount(rows, weights=concave, minlength=n) / edges < CREASE_SHARE
    inside &= ~contour.any(axis=1)
    joined = inside[rows] & inside[columns] & ~concave & (length <= radius * 2 / 3)
    graph = coo_matrix(
        (np.ones(joined.sum(), dtype=np.int8), (rows[joined], columns[joined])), shape=(n, n)
    )
    labels: NDArray[np.int32] = connected_components(graph, directed=False)[1]
    if inside.any() and not inside.all():
        _, nearest = cKDTree(points[inside]).query(points[~inside], workers=WORKERS)
        labels[~inside] = labels[inside][nearest]
    return np.unique(labels, return_inverse=True)[1].astype(np.int32)


@njit(cache=True, nogil=True)
def _local_geometry(
    points: Float,
    neighbors: NDArray[np.int64],
    seen_from: Float,
    begin: int,
    end: int,
    normals: Float,
    contour: Float,
) -> None:
    """Write normals and contour directions (N, 3) of the points from `begin` to `end`.

    `neighbors` holds indices (N, K), N where there is none; the first is the point itself.
    """
    n, k = neighbors.shape
    offsets = np.empty((3, k))
    angles = np.empty(k)
    ray, normal, mean = np.empty(3), np.empty(3), np.empty(3)
    for i in range(begin, end):
        count = 0
        mean[:] = 0.0
        for j in neighbors[i, 1:]:
            if j < n:
                for axis in range(3):
                    offsets[axis, count] = points[j, axis] - points[i, axis]
                    mean[axis] += offsets[axis, count]
                count += 1
        if count < LEAST_NEIGHBORS:
            continue
        distance = 0.0
        for axis in range(3):
            mean[axis] /= count + 1  # the point itself counts, its offset is zero
            ray[axis] = points[i, axis] - seen_from[i, axis]
            distance += ray[axis] * ray[axis]
        distance = max(math.sqrt(distance), 1e-12)
        towards = 0.0
        _smallest_axis(offsets[:, :count], mean, normal)
        for axis in range(3):
            ray[axis] /= distance
            towards += normal[axis] * ray[axis]
        for axis in range(3):
            normals[i, axis] = -normal[axis] if towards > 0 else normal[axis]
        if _largest_gap(offsets[:, :count], ray, angles) > CONTOUR_GAP:
            along = mean[0] * ray[0] + mean[1] * ray[1] + mean[2] * ray[2]
            length, spread = 0.0, 0.0
            for axis in range(3):
                contour[i, axis] = along * ray[axis] - mean[axis]
                length += contour[i, axis] ** 2
                for j in range(count):
                    spread += offsets[axis, j] ** 2
            if length < LEAST_OUTSIDE * LEAST_OUTSIDE * spread / count:
                contour[i] = 0.0
            else:
                contour[i] /= math.sqrt(length)


@njit(cache=True, nogil=True)
def _smallest_axis(offsets: Float, mean: Float, axis: Float) -> None:
    """Write the unit eigenvector of the smallest eigenvalue of the covariance of offsets (3, K).

    The point that the offsets start from counts too: its own offset is zero.
    """
    xx, xy, xz = mean[0] * mean[0], mean[0] * mean[1], mean[0] * mean[2]
    yy, yz, zz = mean[1] * mean[1], mean[1] * mean[2], mean[2] * mean[2]
    for j in range(offsets.shape[1]):
        dx, dy, dz = offsets[0, j] - mean[0], offsets[1, j] - mean[1], offsets[2, j] - mean[2]
        xx += dx * dx
        xy += dx * dy
        xz += dx * dz
        yy += dy * dy
        yz += dy * dz
        zz += dz * dz
    scale = max(xx + yy + zz, 1e-18)
    xx, xy, xz, yy, yz, zz = xx / scale, xy / scale, xz / scale, yy / scale, yz / scale, zz / scale
    # Smallest root of the characteristic cubic (Smith 1961).
    third = (xx + yy + zz) / 3
    a, b, c = xx - third, yy - third, zz - third
    p = math.sqrt(max((a * a + b * b + c * c + 2 * (xy * xy + xz * xz + yz * yz)) / 6, 1e-18))
    determinant = a * (b * c - yz * yz) - xy * (xy * c - yz * xz) + xz * (xy * yz - b * xz)
    angle = math.acos(min(1.0, max(-1.0, determinant / (2 * p * p * p)))) / 3
    smallest = third + 2 * p * math.cos(angle + 2 * math.pi / 3)
    # Two rows of (C - smallest I) span the plane orthogonal to the eigenvector: the longest of
    # their three cross products is the best conditioned.
    a, b, c = xx - smallest, yy - smallest, zz - smallest
    crosses = (
        (xy * yz - xz * b, xz * xy - a * yz, a * b - xy * xy),
        (b * c - yz * yz, yz * xz - xy * c, xy * yz - b * xz),
        (yz * xz - c * xy, c * a - xz * xz, xz * xy - yz * a),
    )
    longest = 0.0
    axis[:] = 0.0
    for x, y, z in crosses:
        length = math.sqrt(x * x + y * y + z * z)
        if length > longest:
            longest = length
            axis[0], axis[1], axis[2] = x / length, y / length, z / length


@njit(cache=True, nogil=True)
def _largest_gap(offsets: Float, ray: Float, angles: Float) -> float:
    """Find the largest angle between consecutive offsets (3, K), seen along `ray`."""
    # Two axes across the ray, by the branch of the smaller error (Duff et al. 2017).
    sign = 1.0 if ray[2] >= 0 else -1.0
    a = -1.0 / (sign + ray[2])
    b = ray[0] * ray[1] * a
    right = (1.0 + sign * ray[0] * ray[0] * a, sign * b, -sign * ray[0])
    down = (b, sign + ray[1] * ray[1] * a, -ray[1])
    count = offsets.shape[1]
    for j in range(count):
        x, y, z = offsets[0, j], offsets[1, j], offsets[2, j]
        angle = math.atan2(
            x * down[0] + y * down[1] + z * down[2], x * right[0] + y * right[1] + z * right[2]
        )
        slot = j  # insertion sort: the fastest for two dozen values
        while slot > 0 and angles[slot - 1] > angle:
            angles[slot] = angles[slot - 1]
            slot -= 1
        angles[slot] = angle
    gap: float = angles[0] + 2 * math.pi - angles[count - 1]
    for j in range(count - 1):
        gap = max(gap, angles[j + 1] - angles[j])
    return gap
