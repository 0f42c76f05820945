"""Solids to build shapes from: convex ones, extrusions, lathe work and rods.

All stand on the plane z = 0 with their axis along z, unless stated otherwise; metres.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from manifold3d import CrossSection, Manifold, Mesh64
from numpy.typing import ArrayLike
from shapely import Polygon

from grasp_core.checks import Float
from grasp_sim.objects.polygons import convex_pieces, cross_section
from grasp_sim.objects.solid import Solid, join_runs

#: Facets around a round body: they stay within 0.35 mm of a circle of 40 mm radius.
SIDES = 24

#: A convex part may have this much more volume than what it stands for.
PART_TOLERANCE = 0.05


def box(x: float, y: float, z: float) -> Solid:
    """Cuboid, centred in x and y."""
    return Solid.convex(Manifold.cube((x, y, z)).translate((-x / 2, -y / 2, 0.0)))


def chamfered_box(x: float, y: float, z: float, chamfer: float) -> Solid:
    """Cuboid whose edges are cut off by `chamfer` on both faces."""
    c = 2 * chamfer
    boxes = (box(x, y - c, z - c), box(x - c, y, z - c), box(x - c, y - c, z).moved(z=-chamfer))
    return Solid.convex(Manifold.batch_hull([b.body for b in boxes]))


def cylinder(radius: float, height: float, top: float | None = None, sides: int = SIDES) -> Solid:
    """Cylinder, or cone frustum with radius `top` at the top; few sides make a prism."""
    end = radius if top is None else top
    return Solid.convex(Manifold.cylinder(height, radius, end, sides))


def ball(radius: float, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Solid:
    """Sphere around a point."""
    return Solid.convex(Manifold.sphere(radius, SIDES).translate((x, y, z)))


def superquadric(half: Sequence[float], vertical: float, horizontal: float) -> Solid:
    """Superellipsoid around the origin, convex for exponents up to 2.

    Barr, "Superquadrics and angle-preserving transformations" (1981), eq. 2.10; exponents near 0
    give boxes and cylinders, 1 the ellipsoid, 2 the octahedron.
    """
    latitude = np.linspace(-np.pi / 2, np.pi / 2, 17)[:, None]
    longitude = np.linspace(0, 2 * np.pi, SIDES, endpoint=False)[None]
    ring = _power(np.cos(latitude), vertical)
    points = np.stack(
        [
            half[0] * ring * _power(np.cos(longitude), horizontal),
            half[1] * ring * _power(np.sin(longitude), horizontal),
            half[2] * _power(np.sin(latitude), vertical) * np.ones_like(longitude),
        ],
        axis=-1,
    )
    return Solid.convex(Manifold.hull_points(points.reshape(-1, 3)))


def extrusion(outline: Polygon, height: float, taper: float = 1.0) -> Solid:
    """Plate of this outline; the top is the outline scaled by `taper` about the origin."""
    top = (taper, taper)
    pieces = [
        CrossSection([piece]).extrude(height, scale_top=top) for piece in convex_pieces(outline)
    ]
    body = cross_section(outline).extrude(height, scale_top=top)
    return Solid(body, tuple(piece.hull() for piece in pieces))


def lathe(section: Polygon, degrees: float = 360.0, sides: int = SIDES) -> Solid:
    """Turn a section (radius, z) about the z axis by an angle, from the x axis on.

    A cavity stays open: where the hull of a wedge would fill too much of it, the wedges are as
    narrow as one of the `sides` facets to the full turn, and then fill nothing.
    """
    facets = max(3, round(sides * degrees / 360.0))
    parts: list[Manifold] = []
    for piece in convex_pieces(section):
        whole = CrossSection([piece]).revolve(facets, degrees)
        limit = (1.0 + PART_TOLERANCE) * whole.volume()
        if whole.hull().volume() <= limit:
            parts.append(whole.hull())
            continue
        for span in range(facets, 0, -1):  # facets to a wedge
            if facets % span == 0:
                wedge = _wedge(piece, degrees * span / facets, span)
                if span == 1 or wedge.volume() * (facets // span) <= limit:
                    break
        parts += [wedge.rotate((0, 0, degrees * k / facets)) for k in range(0, facets, span)]
    return Solid(cross_section(section).revolve(facets, degrees), tuple(parts))


def turned(profile: ArrayLike, sides: int = SIDES) -> Solid:
    """Turn a solid piece with the outline (radius, z), bottom to top, about the z axis."""
    points = np.array(profile, dtype=np.float64)
    slices = [
        Manifold.cylinder(z1 - z0, r0, r1, sides).translate((0.0, 0.0, z0))
        for (r0, z0), (r1, z1) in pairwise(points)
        if z1 > z0
    ]
    ends = [(0.0, points[-1, 1]), (0.0, points[0, 1])]
    body = CrossSection([np.concatenate([points, ends])]).revolve(sides)
    return Solid(body, tuple(join_runs(slices, PART_TOLERANCE)))


def rod(points: ArrayLike, radii: ArrayLike, sides: int = 10) -> Solid:
    """Round rod along a line through points (K, 3), with a radius (K,) at each of them."""
    line = np.asarray(points, dtype=np.float64)
    steps = np.diff(line, axis=0)
    steps /= np.linalg.norm(steps, axis=1, keepdims=True)
    tangents = np.concatenate([steps[:1], steps[:-1] + steps[1:], steps[-1:]])
    side = np.cross(tangents, np.eye(3)[np.argmin(np.ptp(line, axis=0))])
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    up = np.cross(tangents, side)
    up /= np.linalg.norm(up, axis=1, keepdims=True)
    angles = np.arange(sides) * (2 * np.pi / sides)
    ring = np.cos(angles)[:, None, None] * side + np.sin(angles)[:, None, None] * up
    rings = line + np.broadcast_to(radii, len(line))[:, None] * ring  # (sides, K, 3)
    links = [Manifold.hull_points(rings[:, k : k + 2].reshape(-1, 3)) for k in range(len(line) - 1)]
    return Solid(_tube(rings.swapaxes(0, 1)), tuple(join_runs(links, PART_TOLERANCE)))


def _wedge(piece: Float, degrees: float, facets: int) -> Manifold:
    """Hull of a convex section (K, 2) turned in equal steps."""
    angles = np.radians(np.linspace(0.0, degrees, facets + 1))
    radius, z = piece[:, 0], piece[:, 1]
    points = [np.stack([radius * np.cos(a), radius * np.sin(a), z], axis=-1) for a in angles]
    return Manifold.hull_points(np.concatenate(points))


def _tube(rings: Float) -> Manifold:
    """Close a row of rings (K, sides, 3) to a body."""
    count, sides = rings.shape[:2]
    here = np.arange(count * sides).reshape(count, sides)
    there = np.roll(here, -1, axis=1)
    a, b, c, d = here[:-1], there[:-1], there[1:], here[1:]
    walls = np.stack([a, b, c, a, c, d], axis=-1).reshape(-1, 3)
    fan = np.stack(
        [np.zeros(sides - 2, int), np.arange(1, sides - 1), np.arange(2, sides)], axis=-1
    )
    triangles = np.concatenate([walls, fan[:, ::-1], fan + here[-1, 0]]).astype(np.uint64)
    return Manifold(Mesh64(rings.reshape(-1, 3), triangles))


def _power(base: Float, exponent: float) -> Float:
    return np.sign(base) * np.abs(base) ** exponent
