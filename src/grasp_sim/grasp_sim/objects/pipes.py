"""Families of bent and hollow round stock."""

from __future__ import annotations

import numpy as np
from shapely import Polygon

from grasp_sim.objects.polygons import regular
from grasp_sim.objects.primitives import cylinder, lathe, rod
from grasp_sim.objects.solid import Solid


def tube(rng: np.random.Generator) -> Solid:
    """Straight pipe, open on both ends, lying."""
    radius, length = rng.uniform(0.008, 0.03), rng.uniform(0.03, 0.12)
    bore = radius * rng.uniform(0.55, 0.85)
    section = Polygon([(bore, 0.0), (radius, 0.0), (radius, length), (bore, length)])
    return lathe(section, sides=20).rotated(y=90.0)


def elbow(rng: np.random.Generator) -> Solid:
    """Quarter bend of a pipe."""
    radius = rng.uniform(0.009, 0.018)
    bend = radius * rng.uniform(1.6, 2.6)
    outer = regular(8, radius, bend, turn=np.pi / 8)
    bore = regular(8, radius * rng.uniform(0.6, 0.75), bend, turn=np.pi / 8)
    return lathe(outer.difference(bore), 90.0, sides=12)


def torus(rng: np.random.Generator) -> Solid:
    """Ring of round stock."""
    radius = rng.uniform(0.012, 0.04)
    return lathe(regular(10, radius * rng.uniform(0.15, 0.35), radius))


def u_bend(rng: np.random.Generator) -> Solid:
    """Shackle: half a ring with straight legs."""
    radius, bend = rng.uniform(0.003, 0.007), rng.uniform(0.01, 0.03)
    length = rng.uniform(0.01, 0.05)
    leg = cylinder(radius, length, sides=10).rotated(x=90.0)
    arc = lathe(regular(10, radius, bend), 180.0)
    return Solid.union(arc, leg.moved(x=bend), leg.moved(x=-bend))


def hook(rng: np.random.Generator) -> Solid:
    """Cup hook: shank, three quarters of a ring, and a collar."""
    radius, bend = rng.uniform(0.002, 0.005), rng.uniform(0.008, 0.02)
    length = rng.uniform(0.015, 0.035)
    angles = np.linspace(np.pi, -np.pi / 2, 7)
    arc = [(bend * np.cos(a), bend * np.sin(a), 0.0) for a in angles]
    shank = rod([(-bend, -length, 0.0), *arc], radius)
    collar = cylinder(2.2 * radius, 1.5 * radius).rotated(x=90.0)
    return Solid.union(shank, collar.moved(-bend, -0.2 * length))
