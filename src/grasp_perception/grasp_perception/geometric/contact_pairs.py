"""Antipodal contact pairs on an observed surface and on the sides hidden behind its contour."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from grasp_core.checks import Float
from grasp_core.chunks import for_each_chunk
from grasp_core.voxels import voxel_downsample
from grasp_perception.geometric.surface import Surface

#: Friction coefficient of the cones that pair contacts; rubber on smooth plastic has more.
FRICTION = 0.5
#: Each first contact keeps its best partner in each of so many equal parts of the stroke, so that
#: thin parts (a rim, a handle) do not lose against the object's whole width.
WIDTH_BINS = 4
#: First contacts are thinned to one per voxel of this edge; their partners are not.
SEED_SPACING_M = 0.005
#: Contacts nearer than this are noise of one surface, not two sides of a part.
LEAST_WIDTH_M = 0.002
#: Closing direction against the image plane: a contour says nothing of sides further from it.
LEAST_LATERAL = math.cos(math.radians(50))
#: A seen contact whose normal points this straight at the camera (cosine) has its partner on the
#: far side, which neither is seen nor shows in the contour.
MOST_FRONTAL = 0.8
#: Pairs are one pair when centre, closing direction and width fall into one of these steps.
CENTER_STEP_M = 0.008
CLOSING_STEP = 0.25
WIDTH_STEP_M = 0.01
#: Pairs kept per segment and part of the stroke: small objects get as many chances as large ones,
#: and many pairs across a thin rim do not crowd out those across the whole.
PAIRS_PER_GROUP = 24


@dataclass(frozen=True, eq=False)
class ContactPairs:
    """Two contacts each, `first` and `second`, in force closure for `FRICTION`.

    Attributes
    ----------
    centers : (N, 3) metres, midway between the contacts.
    closing : (N, 3) unit, from first to second.
    widths : (N,) metres between the contacts.
    quality : (N,) in [0, 1]; 1 when both normals lie along the closing direction, 0 on the border
        of the friction cone.
    visible : (N,) share of the contacts that were seen: 0, 0.5 or 1.
    segments : (N, 2) segment of each contact.
    """

    centers: Float
    closing: Float
    widths: Float
    quality: Float
    visible: Float
    segments: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.widths)

    def select(self, index: NDArray[np.integer]) -> ContactPairs:
        """Take the pairs that `index` names."""
        return ContactPairs(
            self.centers[index],
            self.closing[index],
            self.widths[index],
            self.quality[index],
            self.visible[index],
            self.segments[index],
        )


def find_contact_pairs(
    points: Float, surface: Surface, viewpoint: Float, max_width: float
) -> ContactPairs:
    """Pair contacts whose normals oppose each other along the line between them.

    Parameters
    ----------
    points : (N, 3) metres.
    viewpoint : (3,) metres, where the camera is, or (N, 3) for each point.
    max_width : metres, widest pair.
    """
    rays = points - viewpoint
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    hidden: NDArray[np.bool_] = np.any(surface.contour, axis=1)
    normals = np.where(hidden[:, None], surface.contour, surface.normals)
    frontal = np.abs(np.einsum("ij,ij->i", normals, rays)) > MOST_FRONTAL
    lateral = np.flatnonzero(normals.any(axis=1) & ~frontal)
    # Sorted along the longest axis, the partners of a contact are a range.
    axis = int(np.argmax(np.ptp(points, axis=0))) if len(points) else 0
    order = lateral[np.argsort(points[lateral, axis], kind="stable")]
    _, seeds = voxel_downsample(points[order].astype(np.float32), SEED_SPACING_M)
    partners = np.full((len(seeds), WIDTH_BINS), -1, dtype=np.int64)
    qualities = np.zeros((len(seeds), WIDTH_BINS))
    elements = (points[order], normals[order], rays[order], hidden[order])
    for_each_chunk(
        lambda begin, end: _best_partners(
            *elements, axis, seeds[begin:end], max_width, partners[begin:end], qualities[begin:end]
        ),
        len(seeds),
    )
    found = partners >= 0
    first = order[np.broadcast_to(seeds[:, None], partners.shape)[found]]
    second = order[partners[found]]
    offset = points[second] - points[first]
    widths = np.linalg.norm(offset, axis=1)
    pairs = ContactPairs(
        centers=(points[first] + points[second]) / 2,
        closing=offset / widths[:, None],
        widths=widths,
        quality=qualities[found],
        visible=1.0 - (hidden[first].astype(np.float64) + hidden[second]) / 2,
        segments=np.stack([surface.segments[first], surface.segments[second]], axis=-1),
    )
    return _diverse(pairs, max_width)


def _diverse(pairs: ContactPairs, max_width: float) -> ContactPairs:
    """Keep the best of near-equal pairs, then the best of each segment and part of the stroke."""
    if len(pairs) == 0:
        return pairs
    best_first = np.argsort(-pairs.quality, kind="stable")
    pairs = pairs.select(best_first)
    # A pair and its mirror image are one grasp: let the largest component of closing be positive.
    largest = np.argmax(np.abs(pairs.closing), axis=1)
    sign = np.sign(pairs.closing[np.arange(len(pairs)), largest])
    steps = np.column_stack(
        [
            np.round(pairs.centers / CENTER_STEP_M),
            np.round(pairs.closing * sign[:, None] / CLOSING_STEP),
            np.round(pairs.widths / WIDTH_STEP_M),
        ]
    )
    _, first = np.unique(steps.astype(np.int64), axis=0, return_index=True)
    pairs = pairs.select(np.sort(first))
    width_bins = np.minimum(pairs.widths / max_width * WIDTH_BINS, WIDTH_BINS - 1).astype(np.int64)
    rank = _rank_in_group(pairs.segments[:, 0] * WIDTH_BINS + width_bins)
    return pairs.select(np.flatnonzero(rank < PAIRS_PER_GROUP))


def _rank_in_group(groups: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many earlier entries have the same group, (N,)."""
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    rank = np.empty(len(groups), dtype=np.int64)
    lengths = np.diff(np.r_[starts, len(groups)])
    rank[order] = np.arange(len(groups)) - np.repeat(starts, lengths)
    return rank


