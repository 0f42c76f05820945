"""Families of fasteners: the small scale."""

from __future__ import annotations

import numpy as np

from grasp_sim.objects.polygons import regular
from grasp_sim.objects.primitives import box, cylinder, extrusion, lathe
from grasp_sim.objects.solid import Solid


def bolt(rng: np.random.Generator) -> Solid:
    """Hexagon head bolt, threads smoothed."""
    radius = rng.uniform(0.002, 0.006)
    head = 1.1 * radius
    shank = cylinder(radius, radius * rng.uniform(4.0, 10.0), sides=16)
    return Solid.union(cylinder(1.8 * radius, head, sides=6), shank.moved(z=head)).rotated(y=90.0)


def screw(rng: np.random.Generator) -> Solid:
    """Countersunk screw with a point."""
    radius = rng.uniform(0.002, 0.005)
    length = radius * rng.uniform(6.0, 12.0)
    head = cylinder(2.0 * radius, 1.2 * radius, radius)
    shank = cylinder(radius, length, sides=16).moved(z=1.2 * radius)
    point = cylinder(radius, 2.0 * radius, 0.2 * radius, sides=16).moved(z=1.2 * radius + length)
    return Solid.union(head, shank, point).rotated(y=90.0)


def nut(rng: np.random.Generator) -> Solid:
    """Hexagon nut."""
    bore = rng.uniform(0.003, 0.009)
    return extrusion(
        regular(6, 2.0 * bore).difference(regular(12, bore)), bore * rng.uniform(1.4, 2.2)
    )


def standoff(rng: np.random.Generator) -> Solid:
    """Hexagon spacer with a threaded stud."""
    radius, length = rng.uniform(0.003, 0.007), rng.uniform(0.01, 0.04)
    stud = cylinder(0.5 * radius, rng.uniform(0.004, 0.01), sides=12).moved(z=length)
    return Solid.union(cylinder(radius, length, sides=6), stud).rotated(y=90.0)


def wing_nut(rng: np.random.Generator) -> Solid:
    """Nut with two wings."""
    radius = rng.uniform(0.005, 0.009)
    height = radius * rng.uniform(1.0, 1.5)
    hub = extrusion(regular(12, radius).difference(regular(6, 0.5 * radius)), height)
    wing = box(1.8 * radius, 0.45 * radius, 1.6 * height).moved(x=0.9 * radius)
    wing = wing.rotated(y=-rng.uniform(15.0, 35.0)).moved(x=0.9 * radius, z=0.3 * height)
    return Solid.union(hub, wing, wing.rotated(z=180.0))


def eye_bolt(rng: np.random.Generator) -> Solid:
    """Ring on a shank."""
    stock, eye = rng.uniform(0.002, 0.005), rng.uniform(0.007, 0.015)
    ring = lathe(regular(8, stock, eye), sides=16)
    shank = cylinder(stock, rng.uniform(0.015, 0.05), sides=12).rotated(x=90.0)
    return Solid.union(ring, shank.moved(y=-eye))


def rivet(rng: np.random.Generator) -> Solid:
    """Round head on a short pin."""
    radius = rng.uniform(0.002, 0.006)
    head = 1.2 * radius
    pin = cylinder(radius, radius * rng.uniform(2.0, 5.0), sides=16).moved(z=head)
    return Solid.union(cylinder(1.0 * radius, head, 2.0 * radius), pin)
