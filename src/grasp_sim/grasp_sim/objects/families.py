"""The families of generated objects: a name, how to make one from a seed, and its material."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from grasp_sim.errors import UnknownObjectError
from grasp_sim.objects import (
    blocks,
    compounds,
    cutlery,
    hardware,
    pipes,
    plates,
    profiles,
    revolved,
    tools,
    toys,
    vessels,
)
from grasp_sim.objects.model import ObjectModel
from grasp_sim.objects.solid import Solid, corners

#: kg/m^3, common values of the materials.
HOLLOW, WOOD, FULL, PLASTIC, CERAMIC, ALUMINIUM, STEEL = 450, 650, 900, 1050, 2300, 2700, 7800

#: Range of the friction coefficients that objects get: dry plastic and metal to rubbery coats.
FRICTION = (0.3, 0.8)


@dataclass(frozen=True)
class Family:
    """How to make the objects of one kind.

    Attributes
    ----------
    make : shape in metres, all dimensions drawn from the generator.
    density : kg/m^3.
    """

    make: Callable[[np.random.Generator], Solid]
    density: float


FAMILIES: dict[str, Family] = {
    "cup": Family(vessels.cup, PLASTIC),
    "mug": Family(vessels.mug, CERAMIC),
    "bowl": Family(vessels.bowl, PLASTIC),
    "dish": Family(vessels.dish, PLASTIC),
    "funnel": Family(vessels.funnel, PLASTIC),
    "tray": Family(vessels.tray, PLASTIC),
    "bottle": Family(revolved.bottle, FULL),
    "can": Family(revolved.can, FULL),
    "spray_can": Family(revolved.spray_can, FULL),
    "bulb": Family(revolved.bulb, HOLLOW),
    "dumbbell": Family(revolved.dumbbell, STEEL),
    "top": Family(revolved.top, WOOD),
    "pawn": Family(revolved.pawn, WOOD),
    "knob": Family(revolved.knob, WOOD),
    "spool": Family(revolved.spool, WOOD),
    "pear": Family(revolved.pear, FULL),
    "mushroom": Family(revolved.mushroom, FULL),
    "tube": Family(pipes.tube, ALUMINIUM),
    "elbow": Family(pipes.elbow, PLASTIC),
    "torus": Family(pipes.torus, PLASTIC),
    "u_bend": Family(pipes.u_bend, STEEL),
    "hook": Family(pipes.hook, STEEL),
    "l_profile": Family(profiles.l_profile, ALUMINIUM),
    "t_profile": Family(profiles.t_profile, WOOD),
    "u_profile": Family(profiles.u_profile, ALUMINIUM),
    "s_profile": Family(profiles.s_profile, PLASTIC),
    "cross": Family(profiles.cross, WOOD),
    "prism": Family(profiles.prism, WOOD),
    "gear": Family(profiles.gear, STEEL),
    "star": Family(profiles.star, WOOD),
    "perforated_plate": Family(plates.perforated_plate, ALUMINIUM),
    "angle_bracket": Family(plates.angle_bracket, STEEL),
    "key": Family(plates.key, STEEL),
    "wrench": Family(plates.wrench, STEEL),
    "washer": Family(plates.washer, STEEL),
    "clip": Family(plates.clip, PLASTIC),
    "bolt": Family(hardware.bolt, STEEL),
    "screw": Family(hardware.screw, STEEL),
    "nut": Family(hardware.nut, STEEL),
    "standoff": Family(hardware.standoff, STEEL),
    "wing_nut": Family(hardware.wing_nut, STEEL),
    "eye_bolt": Family(hardware.eye_bolt, STEEL),
    "rivet": Family(hardware.rivet, STEEL),
    "hammer": Family(tools.hammer, ALUMINIUM),
    "screwdriver": Family(tools.screwdriver, PLASTIC),
    "scissors": Family(tools.scissors, STEEL),
    "pliers": Family(tools.pliers, STEEL),
    "brush": Family(tools.brush, WOOD),
    "clamp": Family(tools.clamp, STEEL),
    "spoon": Family(cutlery.spoon, STEEL),
    "fork": Family(cutlery.fork, STEEL),
    "knife": Family(cutlery.knife, ALUMINIUM),
    "spatula": Family(cutlery.spatula, WOOD),
    "superellipsoid": Family(blocks.superellipsoid, FULL),
    "box": Family(blocks.box_block, HOLLOW),
    "die": Family(blocks.die, PLASTIC),
    "pyramid": Family(blocks.pyramid, WOOD),
    "wedge": Family(blocks.wedge, WOOD),
    "arch": Family(blocks.arch, WOOD),
    "stairs": Family(blocks.stairs, WOOD),
    "hexagon_tile": Family(blocks.hexagon_tile, WOOD),
    "brick": Family(toys.brick, PLASTIC),
    "banana": Family(toys.banana, FULL),
    "car": Family(toys.car, WOOD),
    "house": Family(toys.house, WOOD),
    "bone": Family(toys.bone, PLASTIC),
    "plane": Family(toys.plane, WOOD),
    "compound": Family(compounds.compound, FULL),
}


@lru_cache(maxsize=256)
def make_object(family: str, seed: int) -> ObjectModel:
    """Make the object of a family that belongs to a seed; the same one each time.

    Raises
    ------
    UnknownObjectError : there is no such family.
    """
    if family not in FAMILIES:
        raise UnknownObjectError(f"no family {family!r}; valid: {', '.join(FAMILIES)}")
    kind = FAMILIES[family]
    rng = np.random.default_rng([zlib.crc32(family.encode()), seed])
    friction = rng.uniform(*FRICTION)
    solid = kind.make(rng)
    surface = solid.body.to_mesh64()
    return ObjectModel(
        name=f"{family}-{seed:04d}",
        family=family,
        vertices=np.asarray(surface.vert_properties)[:, :3],
        triangles=np.asarray(surface.tri_verts),
        parts=tuple(corners(part) for part in solid.parts),
        density=kind.density,
        friction=friction,
    )