@njit(cache=True, nogil=True)
def _best_partners(
    points: Float,
    normals: Float,
    rays: Float,
    hidden: NDArray[np.bool_],
    axis: int,
    seeds: NDArray[np.int64],
    max_width: float,
    partners: NDArray[np.int64],
    qualities: Float,
) -> None:
    """Write the best partner of each seed per width bin, and the pair's quality."""
    cosine = 1.0 / math.sqrt(1.0 + FRICTION * FRICTION)
    for s in range(len(seeds)):
        i = seeds[s]
        x, y, z = points[i]
        start = np.searchsorted(points[:, axis], points[i, axis] - max_width)
        stop = np.searchsorted(points[:, axis], points[i, axis] + max_width)
        for j in range(start, stop):
            dx, dy, dz = points[j, 0] - x, points[j, 1] - y, points[j, 2] - z
            squared = dx * dx + dy * dy + dz * dz
            if squared > max_width * max_width or squared < LEAST_WIDTH_M * LEAST_WIDTH_M:
                continue
            # The partner lies inwards of the seed and the seed inwards of the partner.
            aligned = _alignment(-dx, -dy, -dz, squared, normals[i], rays[i], hidden[i])
            if aligned <= cosine:
                continue
            aligned = min(aligned, _alignment(dx, dy, dz, squared, normals[j], rays[j], hidden[j]))
            if aligned <= cosine:
                continue
            quality = (aligned - cosine) / (1.0 - cosine)
            width_bin = min(int(math.sqrt(squared) / max_width * WIDTH_BINS), WIDTH_BINS - 1)
            if quality > qualities[s, width_bin]:
                qualities[s, width_bin] = quality
                partners[s, width_bin] = j


@njit(cache=True, nogil=True, inline="always")
def _alignment(
    dx: float, dy: float, dz: float, squared: float, normal: Float, ray: Float, hidden: bool
) -> float:
    """Cosine between the outward closing direction (dx, dy, dz) and the contact's normal.

    A contour tells the normal of a hidden side only within the image plane: there the closing
    direction is compared after projection.
    """
    along_normal: float = dx * normal[0] + dy * normal[1] + dz * normal[2]
    if along_normal <= 0.0:
        return 0.0
    if not hidden:
        return along_normal / math.sqrt(squared)
    along_ray = dx * ray[0] + dy * ray[1] + dz * ray[2]
    lateral = squared - along_ray * along_ray
    if lateral < LEAST_LATERAL * LEAST_LATERAL * squared:
        return 0.0
    return along_normal / math.sqrt(lateral)
