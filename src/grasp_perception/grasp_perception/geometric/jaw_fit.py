"""How deep open jaws reach around a contact pair before something stops them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from grasp_core.cells import Cells, cell_index
from grasp_core.checks import Float
from grasp_core.chunks import for_each_chunk
from grasp_core.gripper import Gripper
from grasp_core.plane import Plane
from grasp_core.point_grid import PointGrid
from grasp_perception.geometric.contact_pairs import ContactPairs

#: Gap between an object and each open finger, metres; the first one that costs no depth is taken.
#: Must exceed the flying pixels around an edge, about two at half a metre.
CLEARANCES_M = np.array([0.010, 0.005])
#: Depth that a wider gap may cost.
DEPTH_FOR_CLEARANCE_M = 0.002
#: Fingertips go this far beyond the contacts where nothing stops them, at most half a pad.
DEPTH_M = 0.02
#: Least depth of the fingertips beyond seen contacts, and beyond contacts guessed from the contour,
#: which a depth camera smears down the hidden side.
LEAST_DEPTH_M = 0.001
LEAST_HIDDEN_DEPTH_M = -0.012
#: Least length of object between the fingers, along the approach; less slips out.
LEAST_ENGAGEMENT_M = 0.004
#: Kept between fingertips and whatever lies ahead, and around the fingers: half a voxel.
MARGIN_M = 0.0015
#: Height of the fingertips' corners over the support plane.
SUPPORT_MARGIN_M = 0.003
#: Surface this near to a pad will touch it when the fingers close.
TOUCH_M = 0.005
#: Strips of a pad in which contact is looked for, and the share of them that must find it.
STRIPS = 8
LEAST_COVERAGE = 0.25


@dataclass(frozen=True, eq=False)
class JawFit:
    """How the gripper fits at each of N pairs under each of M approach directions.

    Attributes
    ----------
    depth : (N, M) metres from the pair's centre to the fingertips along the approach; NaN where the
        gripper does not fit.
    opening : (N, M) metres between the fingers.
    engagement : (N, M) metres of object between the fingers, along the approach.
    coverage : (N, M) in [0, 1], share of the pads' width that faces a surface on both sides.
    """

    depth: Float
    opening: Float
    engagement: Float
    coverage: Float


def fit_jaws(
    pairs: ContactPairs,
    approach: Float,
    turns: Float,
    wanted: NDArray[np.bool_],
    gripper: Gripper,
    obstacles: PointGrid,
    support: Plane | None,
) -> JawFit:
    """Slide the open gripper over each pair until a point, the palm or the support stops it.

    Parameters
    ----------
    approach : (N, 3) unit, orthogonal to each pair's closing direction.
    turns : (M,) radians, rotations of the approach about the closing direction.
    wanted : (N, M) where to look at all.
    obstacles : downsampled points of the whole scene.
    """
    shape = (len(pairs), len(turns))
    fit = JawFit(np.full(shape, np.nan), np.full(shape, np.nan), np.zeros(shape), np.zeros(shape))
    least = np.where(pairs.visible > 0, LEAST_DEPTH_M, LEAST_HIDDEN_DEPTH_M)
    plane = np.zeros(4) if support is None else np.array([*support.normal, support.offset])
    jaws = _Jaws(
        length=gripper.finger_length,
        half_pad=gripper.finger_width / 2,
        thickness=gripper.finger_thickness,
        pad_length=gripper.pad_length,
        half_palm=gripper.palm_size[1] / 2,
        half_palm_height=gripper.palm_size[2] / 2,
        max_width=gripper.max_width,
    )

    def work(begin: int, end: int) -> None:
        part = slice(begin, end)
        _fit(
            obstacles.cells,
            jaws,
            plane,
            turns,
            pairs.centers[part],
            pairs.closing[part],
            pairs.widths[part],
            approach[part],
            wanted[part],
            least[part],
            fit.depth[part],
            fit.opening[part],
            fit.engagement[part],
            fit.coverage[part],
        )

    for_each_chunk(work, len(pairs))
    return fit


class _Jaws(NamedTuple):
    """The lengths of a `Gripper` that the kernels need, metres."""

    length: float
    half_pad: float
    thickness: float
    pad_length: float
    half_palm: float
    half_palm_height: float
    max_width: float


@njit(cache=True, nogil=True)
def _fit(
    cells: Cells,
    jaws: _Jaws,
    plane: Float,
    turns: Float,
    centers: Float,
    closing: Float,
    widths: Float,
    approach: Float,
    wanted: NDArray[np.bool_],
    least: Float,
    depth: Float,
    opening: Float,
    engagement: Float,
    coverage: Float,
) -> None:
    """Write the fit (N, M) of each pair under each turn; what does not fit is left as it is."""
    # Beyond this radius only the palm's corners and the wrist can touch; the exact filter looks.
    side_reach = max(jaws.half_palm, jaws.max_width / 2 + jaws.thickness)
    radius = math.sqrt((jaws.length + DEPTH_M) ** 2 + side_reach**2)
    nearby = np.empty((3, len(cells.points)))
    turned = np.empty((2, len(cells.points)))
    free = np.empty(len(CLEARANCES_M))
    for n in range(len(centers)):
        side = np.cross(approach[n], closing[n])
        half_width = widths[n] / 2
        halves = np.minimum(half_width + CLEARANCES_M, jaws.max_width / 2)
        finger_reach = halves.max() + jaws.thickness + MARGIN_M
        count = _gather(
            cells, centers[n], closing[n], approach[n], side, radius, finger_reach, nearby
        )
        local = nearby[:, :count]
        for m in np.flatnonzero(wanted[n]):
            cosine, sine = math.cos(turns[m]), math.sin(turns[m])
            along, lateral = turned[0, :count], turned[1, :count]
            _turn(local, cosine, sine, along, lateral)
            top = _stops(along, local[1], lateral, half_width, halves, jaws, free)
            _stop_at_support(
                plane,
                centers[n],
                closing[n],
                cosine * approach[n] + sine * side,
                cosine * side - sine * approach[n],
                halves,
                jaws,
                free,
            )
            best = 0
            for k in range(1, len(halves)):
                if free[k] > free[best] + DEPTH_FOR_CLEARANCE_M:
                    best = k
            if free[best] < max(least[n], top + LEAST_ENGAGEMENT_M):
                continue
            covered = _pad_coverage(along, local[1], lateral, half_width, free[best], jaws)
            if covered < LEAST_COVERAGE:
                continue
            depth[n, m] = free[best]
            opening[n, m] = 2 * halves[best]
            engagement[n, m] = free[best] - top
            coverage[n, m] = covered


@njit(cache=True, nogil=True)
def _turn(local: Float, cosine: float, sine: float, along: Float, lateral: Float) -> None:
    """Write the coordinates (K,) along the turned approach and across it.

    `local` holds the points (3, K) along approach, closing direction and side before the turn.
    A loop of its own, without branches, runs on the processor's vector units.
    """
    for i in range(len(along)):
        along[i] = cosine * local[0, i] + sine * local[2, i]
        lateral[i] = cosine * local[2, i] - sine * local[0, i]


@njit(cache=True, nogil=True)
def _stops(
    along: Float,
    across: Float,
    lateral: Float,
    half_width: float,
    halves: Float,
    jaws: _Jaws,
    free: Float,
) -> float:
    """Write how deep the fingers go for each half opening, and return where the object begins."""
    deepest = min(DEPTH_M, jaws.pad_length / 2)
    free[:] = deepest
    top, palm_stop = deepest, deepest
    above_palm = deepest - jaws.length + MARGIN_M
    for i in range(len(along)):
        x, y, z = along[i], abs(across[i]), abs(lateral[i])
        if x > deepest + MARGIN_M:  # most points: they lie ahead of the fingertips
            continue
        if x < above_palm and z <= jaws.half_palm_height and y <= jaws.half_palm:
            palm_stop = min(palm_stop, x + jaws.length - MARGIN_M)
        if z > jaws.half_pad + MARGIN_M:
            continue
        if y < half_width and z <= jaws.half_pad:
            top = min(top, x)
        for k in range(len(halves)):
            if halves[k] - MARGIN_M <= y <= halves[k] + jaws.thickness + MARGIN_M:
                free[k] = min(free[k], x - MARGIN_M)
    for k in range(len(halves)):
        free[k] = min(free[k], palm_stop)
    return top


@njit(cache=True, nogil=True)
def _stop_at_support(
    plane: Float,
    center: Float,
    closing: Float,
    direction: Float,
    lateral: Float,
    halves: Float,
    jaws: _Jaws,
    free: Float,
) -> None:
    """Keep the lowest corner of a fingertip above the support; a plane of zeros is none."""
    normal = plane[:3]
    descent = -(normal @ direction)
    if descent < 1e-6:
        return
    height = normal @ center + plane[3] - SUPPORT_MARGIN_M
    height -= abs(normal @ lateral) * jaws.half_pad
    for k in range(len(halves)):
        corner = abs(normal @ closing) * (halves[k] + jaws.thickness)
        free[k] = min(free[k], (height - corner) / descent)


@njit(cache=True, nogil=True)
def _gather(
    cells: Cells,
    center: Float,
    closing: Float,
    approach: Float,
    side: Float,
    radius: float,
    finger_reach: float,
    local: Float,
) -> int:
    """Write what can matter, in the axes (approach, closing, side); return how many points.

    These are the points within `radius` that lie in the slab of the fingers, or above the pair,
    where the palm comes.
    """
    points, starts, shape, origin, edge_m = cells
    count = 0
    first_z = cell_index(center[2] - radius, origin[2], edge_m, shape[2])
    last_z = cell_index(center[2] + radius, origin[2], edge_m, shape[2])
    for ix in range(
        cell_index(center[0] - radius, origin[0], edge_m, shape[0]),
        cell_index(center[0] + radius, origin[0], edge_m, shape[0]) + 1,
    ):
        for iy in range(
            cell_index(center[1] - radius, origin[1], edge_m, shape[1]),
            cell_index(center[1] + radius, origin[1], edge_m, shape[1]) + 1,
        ):
            column = (ix * shape[1] + iy) * shape[2]
            for i in range(starts[column + first_z], starts[column + last_z + 1]):
                x = points[i, 0] - center[0]
                y = points[i, 1] - center[1]
                z = points[i, 2] - center[2]
                if x * x + y * y + z * z > radius * radius:
                    continue
                along = approach[0] * x + approach[1] * y + approach[2] * z
                across = closing[0] * x + closing[1] * y + closing[2] * z
                if along > 0.0 and abs(across) > finger_reach:
                    continue
                local[0, count] = along
                local[1, count] = across
                local[2, count] = side[0] * x + side[1] * y + side[2] * z
                count += 1
    return count


@njit(cache=True, nogil=True)
def _pad_coverage(
    along: Float, across: Float, lateral: Float, half_width: float, depth: float, jaws: _Jaws
) -> float:
    """Share of the pads' strips that face a surface on both sides."""
    left = np.zeros(STRIPS, dtype=np.bool_)
    right = np.zeros(STRIPS, dtype=np.bool_)
    for i in range(len(along)):
        if not depth - jaws.pad_length <= along[i] <= depth:
            continue
        y, z = across[i], lateral[i]
        if abs(z) >= jaws.half_pad or abs(y) > half_width + TOUCH_M:
            continue
        strip = int((z + jaws.half_pad) / (2 * jaws.half_pad) * STRIPS)
        if y >= half_width - TOUCH_M:
            left[strip] = True
        if y <= TOUCH_M - half_width:
            right[strip] = True
    share: float = min(left.sum(), right.sum()) / STRIPS
    return share
