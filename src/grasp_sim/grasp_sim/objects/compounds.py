"""Compounds: shapes that mean nothing, a body with limbs, of every size that a gripper spans."""

from __future__ import annotations

import numpy as np

from grasp_sim.objects.blocks import log_uniform
from grasp_sim.objects.primitives import box, cylinder, superquadric
from grasp_sim.objects.solid import Solid

#: Volume of all convex parts, over that of the shape.
MOST_OVERLAP = 1.12

#: Euler angles in degrees that turn the axis z into x, y, z and their opposites.
TURNS = ((0, 90, 0), (-90, 0, 0), (0, 0, 0), (0, -90, 0), (90, 0, 0), (180, 0, 0))


def compound(rng: np.random.Generator) -> Solid:
    """Block, egg or pill with up to five limbs at right angles, more or less."""
    length = log_uniform(rng, 0.022, 0.09, 1)[0]
    half = length / 2 * np.array([1.0, *rng.uniform(0.2, 0.7, 2)])
    rounded = rng.random() < 0.5
    exponents = rng.uniform(0.6, 1.2, 2) if rounded else rng.uniform(0.1, 0.3, 2)
    solid = superquadric(half.tolist(), *exponents)
    for _ in range(rng.integers(6)):
        direction = int(rng.integers(6))
        axis, sign = direction % 3, 1.0 if direction < 3 else -1.0
        inside = 0.5 * half[axis]
        reach = half[axis] - inside + length * rng.uniform(0.1, 0.35)
        limb = _limb(rng, reach, length * rng.uniform(0.05, 0.15), rounded)
        root = 0.6 * half * rng.uniform(-1.0, 1.0, 3)
        root[axis] = sign * inside
        x, y, z = TURNS[direction] + rng.normal(0.0, 8.0, 3)
        grown = Solid.union(solid, limb.rotated(x, y, z).moved(*root))
        # Parts count twice where they overlap, which they may do a little.
        if sum(part.volume() for part in grown.parts) < MOST_OVERLAP * grown.body.volume():
            solid = grown
    return solid


def _limb(rng: np.random.Generator, reach: float, radius: float, rounded: bool) -> Solid:
    """Bar, or pin that tapers, or egg, from the origin along z."""
    if not rounded:
        return box(2 * radius, 2 * radius * rng.uniform(0.5, 1.5), reach)
    if rng.random() < 0.5:
        return cylinder(radius, reach, top=radius * rng.uniform(0.2, 0.9), sides=12)
    return superquadric((radius, radius * rng.uniform(0.6, 1.4), reach / 2), 1.0, 1.0).moved(
        z=reach / 2
    )
