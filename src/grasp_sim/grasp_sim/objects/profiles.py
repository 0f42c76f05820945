"""Families of extruded profiles: what a saw cuts from a long bar."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import Polygon

from grasp_sim.objects.polygons import rectangle, regular, strip
from grasp_sim.objects.primitives import extrusion
from grasp_sim.objects.solid import Solid


def l_profile(rng: np.random.Generator) -> Solid:
    """Angle bar."""
    a, b = rng.uniform(0.015, 0.06, 2)
    return extrusion(strip([(0.0, a), (0.0, 0.0), (b, 0.0)], _wall(rng, min(a, b))), _length(rng))


def t_profile(rng: np.random.Generator) -> Solid:
    """T bar."""
    a, b = rng.uniform(0.02, 0.07, 2)
    wall = _wall(rng, min(a, b))
    flange, web = strip([(-a / 2, 0.0), (a / 2, 0.0)], wall), strip([(0.0, 0.0), (0.0, b)], wall)
    return extrusion(flange.union(web), _length(rng))


def u_profile(rng: np.random.Generator) -> Solid:
    """U channel."""
    a, b = rng.uniform(0.02, 0.06, 2)
    line = [(-a / 2, b), (-a / 2, 0.0), (a / 2, 0.0), (a / 2, b)]
    return extrusion(strip(line, _wall(rng, min(a, b)) * 0.6), _length(rng))


def s_profile(rng: np.random.Generator) -> Solid:
    """Z-shaped bar, flanges to opposite sides."""
    a, b = rng.uniform(0.015, 0.04, 2)
    line = [(-a, b / 2), (0.0, b / 2), (0.0, -b / 2), (a, -b / 2)]
    return extrusion(strip(line, _wall(rng, min(a, b))), _length(rng))


def cross(rng: np.random.Generator) -> Solid:
    """Plus-shaped piece."""
    a, b = rng.uniform(0.02, 0.08, 2)
    wall = _wall(rng, min(a, b))
    arms = (
        rectangle(-a / 2, -wall / 2, a / 2, wall / 2),
        rectangle(-wall / 2, -b / 2, wall / 2, b / 2),
    )
    return extrusion(shapely.union_all(arms), rng.uniform(0.008, 0.03))


def prism(rng: np.random.Generator) -> Solid:
    """Bar with three to eight equal sides, lying."""
    sides = int(rng.integers(3, 9))
    bar = extrusion(regular(sides, rng.uniform(0.008, 0.03)), rng.uniform(0.02, 0.1))
    return bar.rotated(y=90.0)


def gear(rng: np.random.Generator) -> Solid:
    """Spur gear with a bore."""
    teeth, radius = int(rng.integers(8, 13)), rng.uniform(0.012, 0.035)
    root, half = radius * rng.uniform(0.72, 0.82), 0.25 * 2 * np.pi / teeth
    steps = np.array([(-half, root), (-0.6 * half, radius), (0.6 * half, radius), (half, root)])
    centres = np.arange(teeth) * 2 * np.pi / teeth
    angles = (centres[:, None] + steps[:, 0]).ravel()
    radii = np.tile(steps[:, 1], teeth)
    outline = Polygon(np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=-1))
    bore = regular(8, root * rng.uniform(0.25, 0.5))
    return extrusion(outline.difference(bore), rng.uniform(0.006, 0.018))


def star(rng: np.random.Generator) -> Solid:
    """Cookie-cutter star."""
    points, radius = int(rng.integers(4, 7)), rng.uniform(0.015, 0.04)
    angles = np.arange(2 * points) * np.pi / points
    radii = np.where(np.arange(2 * points) % 2, rng.uniform(0.45, 0.6) * radius, radius)
    outline = Polygon(np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=-1))
    return extrusion(outline, rng.uniform(0.008, 0.025))


def _wall(rng: np.random.Generator, leg: float) -> float:
    return leg * rng.uniform(0.15, 0.4)


def _length(rng: np.random.Generator) -> float:
    """Length of a piece of bar, short ones as often as long ones."""
    return float(np.exp(rng.uniform(np.log(0.012), np.log(0.09))))
