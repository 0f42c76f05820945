"""Collision of a gripper with a triangle mesh."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from grasp_core.checks import Float, check_array
from grasp_core.chunks import for_each_chunk
from grasp_core.errors import ArrayError, FrameError
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.triangle_tree import Nodes, TriangleTree

#: Metres; widening of the bounds of triangles, so that rounding never skips one that is touched.
SLACK_M = 1e-9


def gripper_mesh_collisions(
    grasps: Grasps, gripper: Gripper, mesh: TriangleTree, approach_distance: float = 0.0
) -> NDArray[np.bool_]:
    """Tell which grasps put a finger or the palm into a mesh.

    Parameters
    ----------
    grasps : N grasps, in the frame of the mesh.
    gripper : shape of the fingers and the palm, opened to each grasp's width.
    approach_distance : metres; the straight way from the pre-grasp, this far back along the
        approach direction, must be free as well.

    Returns
    -------
    (N,) True where the gripper collides, see `boxes_hit_mesh`.

    Raises
    ------
    FrameError : grasps and mesh are in different frames.
    ArrayError : `approach_distance` is negative.
    """
    if approach_distance < 0.0:
        raise ArrayError(f"approach_distance: {approach_distance} m must not be negative")
    if grasps.frame_id != mesh.frame_id:
        raise FrameError(f"grasps are in {grasps.frame_id}, the mesh is in {mesh.frame_id}")
    lower, upper = gripper.boxes(grasps.widths, approach_distance)
    return boxes_hit_mesh(mesh, grasps.T_frame_grasp, lower, upper)


def boxes_hit_mesh(
    mesh: TriangleTree, T_frame_box: Float, lower: Float, upper: Float
) -> NDArray[np.bool_]:
    """Tell where one of several oriented boxes meets a mesh; touching is meeting.

    A box meets the mesh when it meets a triangle (separating axes: Akenine-Moller, "Fast 3D
    triangle-box overlap testing", 2001) or, where the mesh is closed, when its centre lies inside,
    that is when the mesh winds around it.

    Parameters
    ----------
    T_frame_box : (N, 4, 4) poses, in the frame of the mesh, of the frames of the boxes.
    lower, upper : (N, B, 3) metres, corners of the B boxes of each of these frames.

    Returns
    -------
    (N,) True where at least one of the B boxes meets the mesh.

    Raises
    ------
    ArrayError : shapes do not fit, or a value is not finite.
    """
    n = len(T_frame_box)
    T = np.ascontiguousarray(check_array(T_frame_box, (n, 4, 4), "T_frame_box"))
    low = np.ascontiguousarray(check_array(lower, (n, None, 3), "lower"))
    high = np.ascontiguousarray(check_array(upper, low.shape, "upper"))
    hits = np.zeros(n, dtype=np.bool_)

    def work(begin: int, end: int) -> None:
        part = slice(begin, end)
        _boxes_hit(mesh.nodes, mesh.closed, T[part], low[part], high[part], hits[part])

    for_each_chunk(work, n)
    return hits


@njit(cache=True, nogil=True)
def _boxes_hit(
    nodes: Nodes, closed: bool, T: Float, lower: Float, upper: Float, hits: NDArray[np.bool_]
) -> None:
    """Write for boxes (N, B, 3) in frames with poses (N, 4, 4) whether one of the B is hit."""
    centre, reach, half = np.empty(3), np.empty(3), np.empty(3)
    for n in range(len(T)):
        for b in range(lower.shape[1]):
            for axis in range(3):
                half[axis] = (upper[n, b, axis] - lower[n, b, axis]) / 2
            for axis in range(3):  # of the mesh
                centre[axis], reach[axis] = T[n, axis, 3], SLACK_M
                for k in range(3):
                    centre[axis] += T[n, axis, k] * (lower[n, b, k] + upper[n, b, k]) / 2
                    reach[axis] += abs(T[n, axis, k]) * half[k]
            if _surface_meets(nodes, T[n], centre, reach, half) or (
                closed and _winding(nodes, centre) != 0
            ):
                hits[n] = True
                break


@njit(cache=True, nogil=True)
def _surface_meets(nodes: Nodes, T: Float, centre: Float, reach: Float, half: Float) -> bool:
    """Tell whether a triangle meets the box with axes T[:3, :3] and half sides `half`."""
    node = 0
    while node < len(nodes.after):
        if _bounds_meet(nodes.lower[node], nodes.upper[node], T, centre, reach, half):
            for i in range(nodes.begin[node], nodes.end[node]):
                if _triangle_meets(nodes.corners[i], T, centre, half):
                    return True
            node += 1
        else:
            node = nodes.after[node]
    return False


@njit(cache=True, nogil=True)
def _bounds_meet(
    low: Float, high: Float, T: Float, centre: Float, reach: Float, half: Float
) -> bool:
    """Tell whether bounds along the axes of the mesh may meet the box: six of fifteen axes."""
    for axis in range(3):
        if low[axis] > centre[axis] + reach[axis] or high[axis] < centre[axis] - reach[axis]:
            return False
    for k in range(3):
        along, radius = 0.0, half[k] + SLACK_M
        for axis in range(3):
            along += T[axis, k] * ((low[axis] + high[axis]) / 2 - centre[axis])
            radius += abs(T[axis, k]) * (high[axis] - low[axis]) / 2
        if abs(along) > radius:
            return False
    return True


@njit(cache=True, nogil=True)
def _triangle_meets(corners: Float, T: Float, centre: Float, half: Float) -> bool:
    """Tell whether a triangle (3, 3) meets the box, by the separating axis theorem.

    A triangle without area has a zero normal, which separates nothing; the other axes decide.
    """
    p = np.empty((3, 3))  # the corners in the frame of the box, from its centre
    for c in range(3):
        for k in range(3):
            p[c, k] = 0.0
            for axis in range(3):
                p[c, k] += T[axis, k] * (corners[c, axis] - centre[axis])
    for k in range(3):
        if min(p[0, k], p[1, k], p[2, k]) > half[k] or max(p[0, k], p[1, k], p[2, k]) < -half[k]:
            return False
    for c in range(3):
        d = (c + 1) % 3
        for k in range(3):  # the edge from corner c to d, crossed with axis k of the box
            i, j = (k + 1) % 3, (k + 2) % 3
            u, v = p[d, i] - p[c, i], p[d, j] - p[c, j]
            on_edge = u * p[c, j] - v * p[c, i]
            off_edge = u * p[(c + 2) % 3, j] - v * p[(c + 2) % 3, i]
            radius = abs(u) * half[j] + abs(v) * half[i]
            if min(on_edge, off_edge) > radius or max(on_edge, off_edge) < -radius:
                return False
    distance, radius = 0.0, 0.0  # along the normal
    for k in range(3):
        i, j = (k + 1) % 3, (k + 2) % 3
        normal = (p[1, i] - p[0, i]) * (p[2, j] - p[0, j])
        normal -= (p[1, j] - p[0, j]) * (p[2, i] - p[0, i])
        distance += normal * p[0, k]
        radius += abs(normal) * half[k]
    return bool(abs(distance) <= radius)


@njit(cache=True, nogil=True)
def _winding(nodes: Nodes, point: Float) -> int:
    """Count how often a closed mesh winds around a point off its surface.

    Follows the ray along +z: each triangle that it leaves the volume through adds one, each that
    it enters through takes one away.
    """
    winding = 0
    node = 0
    while node < len(nodes.after):
        low, high = nodes.lower[node], nodes.upper[node]
        if low[0] <= point[0] <= high[0] and low[1] <= point[1] <= high[1] and point[2] <= high[2]:
            for i in range(nodes.begin[node], nodes.end[node]):
                winding += _crossing(nodes.corners[i], point)
            node += 1
        else:
            node = nodes.after[node]
    return winding


@njit(cache=True, nogil=True)
def _crossing(corners: Float, point: Float) -> int:
    """Tell how the ray from `point` along +z crosses a triangle: 1 out, -1 in, 0 not.

    Seen along z the triangle winds around the point by the sum over its edges that cross the
    half line y = point y, x > point x. An edge is always taken from its lower end, so that
    the two triangles that share it agree to the last bit, and a ray through an edge or a corner
    crosses the surface exactly once.
    """
    winding = 0
    for c in range(3):
        a, b, step = corners[c], corners[(c + 1) % 3], 1
        if a[1] > b[1]:
            a, b, step = b, a, -1
        if a[1] <= point[1] < b[1]:
            side = (b[0] - a[0]) * (point[1] - a[1]) - (point[0] - a[0]) * (b[1] - a[1])
            if side > 0.0:
                winding += step
    if winding == 0:
        return 0
    a, b, c = corners[0], corners[1], corners[2]
    nx = (b[1] - a[1]) * (c[2] - a[2]) - (b[2] - a[2]) * (c[1] - a[1])
    ny = (b[2] - a[2]) * (c[0] - a[0]) - (b[0] - a[0]) * (c[2] - a[2])
    nz = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    below = nx * (a[0] - point[0]) + ny * (a[1] - point[1]) + nz * (a[2] - point[2])
    return winding if below * nz > 0.0 else 0  # above the point lies the plane, not below
