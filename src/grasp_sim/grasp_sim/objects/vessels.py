"""Families of open vessels: what a finger can reach into, and what must stay hollow in physics."""

from __future__ import annotations

import numpy as np
from shapely import Polygon

from grasp_sim.objects.polygons import regular
from grasp_sim.objects.primitives import box, lathe
from grasp_sim.objects.solid import Solid


def cup(rng: np.random.Generator) -> Solid:
    """Beaker with a slanted wall."""
    top, height = rng.uniform(0.018, 0.04), rng.uniform(0.04, 0.11)
    return _beaker(top * rng.uniform(0.65, 1.0), top, height, rng.uniform(0.003, 0.005))


def mug(rng: np.random.Generator) -> Solid:
    """Cylindrical cup with a handle."""
    radius, height = rng.uniform(0.028, 0.042), rng.uniform(0.07, 0.1)
    thickness = rng.uniform(0.004, 0.006)
    reach = height * rng.uniform(0.26, 0.34)
    handle = lathe(regular(8, rng.uniform(0.004, 0.006), reach), 180.0, sides=16)
    # turned about z from x to -x; stood up, its ends run into the wall
    handle = handle.rotated(z=-90.0).rotated(x=90.0).moved(radius - thickness / 2, 0.0, height / 2)
    return Solid.union(_beaker(radius, radius, height, thickness), handle)


def bowl(rng: np.random.Generator) -> Solid:
    """Spherical bowl with a flat foot."""
    radius, thickness = rng.uniform(0.035, 0.07), rng.uniform(0.005, 0.007)
    deep = rng.uniform(0.6, 1.0)
    angles = np.linspace(0.3, np.pi / 2, 4)
    arc = np.stack([np.sin(angles), deep * (np.cos(0.3) - np.cos(angles))], axis=-1)
    outer = radius * arc
    inner = (radius - thickness) * arc[::-1] + (0.0, thickness * deep * np.cos(0.3))
    axis = [(0.0, inner[-1, 1]), (0.0, 0.0)]
    return lathe(Polygon(np.concatenate([outer, inner, axis])), sides=20)


def dish(rng: np.random.Generator) -> Solid:
    """Plate with a raised rim."""
    radius, rim = rng.uniform(0.04, 0.09), rng.uniform(0.008, 0.018)
    thickness, foot = rng.uniform(0.004, 0.006), rng.uniform(0.55, 0.75)
    outer = [(foot * radius, 0.0), (radius, rim)]
    inner = [(radius - thickness, rim), (foot * radius - thickness / 2, thickness)]
    return lathe(Polygon([*outer, *inner, (0.0, thickness), (0.0, 0.0)]))


def funnel(rng: np.random.Generator) -> Solid:
    """Cone that opens into a spout, open on both ends."""
    top, spout = rng.uniform(0.025, 0.045), rng.uniform(0.006, 0.01)
    length, height = rng.uniform(0.015, 0.03), rng.uniform(0.03, 0.05)
    wall = rng.uniform(0.003, 0.004)
    outer = [(spout, 0.0), (spout, length), (top, length + height)]
    inner = [(radius - wall, z) for radius, z in reversed(outer)]
    return lathe(Polygon([*outer, *inner]), sides=20)


def tray(rng: np.random.Generator) -> Solid:
    """Open box."""
    x, y, z = rng.uniform(0.05, 0.12), rng.uniform(0.03, 0.07), rng.uniform(0.015, 0.04)
    wall = rng.uniform(0.003, 0.005)
    side = box(x, wall, z)
    end = box(wall, y - 1.98 * wall, z)  # overlaps, or the boxes would stay separate bodies
    return Solid.union(
        box(x - 1.98 * wall, y - 1.98 * wall, wall),
        side.moved(y=(y - wall) / 2),
        side.moved(y=(wall - y) / 2),
        end.moved(x=(x - wall) / 2),
        end.moved(x=(wall - x) / 2),
    )


def _beaker(bottom: float, top: float, height: float, wall: float) -> Solid:
    floor = 1.5 * wall
    outer = [(0.0, 0.0), (bottom, 0.0), (top, height)]
    inner = [(top - wall, height), (bottom - wall, floor), (0.0, floor)]
    return lathe(Polygon([*outer, *inner]))
