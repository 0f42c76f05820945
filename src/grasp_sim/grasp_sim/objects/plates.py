"""Families of flat stock with holes, and what is stamped from it."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import Polygon

from grasp_sim.objects.polygons import rectangle, regular, rounded, strip
from grasp_sim.objects.primitives import extrusion
from grasp_sim.objects.solid import Solid

#: Corners of a drilled hole: few, because each makes convex parts.
HOLE_SIDES = 8


def perforated_plate(rng: np.random.Generator) -> Solid:
    """Plate with a row of holes."""
    pitch, holes = rng.uniform(0.01, 0.025), int(rng.integers(2, 6))
    width, hole = pitch * rng.uniform(0.9, 1.6), pitch * rng.uniform(0.2, 0.32)
    length = pitch * holes
    plate = rounded(rectangle(0.0, -width / 2, length, width / 2), 0.2 * width)
    drilled = [regular(HOLE_SIDES, hole, pitch * (k + 0.5)) for k in range(holes)]
    return extrusion(plate.difference(shapely.union_all(drilled)), rng.uniform(0.003, 0.01))


def angle_bracket(rng: np.random.Generator) -> Solid:
    """Two drilled plates at a right angle."""
    width, thickness = rng.uniform(0.012, 0.035), rng.uniform(0.002, 0.005)
    flaps = []
    for length in rng.uniform(1.0, 2.0, 2) * width:
        hole = regular(HOLE_SIDES, 0.22 * width, length * 0.6)
        flap = rectangle(0.0, -width / 2, length, width / 2).difference(hole)
        flaps.append(extrusion(flap, thickness))
    return Solid.union(flaps[0], flaps[1].rotated(y=-90.0).moved(x=thickness, z=0.9 * thickness))


def key(rng: np.random.Generator) -> Solid:
    """Door key: bow with a hole, blade with teeth."""
    bow, blade = rng.uniform(0.008, 0.014), rng.uniform(0.02, 0.04)
    width = bow * rng.uniform(0.5, 0.7)
    edge = [(0.0, width / 2), (blade, width / 2)]
    notches = [(x, -width * rng.uniform(0.1, 0.5)) for x in np.linspace(blade, 0.35 * blade, 6)]
    shank = Polygon([*edge, *notches, (0.3 * blade, -width / 2), (0.0, -width / 2)])
    head = regular(10, bow, -0.8 * bow).difference(regular(HOLE_SIDES, 0.35 * bow, -1.1 * bow))
    return extrusion(head.union(shank), rng.uniform(0.002, 0.004))


def wrench(rng: np.random.Generator) -> Solid:
    """Wrench with a ring on one end and a jaw on the other."""
    length, head = rng.uniform(0.07, 0.15), rng.uniform(0.009, 0.016)
    handle = rectangle(0.0, -0.45 * head, length, 0.45 * head)
    ring, bore = regular(12, head), regular(6, 0.55 * head)
    jaw, mouth = (
        regular(12, 1.2 * head, length),
        rectangle(0.0, -0.5 * head, 1.5 * head, 0.5 * head),
    )
    mouth = shapely.affinity.translate(shapely.affinity.rotate(mouth, 15, origin=(0, 0)), length)
    outline = shapely.union_all([handle, ring, jaw]).difference(bore).difference(mouth)
    return extrusion(outline, rng.uniform(0.004, 0.009))


def washer(rng: np.random.Generator) -> Solid:
    """Flat ring."""
    radius = rng.uniform(0.006, 0.02)
    bore = regular(12, radius * rng.uniform(0.4, 0.65))
    return extrusion(regular(24, radius).difference(bore), radius * rng.uniform(0.12, 0.3) + 0.001)


def clip(rng: np.random.Generator) -> Solid:
    """Bent strip: a cable clip with two feet."""
    radius, foot = rng.uniform(0.004, 0.012), rng.uniform(0.006, 0.015)
    wall = rng.uniform(0.0015, 0.003)
    arc = [(radius * np.cos(a), radius * np.sin(a)) for a in np.linspace(np.pi, 0.0, 7)]
    line = [(-radius - foot, 0.0), *arc, (radius + foot, 0.0)]
    return extrusion(strip(line, wall), rng.uniform(0.006, 0.02)).rotated(x=90.0)
