"""Families of plain blocks and building blocks."""

from __future__ import annotations

import numpy as np
from shapely import Polygon

from grasp_sim.objects.polygons import rectangle, regular
from grasp_sim.objects.primitives import chamfered_box, extrusion, superquadric
from grasp_sim.objects.solid import Solid


def superellipsoid(rng: np.random.Generator) -> Solid:
    """Egg, pill, cushion or rounded block."""
    half = log_uniform(rng, 0.006, 0.04, 3)
    return superquadric(half, *rng.uniform(0.2, 1.6, 2))


def box_block(rng: np.random.Generator) -> Solid:
    """Cardboard box."""
    x, y, z = log_uniform(rng, 0.012, 0.1, 3)
    y = min(y, 0.06)  # one side that a gripper spans
    return chamfered_box(x, y, z, 0.001)


def die(rng: np.random.Generator) -> Solid:
    """Small cube or near-cube with blunt edges."""
    side = rng.uniform(0.008, 0.024)
    x, y, z = side * rng.uniform(0.85, 1.0, 3)
    return chamfered_box(x, y, z, side * rng.uniform(0.08, 0.2))


def pyramid(rng: np.random.Generator) -> Solid:
    """Frustum of a pyramid with three to six sides."""
    base = regular(int(rng.integers(3, 7)), rng.uniform(0.012, 0.045))
    return extrusion(base, rng.uniform(0.015, 0.07), taper=rng.uniform(0.1, 0.6))


def wedge(rng: np.random.Generator) -> Solid:
    """Door stop."""
    length, height = rng.uniform(0.03, 0.1), rng.uniform(0.012, 0.04)
    outline = Polygon([(0.0, 0.0), (length, 0.0), (length, height), (0.0, 0.1 * height)])
    return extrusion(outline, rng.uniform(0.012, 0.045)).rotated(x=90.0)


def arch(rng: np.random.Generator) -> Solid:
    """Block with a round gate."""
    span, height = rng.uniform(0.03, 0.09), rng.uniform(0.025, 0.05)
    gate = regular(16, 0.5 * min(height, span / 2) + 0.15 * span)
    outline = rectangle(-span / 2, 0.0, span / 2, height).difference(gate)
    return extrusion(outline, rng.uniform(0.012, 0.03)).rotated(x=90.0)


def stairs(rng: np.random.Generator) -> Solid:
    """Two to four steps."""
    steps, run = int(rng.integers(2, 5)), rng.uniform(0.008, 0.02)
    rise = rng.uniform(0.008, 0.018)
    line = [(0.0, 0.0), (steps * run, 0.0)]
    for k in range(steps):
        line += [((steps - k) * run, (k + 1) * rise), ((steps - k - 1) * run, (k + 1) * rise)]
    return extrusion(Polygon(line), rng.uniform(0.012, 0.05)).rotated(x=90.0)


def hexagon_tile(rng: np.random.Generator) -> Solid:
    """Flat game piece with four to ten sides."""
    return extrusion(
        regular(int(rng.integers(4, 11)), rng.uniform(0.008, 0.03)), rng.uniform(0.003, 0.01)
    )


def log_uniform(rng: np.random.Generator, low: float, high: float, size: int) -> list[float]:
    """Numbers whose order of magnitude is uniform, so that small ones are not rare."""
    sizes: list[float] = np.exp(rng.uniform(np.log(low), np.log(high), size)).tolist()
    return sizes
