"""Hull of the wrenches of two soft-finger contacts: its exact inner radius, without a hull code.

The hull of a two-contact grasp joins just two solids. With its normal force fixed at 1, a contact's
wrenches form a double pyramid: a polygon (the edges of the friction cone) with one apex for torsion
of either sense. A plane {w : u . w = d} that supports both solids reads, in contact coordinates,

    G' u = d e + alpha v_i + beta v_j,    alpha, beta >= 0,

where G is the grasp map, e is 1 at both normal forces, and v_i is -1 at the normal force of one
contact and the polar point a_i in its other coordinates (facet i is a_i . x = 1). A facet of a hull
in six dimensions holds one facet of each solid (i, j of different contacts), or one whole solid and
an edge of the other (i, j adjacent): 304 pairs. G' u has no part along the internal forces, the
two-dimensional null space of G; that gives (d, alpha, beta) up to scale as a cross product. The
distance of the facet from the origin is d / |u|.
"""

from __future__ import annotations

from itertools import product

import numba
import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import Float

#: Edges of the linearised friction cone (graspnetAPI and Dex-Net use 8 too). The inscribed pyramid
#: loses at most a factor cos(pi / 8) = 0.92 of the quality of the round cone.
CONE_EDGES = 8

#: Grasp maps that are singular up to this ratio (coincident contacts, normals across the contact
#: line) have a flat hull, radius 0.
RANK_TOLERANCE = 1e-9

#: Grasps at a time; bounds the working memory to about 20 MB.
BLOCK = 4096

#: Slack for "this multiplier is not negative": several pairs may share a facet, and rounding must
#: not lose all of them. The radius moves by no more than about this fraction.
SIGN_TOLERANCE = 1e-12


def hull_radius(grasp_maps: Float) -> Float:
    """Radius (N,) of the largest origin-centred ball in each wrench hull, 0 if there is none.

    Parameters
    ----------
    grasp_maps : (N, 6, 8) contact coordinates to wrenches. The four coordinates of a contact are
        the normal force, two tangential forces as fractions of the friction, and the torsion as a
        fraction of its limit.
    """
    blocks = range(0, len(grasp_maps), BLOCK)
    return np.concatenate([np.zeros(0), *(_radius(grasp_maps[i : i + BLOCK]) for i in blocks)])


def _radius(grasp_maps: Float) -> Float:
    q, r = np.linalg.qr(np.swapaxes(grasp_maps, -1, -2), mode="complete")  # G' = Q R
    diagonal = np.abs(np.einsum("nii->ni", r[:, :6]))
    full = diagonal.min(axis=1) > RANK_TOLERANCE * diagonal.max(axis=1)
    known = np.swapaxes(q[full], -1, -2) @ _POLAR  # (M, 8, 33)
    u = np.linalg.solve(r[full, :6], known[:, :6])  # (M, 6, 33), the u of e and of each v
    radius = np.zeros(len(grasp_maps))
    radius[full] = _nearest_facet(known[:, 6:], u, _PAIRS)
    return radius


@numba.njit(cache=True)
def _nearest_facet(internal: Float, u: Float, pairs: NDArray[np.int64]) -> Float:
    """Radius (M,) from the internal parts (M, 2, 33) and the u (M, 6, 33) of e and all v."""
    radius = np.zeros(len(internal))
    for n in range(len(internal)):
        s, t = internal[n]
        nearest_squared = np.inf
        for i, j in pairs:
            d = s[i] * t[j] - t[i] * s[j]
            alpha = s[j] * t[0] - t[j] * s[0]
            beta = s[0] * t[i] - t[0] * s[i]
            if alpha + beta < 0:
                d, alpha, beta = -d, -alpha, -beta
            slack = -SIGN_TOLERANCE * (abs(d) + alpha + beta)
            if alpha < slack or beta < slack:
                continue
            norm_squared = 0.0
            for k in range(6):
                norm_squared += (d * u[n, k, 0] + alpha * u[n, k, i] + beta * u[n, k, j]) ** 2
            if norm_squared == 0:  # the pair determines no plane
                continue
            if d <= 0:
                nearest_squared = 0.0
                break
            nearest_squared = min(nearest_squared, d * d / norm_squared)
        radius[n] = np.sqrt(nearest_squared)
    return radius


def _polar() -> tuple[Float, NDArray[np.int64]]:
    """Contact coordinates (8, 33) of e and of all v, and the pairs (304, 2) of columns."""
    angles = (np.arange(CONE_EDGES) + 0.5) * (2 * np.pi / CONE_EDGES)
    distance = 1 / np.cos(np.pi / CONE_EDGES)  # of the polar of a polygon of radius 1
    solid = [
        (-1.0, distance * np.cos(angle), distance * np.sin(angle), torsion)
        for angle, torsion in product(angles, (1.0, -1.0))
    ]
    n = len(solid)
    columns = np.zeros((8, 1 + 2 * n))
    columns[[0, 4], 0] = 1.0
    columns[:4, 1 : 1 + n] = columns[4:, 1 + n :] = np.array(solid).T
    facets = range(n)
    adjacent = [(i, i + 1) for i in facets[::2]] + [(i, (i + 2) % n) for i in facets]
    pairs = [(i, n + j) for i, j in product(facets, facets)]
    pairs += [(side + i, side + j) for side in (0, n) for i, j in adjacent]
    return columns, np.array(pairs, dtype=np.int64) + 1


_POLAR, _PAIRS = _polar()
