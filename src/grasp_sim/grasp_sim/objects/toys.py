"""Families of toys: composed shapes with parts of several scales."""

from __future__ import annotations

import numpy as np
from shapely import Polygon

from grasp_sim.objects.polygons import rectangle
from grasp_sim.objects.primitives import ball, box, cylinder, extrusion, rod, turned
from grasp_sim.objects.solid import Solid


def brick(rng: np.random.Generator) -> Solid:
    """Toy brick with studs."""
    pitch = rng.uniform(0.008, 0.016)
    columns, rows = int(rng.integers(1, 5)), int(rng.integers(1, 3))
    height = pitch * rng.choice([0.4, 1.2])
    body = box(pitch * columns, pitch * rows, height)
    stud = cylinder(0.3 * pitch, 0.22 * pitch, sides=10)
    studs = [
        stud.moved((i - (columns - 1) / 2) * pitch, (j - (rows - 1) / 2) * pitch, height)
        for i in range(columns)
        for j in range(rows)
    ]
    return Solid.union(body, *studs)


def banana(rng: np.random.Generator) -> Solid:
    """Bent rod, thick in the middle."""
    bend, thick = rng.uniform(0.05, 0.1), rng.uniform(0.008, 0.018)
    angles = np.linspace(-0.75, 0.75, 7)
    radii = thick * np.array([0.45, 0.8, 0.95, 1.0, 0.95, 0.8, 0.35])
    line = bend * np.stack([np.sin(angles), 1.0 - np.cos(angles), 0.0 * angles], axis=-1)
    return rod(line, radii)


def car(rng: np.random.Generator) -> Solid:
    """Chassis, cabin and four wheels."""
    length, width = rng.uniform(0.04, 0.09), rng.uniform(0.018, 0.035)
    wheel, height = length * 0.11, length * rng.uniform(0.14, 0.22)
    cabin = rectangle(-0.25 * length, -0.42 * width, 0.2 * length, 0.42 * width)
    top = extrusion(cabin, height, taper=0.7).moved(z=wheel + 0.99 * height)
    chassis = box(length, width, height).moved(z=wheel)
    tire = cylinder(wheel, 0.2 * width, sides=14).rotated(x=90.0).moved(z=wheel)
    wheels = [tire.moved(x * length, y * width) for x in (-0.3, 0.3) for y in (-0.49, 0.69)]
    return Solid.union(chassis, top, *wheels)


def house(rng: np.random.Generator) -> Solid:
    """Block with a gable roof and a chimney."""
    x, y, z = rng.uniform(0.025, 0.06), rng.uniform(0.02, 0.04), rng.uniform(0.015, 0.04)
    roof = Polygon([(-0.55 * y, 0.0), (0.55 * y, 0.0), (0.0, 0.5 * y)])
    gable = extrusion(roof, 1.1 * x).rotated(x=90.0).rotated(z=90.0).moved(x=-0.55 * x, z=z)
    chimney = box(0.2 * y, 0.2 * y, 0.5 * y).moved(0.25 * x, 0.25 * y, z)
    return Solid.union(box(x, y, z), gable, chimney)


def bone(rng: np.random.Generator) -> Solid:
    """Shaft with two knuckles on each end."""
    length, shaft = rng.uniform(0.03, 0.08), rng.uniform(0.004, 0.009)
    knuckle = shaft * rng.uniform(1.2, 1.6)
    ends = [
        ball(knuckle, x, y, 0.0)
        for x in (-0.5 * knuckle, length + 0.5 * knuckle)
        for y in (-0.85 * knuckle, 0.85 * knuckle)
    ]
    return Solid.union(cylinder(shaft, length, sides=16).rotated(y=90.0), *ends)


def plane(rng: np.random.Generator) -> Solid:
    """Fuselage, wings and tail."""
    length, body = rng.uniform(0.05, 0.1), rng.uniform(0.005, 0.01)
    span, chord = rng.uniform(0.05, 0.1), length * rng.uniform(0.15, 0.25)
    profile = [(0.5 * body, 0.0), (body, 0.25 * length), (0.4 * body, length)]
    wing = box(chord, span, 0.35 * body).moved(x=0.4 * length)
    tail = box(0.5 * chord, 0.35 * span, 0.3 * body).moved(x=0.95 * length)
    fin = box(0.5 * chord, 0.3 * body, 2.2 * body).moved(x=0.95 * length)
    return Solid.union(turned(profile, sides=16).rotated(y=90.0), wing, tail, fin)
