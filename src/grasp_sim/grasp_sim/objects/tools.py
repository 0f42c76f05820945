"""Families of hand tools: a handle and a head of another scale."""

from __future__ import annotations

import numpy as np
from shapely import Polygon

from grasp_sim.objects.polygons import rectangle, regular
from grasp_sim.objects.primitives import box, cylinder, extrusion, turned
from grasp_sim.objects.solid import Solid


def hammer(rng: np.random.Generator) -> Solid:
    """Head across the end of a round handle."""
    length, grip = rng.uniform(0.09, 0.16), rng.uniform(0.006, 0.012)
    head, face = rng.uniform(0.035, 0.07), rng.uniform(0.008, 0.014)
    handle = cylinder(grip, length, 0.8 * grip, sides=16)
    block = cylinder(face, 0.7 * head, sides=16).moved(z=-0.35 * head)
    peen = box(1.2 * face, 2 * face, 0.3 * head).scaled(1.0, 0.8, 1.0).moved(z=0.35 * head)
    across = Solid.union(block, peen).rotated(x=90.0).moved(z=length + 0.9 * face)
    return Solid.union(handle, across).rotated(y=90.0)


def screwdriver(rng: np.random.Generator) -> Solid:
    """Ribbed grip, round shaft, flat blade."""
    grip, length = rng.uniform(0.007, 0.016), rng.uniform(0.04, 0.09)
    shaft, reach = grip * rng.uniform(0.2, 0.35), rng.uniform(0.03, 0.09)
    radii = grip * np.array([0.8, 1.0, 1.0, 0.6, 0.8])
    heights = length * np.array([0.0, 0.2, 0.7, 0.8, 1.0])
    handle = turned(np.stack([radii, heights], axis=-1), sides=12)
    rod = cylinder(shaft, reach, sides=12).moved(z=0.98 * length)
    blade = box(3.0 * shaft, 0.8 * shaft, 3.0 * shaft).moved(z=0.98 * (length + reach))
    return Solid.union(handle, rod, blade).rotated(y=90.0)


def scissors(rng: np.random.Generator) -> Solid:
    """Two blades, a little open, with finger rings."""
    blade, ring = rng.uniform(0.04, 0.07), rng.uniform(0.01, 0.016)
    thickness, angle = rng.uniform(0.003, 0.005), rng.uniform(4.0, 18.0)
    loop = regular(10, ring, -0.6 * blade - ring, ring)
    half = Polygon([(0.0, -0.004), (blade, 0.0), (0.0, 0.005), (-0.65 * blade, ring)])
    hole = regular(8, 0.65 * ring, -0.6 * blade - ring, ring)
    lever = extrusion(half.union(loop).difference(hole), thickness)
    other = lever.rotated(x=180.0).rotated(z=-angle).moved(z=1.99 * thickness)
    return Solid.union(lever.rotated(z=angle), other)


def pliers(rng: np.random.Generator) -> Solid:
    """Two levers crossing at a joint."""
    length, jaw = rng.uniform(0.06, 0.1), rng.uniform(0.02, 0.035)
    thickness, angle = rng.uniform(0.006, 0.01), rng.uniform(6.0, 14.0)
    lever = Polygon(
        [(-jaw, -0.002), (0.0, -0.008), (length, -0.006), (length, 0.002), (0.0, 0.006)]
    )
    half = extrusion(lever, thickness / 2).rotated(z=-angle)
    other = half.rotated(x=180.0).moved(z=0.99 * thickness)
    return Solid.union(half, other, cylinder(0.011, 0.2 * thickness).moved(z=0.98 * thickness))


def brush(rng: np.random.Generator) -> Solid:
    """Flat handle with a block of bristles."""
    length, width = rng.uniform(0.06, 0.11), rng.uniform(0.02, 0.04)
    handle = extrusion(rectangle(0.0, -0.2 * width, length, 0.2 * width), rng.uniform(0.006, 0.01))
    head = box(rng.uniform(0.03, 0.05), width, rng.uniform(0.015, 0.03))
    return Solid.union(handle, head.moved(x=length, z=-0.002))


def clamp(rng: np.random.Generator) -> Solid:
    """C-clamp: frame, spindle and handle."""
    reach, depth = rng.uniform(0.03, 0.06), rng.uniform(0.02, 0.04)
    bar = rng.uniform(0.005, 0.008)
    outside = rectangle(0.0, 0.0, depth, reach + bar)
    frame = outside.difference(rectangle(bar, bar, depth, reach))
    spindle = cylinder(0.35 * bar, 0.8 * reach, sides=12).rotated(x=-90.0)
    handle = cylinder(0.3 * bar, 2.4 * bar, sides=8).rotated(y=90.0).moved(x=-1.2 * bar)
    screw = Solid.union(spindle, handle.moved(y=0.8 * reach))
    return Solid.union(extrusion(frame, bar), screw.moved(depth - 0.6 * bar, 0.5 * reach, bar / 2))
