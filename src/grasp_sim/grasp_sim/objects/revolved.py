"""Families of solid turned pieces; closed containers are solid because nobody sees inside."""

from __future__ import annotations

import numpy as np

from grasp_sim.objects.primitives import ball, cylinder, turned
from grasp_sim.objects.solid import Solid


def bottle(rng: np.random.Generator) -> Solid:
    """Bottle with shoulder, neck and cap."""
    radius, height = rng.uniform(0.018, 0.037), rng.uniform(0.09, 0.19)
    neck = radius * rng.uniform(0.3, 0.5)
    body, shoulder = height * rng.uniform(0.5, 0.65), height * rng.uniform(0.72, 0.8)
    cap, top = neck * rng.uniform(1.15, 1.4), height * 0.88
    return turned(
        [(radius, 0.0), (radius, body), (neck, shoulder), (neck, top), (cap, top), (cap, height)]
    )


def can(rng: np.random.Generator) -> Solid:
    """Tin with folded ends."""
    radius, height = rng.uniform(0.02, 0.038), rng.uniform(0.03, 0.12)
    lip = radius * 0.93
    return turned([(lip, 0.0), (radius, 0.05 * height), (radius, 0.95 * height), (lip, height)])


def spray_can(rng: np.random.Generator) -> Solid:
    """Can with a dome and a nozzle."""
    radius, height = rng.uniform(0.016, 0.03), rng.uniform(0.09, 0.16)
    nozzle = radius * rng.uniform(0.3, 0.5)
    return turned(
        [
            (radius, 0.0),
            (radius, 0.78 * height),
            (0.6 * radius, 0.88 * height),
            (nozzle, 0.88 * height),
            (nozzle, height),
        ]
    )


def bulb(rng: np.random.Generator) -> Solid:
    """Light bulb: glass globe on a socket."""
    radius = rng.uniform(0.014, 0.03)
    socket = radius * rng.uniform(0.4, 0.55)
    length = radius * rng.uniform(0.8, 1.2)
    neck = cylinder(socket, 0.6 * radius, 0.8 * radius).moved(z=length)
    return Solid.union(cylinder(socket, length), neck, ball(radius, z=length + 1.25 * radius))


def dumbbell(rng: np.random.Generator) -> Solid:
    """Two heads on a grip."""
    head, grip = rng.uniform(0.012, 0.025), rng.uniform(0.005, 0.009)
    thickness, length = head * rng.uniform(0.5, 1.2), rng.uniform(0.03, 0.07)
    far = thickness + length
    return turned(
        [
            (head, 0.0),
            (head, thickness),
            (grip, thickness),
            (grip, far),
            (head, far),
            (head, far + thickness),
        ]
    ).rotated(y=90.0)


def top(rng: np.random.Generator) -> Solid:
    """Spinning top: tip, disc and stem."""
    radius = rng.uniform(0.01, 0.025)
    stem = radius * rng.uniform(0.15, 0.25)
    low, high = radius * rng.uniform(0.5, 0.9), radius * rng.uniform(1.0, 1.4)
    return turned(
        [(0.0, 0.0), (radius, low), (stem, high), (stem, high + radius * rng.uniform(0.6, 1.2))]
    )


def pawn(rng: np.random.Generator) -> Solid:
    """Chess pawn: foot, waist and ball."""
    radius = rng.uniform(0.006, 0.018)
    height = radius * rng.uniform(2.2, 3.2)
    head = radius * rng.uniform(0.5, 0.65)
    foot = turned(
        [
            (radius, 0.0),
            (radius, 0.4 * radius),
            (0.7 * radius, 0.6 * radius),
            (0.35 * radius, height),
        ]
    )
    return Solid.union(foot, ball(head, z=height + 0.6 * head))


def knob(rng: np.random.Generator) -> Solid:
    """Drawer knob: stem and mushroom head."""
    radius = rng.uniform(0.008, 0.022)
    stem, length = radius * rng.uniform(0.35, 0.55), radius * rng.uniform(0.7, 1.4)
    thick = radius * rng.uniform(0.5, 0.9)
    return turned(
        [
            (stem, 0.0),
            (stem, length),
            (radius, length + 0.4 * thick),
            (radius, length + 0.6 * thick),
            (0.6 * radius, length + thick),
        ]
    )


def spool(rng: np.random.Generator) -> Solid:
    """Thread spool: two flanges on a core."""
    radius, flange = rng.uniform(0.008, 0.025), rng.uniform(0.002, 0.004)
    core, length = radius * rng.uniform(0.45, 0.7), rng.uniform(0.015, 0.05)
    far = flange + length
    return turned(
        [
            (radius, 0.0),
            (radius, flange),
            (core, flange),
            (core, far),
            (radius, far),
            (radius, far + flange),
        ]
    )


def pear(rng: np.random.Generator) -> Solid:
    """Pear or avocado: a round body that narrows to a blunt top."""
    radius = rng.uniform(0.018, 0.035)
    waist = radius * rng.uniform(0.45, 0.65)
    angles = np.linspace(-0.9, 0.5, 5) * np.pi / 2
    belly = [(radius * np.cos(a), radius * (1 + np.sin(a))) for a in angles]
    end = belly[-1][1] + radius * rng.uniform(0.5, 0.9)
    return turned([*belly, (waist, end), (0.5 * waist, end + 0.4 * waist)])


def mushroom(rng: np.random.Generator) -> Solid:
    """Stem under a round cap."""
    radius = rng.uniform(0.01, 0.028)
    stem, length = radius * rng.uniform(0.3, 0.5), radius * rng.uniform(0.7, 1.3)
    angles = np.linspace(0.1, 0.9, 4) * np.pi / 2
    cap = [(radius * np.cos(a), length + 0.8 * radius * np.sin(a)) for a in angles]
    return turned([(stem, 0.0), (0.8 * stem, length), *cap])
