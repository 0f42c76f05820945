"""MuJoCo models of objects in a bin: the one place with contact and integrator settings."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import mujoco
import numpy as np

from grasp_core.checks import Float
from grasp_core.quality import DISC_TORSION, PAD_RADIUS_M
from grasp_sim.bins import Bin
from grasp_sim.objects.model import ObjectModel
from grasp_sim.state import VELOCITY, parked, wxyz

TIMESTEP_SEC = 0.002

#: Seconds in which a contact stops a penetration, and its damping ratio. Of 20 piles of 10 novel
#: objects 7 never rested at two steps, the shortest that MuJoCo allows, and 1 at four.
CONTACT_SOLREF = (4 * TIMESTEP_SEC, 1.0)

#: Contacts are hard, and harder with depth: fingers press with a hundred times an object's weight.
CONTACT_SOLIMP = (0.99, 0.999, 0.001, 0.5, 2.0)

#: Friction is this much stiffer than the contact's normal, or a held object would creep.
FRICTION_STIFFNESS = 10.0

#: Seconds in which a free object's rotation fades, for rolling resistance and air. Without it a
#: cylinder never rests; it is far too slow to steady an object that turns in the gripper.
SPIN_DECAY_SEC = 0.3

#: Metres per second below which an object sleeps. MuJoCo's default is 1 mm/s, at which many round
#: shapes rock for ever.
REST_SPEED = 0.003

#: At a contact with the table or the bin, whose priority is 0, the object's friction counts.
OBJECT_PRIORITY = 1

#: Collision groups: objects meet everything, the gripper meets all but itself.
WORLD_BIT, GRIPPER_BIT = 1, 2


def compile_objects(
    box: Bin,
    objects: Sequence[ObjectModel],
    friction: float | None,
    T_world_object: Float | None = None,
    extra: Callable[[mujoco.MjSpec], None] | None = None,
) -> mujoco.MjModel:
    """Compile objects in a bin; their free joints come first in the state, in their order.

    Body i + 1 is object i. All sleep until they are touched or put elsewhere.

    Parameters
    ----------
    friction : coefficient for all objects, or None for each object's own.
    T_world_object : (m, 4, 4) where they sleep; beside the bin by default.
    extra : adds more to the specification, after the objects.
    """
    spec = new_spec()
    _add_bin(spec, box)
    starts = parked(len(objects)) if T_world_object is None else T_world_object
    for i, (model, T) in enumerate(zip(objects, starts, strict=True)):
        body = _add_object(spec, f"object{i}", model, friction)
        body.pos, body.quat = T[:3, 3], wxyz(T)
    if extra is not None:
        extra(spec)
    compiled = spec.compile()
    for i, model in enumerate(objects):
        spin = slice(VELOCITY * i + 3, VELOCITY * (i + 1))
        compiled.dof_damping[spin] = np.trace(model.inertia) / 3 / SPIN_DECAY_SEC
    return compiled


def new_spec() -> mujoco.MjSpec:
    """Empty specification with our settings."""
    spec = mujoco.MjSpec()
    spec.option.timestep = TIMESTEP_SEC
    spec.option.integrator = mujoco.mjtIntegrator.mjINT_IMPLICITFAST
    spec.option.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
    spec.option.impratio = FRICTION_STIFFNESS
    spec.option.enableflags |= mujoco.mjtEnableBit.mjENBL_SLEEP  # what rests costs nothing
    spec.option.sleep_tolerance = REST_SPEED
    spec.compiler.inertiafromgeom = mujoco.mjtInertiaFromGeom.mjINERTIAFROMGEOM_FALSE
    return spec


def set_contact(geom: mujoco.MjsGeom, friction: float) -> None:
    """Give a geom the stiffness of all contacts, and a coefficient of friction."""
    geom.condim = 4  # sliding and torsion: a soft pad resists twist, see grasp_core.quality
    geom.friction = (friction, DISC_TORSION * friction * PAD_RADIUS_M, 0.0)
    geom.solref = CONTACT_SOLREF
    geom.solimp = CONTACT_SOLIMP
    geom.contype = WORLD_BIT
    geom.conaffinity = WORLD_BIT | GRIPPER_BIT


def warnings(data: mujoco.MjData) -> dict[str, int]:
    """MuJoCo's warnings since the last reset, by name; empty when all is well."""
    counts = {
        kind.name: int(data.warning[int(kind)].number)
        for kind in mujoco.mjtWarning.__members__.values()
        if kind != mujoco.mjtWarning.mjNWARNING
    }
    return {name: count for name, count in counts.items() if count}


def _add_bin(spec: mujoco.MjSpec, box: Bin) -> None:
    """Add the table, an endless plane at z = 0, and the walls of a bin."""
    world = spec.worldbody
    geoms = [world.add_geom(type=mujoco.mjtGeom.mjGEOM_PLANE, size=(0, 0, 1))]
    for center, half in box.walls():
        geoms.append(world.add_geom(type=mujoco.mjtGeom.mjGEOM_BOX, pos=center, size=half))
    for geom in geoms:
        set_contact(geom, friction=1.0)  # of the gripper; objects bring their own


def _add_object(
    spec: mujoco.MjSpec, name: str, model: ObjectModel, friction: float | None
) -> mujoco.MjsBody:
    """Add a free body with the object's mass and convex parts."""
    body = spec.worldbody.add_body(name=name)
    body.sleep = mujoco.mjtSleepPolicy.mjSLEEP_INIT
    body.add_freejoint(name=name)
    body.mass = model.mass
    body.ipos = (0.0, 0.0, 0.0)
    body.fullinertia = model.inertia[[0, 1, 2, 0, 0, 1], [0, 1, 2, 1, 2, 2]]
    body.explicitinertial = True
    for i, part in enumerate(model.parts):
        mesh = spec.add_mesh(name=f"{name}/{i}", uservert=part.ravel())
        mesh.inertia = mujoco.mjtMeshInertia.mjMESH_INERTIA_CONVEX
        geom = body.add_geom(type=mujoco.mjtGeom.mjGEOM_MESH, meshname=mesh.name)
        set_contact(geom, friction=model.friction if friction is None else friction)
        geom.priority = OBJECT_PRIORITY
    return body
