"""Plane polygons: outlines of extrusions and sections of lathes, and their convex pieces."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from manifold3d import CrossSection, FillRule
from numpy.typing import ArrayLike
from shapely import Polygon

from grasp_core.checks import Float

#: A convex piece may have this much more area than the triangles it replaces.
PIECE_TOLERANCE = 0.03


def convex_pieces(polygon: Polygon, tolerance: float = PIECE_TOLERANCE) -> list[Float]:
    """Cut a polygon, holes allowed, into few nearly convex pieces.

    Triangles are joined along their longest common edges first, as long as the hull of the result
    is no larger than `tolerance` over the triangles in it (Hertel & Mehlhorn 1983 join without
    a tolerance).

    Returns
    -------
    Outlines (K, 2), counter-clockwise, of the convex hulls of the pieces.
    """
    triangles = list(shapely.constrained_delaunay_triangles(polygon).geoms)
    owner = list(range(len(triangles)))
    hulls = dict(enumerate(triangles))
    areas = {i: triangle.area for i, triangle in hulls.items()}
    for i, j in _shared_edges(triangles):
        a, b = _root(owner, i), _root(owner, j)
        if a == b:
            continue
        hull = shapely.union(hulls[a], hulls[b]).convex_hull
        if hull.area <= (1.0 + tolerance) * (areas[a] + areas[b]):
            owner[b] = a
            hulls[a] = hull
            areas[a] += areas.pop(b)
            del hulls[b]
    return [_outline(hull.exterior) for hull in hulls.values()]


def cross_section(polygon: Polygon) -> CrossSection:
    """Convert a polygon with holes for the solid modeller."""
    rings = [polygon.exterior, *polygon.interiors]
    return CrossSection([_outline(ring) for ring in rings], FillRule.EvenOdd)


def regular(
    sides: int, radius: float, x: float = 0.0, y: float = 0.0, turn: float = 0.0
) -> Polygon:
    """Regular polygon around (x, y); `turn` is the angle of its first corner in radians."""
    angles = turn + np.arange(sides) * (2 * np.pi / sides)
    return Polygon(np.stack([x + radius * np.cos(angles), y + radius * np.sin(angles)], axis=-1))


def rectangle(x0: float, y0: float, x1: float, y1: float) -> Polygon:
    """Rectangle between two corners."""
    return shapely.box(x0, y0, x1, y1)


def strip(points: ArrayLike, width: float) -> Polygon:
    """Band of this width around a line through points (K, 2), with square corners and ends."""
    return shapely.LineString(np.asarray(points)).buffer(
        width / 2, cap_style="flat", join_style="mitre"
    )


def rounded(polygon: Polygon, radius: float) -> Polygon:
    """Round the outer corners, three segments to a quarter."""
    inner = polygon.buffer(-radius, join_style="mitre")
    return inner.buffer(radius, quad_segs=3)


def _shared_edges(triangles: Sequence[Polygon]) -> list[tuple[int, int]]:
    """Pairs of triangles that share an edge, those with the longest edge first."""
    seen: dict[frozenset[tuple[float, float]], int] = {}
    pairs: list[tuple[float, int, int]] = []
    for i, triangle in enumerate(triangles):
        points = [tuple(p) for p in triangle.exterior.coords[:3]]
        for a, b in zip(points, points[1:] + points[:1], strict=True):
            edge = frozenset((a, b))
            if edge in seen:
                pairs.append((-float(np.hypot(a[0] - b[0], a[1] - b[1])), seen[edge], i))
            seen[edge] = i
    return [(i, j) for _, i, j in sorted(pairs)]


def _root(owner: list[int], i: int) -> int:
    while owner[i] != i:
        i = owner[i]
    return i


def _outline(ring: shapely.LinearRing) -> Float:
    """Corners (K, 2) of a closed ring, counter-clockwise, the first not repeated."""
    points: Float = shapely.get_coordinates(ring)[:-1]
    return points if ring.is_ccw else points[::-1]
