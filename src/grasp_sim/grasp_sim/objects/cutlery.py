"""Families of cutlery: long and thin, flat on the table."""

from __future__ import annotations

import numpy as np
import shapely
from manifold3d import Manifold
from shapely import Polygon

from grasp_sim.objects.polygons import rectangle
from grasp_sim.objects.primitives import box, extrusion, lathe
from grasp_sim.objects.solid import Solid


def spoon(rng: np.random.Generator) -> Solid:
    """Handle and a hollow bowl."""
    length, radius = rng.uniform(0.06, 0.12), rng.uniform(0.012, 0.02)
    wall, deep = rng.uniform(0.002, 0.003), rng.uniform(0.5, 0.7)
    angles = np.linspace(0.25, np.pi / 2, 4)
    arc = np.stack([np.sin(angles), deep * (1.0 - np.cos(angles))], axis=-1)
    inner = (radius - wall) * arc[::-1] + (0.0, wall)
    axis = [(0.0, inner[-1, 1]), (0.0, radius * arc[0, 1])]
    bowl = lathe(Polygon(np.concatenate([radius * arc, inner, axis])), sides=16)
    height = deep * radius - wall
    return Solid.union(
        bowl.scaled(1.4, 1.0, 1.0), _handle(rng, length).moved(1.35 * radius, 0.0, height)
    )


def fork(rng: np.random.Generator) -> Solid:
    """Handle, shoulder and tines."""
    length, width = rng.uniform(0.07, 0.11), rng.uniform(0.016, 0.024)
    tines, tine = int(rng.integers(2, 5)), rng.uniform(0.025, 0.04)
    thickness = rng.uniform(0.002, 0.004)
    pitch = width / (2 * tines - 1)
    teeth = [
        rectangle(-tine, 2 * k * pitch - width / 2, 0.0, (2 * k + 1) * pitch - width / 2)
        for k in range(tines)
    ]
    shoulder = Polygon(
        [(0, -width / 2), (0.6 * width, -0.003), (0.6 * width, 0.003), (0, width / 2)]
    )
    head = extrusion(shapely.union_all([*teeth, shoulder]), thickness)
    return Solid.union(head, _handle(rng, length).moved(x=0.55 * width))


def knife(rng: np.random.Generator) -> Solid:
    """Handle and a blade that thins to its edge."""
    length, width = rng.uniform(0.06, 0.1), rng.uniform(0.014, 0.022)
    blade = Polygon([(0.0, 0.0), (0.003, 0.0), (0.0018, width), (0.0012, width)])
    reach = rng.uniform(0.06, 0.1)
    edge = extrusion(blade, reach).rotated(y=-90.0)
    handle = _handle(rng, length).scaled(1.0, 1.6, 1.6).moved(x=-0.002)
    return Solid.union(edge.moved(y=-width / 2), handle)


def spatula(rng: np.random.Generator) -> Solid:
    """Long handle and a thin slotted blade."""
    blade, width = rng.uniform(0.04, 0.06), rng.uniform(0.03, 0.05)
    slots = [
        rectangle(-0.8 * blade, y - 0.002, -0.3 * blade, y + 0.002)
        for y in (-0.2 * width, 0.2 * width)
    ]
    plate = rectangle(-blade, -width / 2, 0.0, width / 2).difference(shapely.union_all(slots))
    handle = _handle(rng, rng.uniform(0.08, 0.13)).moved(x=-0.004)
    return Solid.union(extrusion(plate, rng.uniform(0.002, 0.004)), handle)


def _handle(rng: np.random.Generator, length: float) -> Solid:
    """Bar from the origin along x that widens to its end."""
    near, far = rng.uniform(0.005, 0.007), rng.uniform(0.009, 0.014)
    thickness = rng.uniform(0.003, 0.006)
    ends = [box(0.001, near, thickness), box(0.001, far, 1.3 * thickness).moved(x=length)]
    return Solid.convex(Manifold.batch_hull([end.body for end in ends]))
