"""Preparation of a cloud: crop and support plane."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import Float
from grasp_core.cloud import PointCloud
from grasp_core.plane import Plane
from grasp_core.transforms import inverse, transform_points

#: RANSAC draws. With half of the points on the support, three random points miss it 300 times in a
#: row with a chance of 4e-18; with a fifth of them, of 0.09.
RANSAC_ITERATIONS = 300
#: RANSAC sees at most so many points: its cost is their number times the draws.
RANSAC_POINTS = 10000
#: Planes tried before giving up; the first is the support unless much of the scene lies below it.
PLANES_TRIED = 3
#: Largest share of points more than `BELOW_M` under a support; more means it is an object's face.
BELOW_SHARE = 0.1
BELOW_M = 0.02


def inside_box(points: NDArray[np.float32], T_frame_box: Float, size: Float) -> NDArray[np.bool_]:
    """Which points (N, 3) lie in an oriented box of edge lengths `size`, borders included."""
    half = (np.asarray(size) / 2).astype(points.dtype)
    inside: NDArray[np.bool_] = np.all(
        np.abs(transform_points(inverse(T_frame_box), points)) <= half, axis=1
    )
    return inside


def find_support(cloud: PointCloud, distance: float, least_share: float, seed: int) -> Plane | None:
    """Find the plane that the objects lie on.

    The largest plane is the support unless part of the scene lies below it: then it is the face of
    a large object, is set aside, and the next one is tried.

    Parameters
    ----------
    distance : metres, points nearer to a plane belong to it.
    least_share : share of all points that a support must hold; 1 or more looks for none.
    seed : of RANSAC; the same seed and cloud give the same plane.

    Returns
    -------
    The plane, its normal towards the viewpoint, or None.
    """
    points = cloud.points.astype(np.float64)
    left = points
    for _ in range(PLANES_TRIED):
        if len(left) < 3 or len(left) < least_share * len(points) or least_share >= 1:
            return None
        plane = _largest_plane(left, distance, cloud.viewpoint, seed)
        if plane is None:
            return None
        on_plane = np.abs(plane.height(left)) <= distance
        if on_plane.sum() < least_share * len(points):
            return None
        if np.mean(plane.height(points) < -BELOW_M) <= BELOW_SHARE:
            return plane
        left = left[~on_plane]
    return None


def _largest_plane(points: Float, distance: float, viewpoint: Float, seed: int) -> Plane | None:
    """RANSAC (Open3D) on a regular subset, then least squares on all inliers."""
    import open3d as o3d  # costs a second to import, and only this step needs it

    step = -(-len(points) // RANSAC_POINTS)
    geometry = o3d.geometry.PointCloud(o3d.utility.Vector3dVector(points[::step]))
    o3d.utility.random.seed(seed)
    # probability=1 draws every sample: stopping early would depend on the order of threads.
    (a, b, c, d), _ = geometry.segment_plane(
        distance, ransac_n=3, num_iterations=RANSAC_ITERATIONS, probability=1.0
    )
    normal = np.array([a, b, c])
    if not np.isfinite(normal).all() or np.linalg.norm(normal) < 1e-9:
        return None
    inliers = points[np.abs(points @ normal + d) <= distance]
    if len(inliers) < 3:
        return None
    center = inliers.mean(axis=0)
    normal = np.linalg.eigh(np.cov(inliers.T))[1][:, 0]
    if normal @ (viewpoint - center) < 0:
        normal = -normal
    return Plane(normal, -float(normal @ center))
