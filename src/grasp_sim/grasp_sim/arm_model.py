"""MuJoCo model of a robot, from the numbers that its URDF is made from."""

from __future__ import annotations

from collections.abc import Sequence

import mujoco
import numpy as np

from grasp_core.checks import Float
from grasp_robots.allowed_contacts import AllowedContact
from grasp_robots.description import RobotDescription
from grasp_robots.joint import Joint, JointLimits
from grasp_robots.link import Link
from grasp_robots.shapes import Shape
from grasp_sim.free_gripper import (
    FINGER_ARMATURE_KG,
    FINGER_STIFFNESS,
    GRIP_SOLMIX,
    GRIP_SOLREF,
)
from grasp_sim.physics import CONTACT_SOLIMP, GRIPPER_BIT, OBJECT_PRIORITY, set_contact
from grasp_sim.state import wxyz

#: Radians off the command at which a joint's servo exerts its full effort; ours.
FULL_EFFORT_RAD = 0.02

#: Seconds: damping over stiffness of the servos. A command of positions alone is followed this much
#: late; one that adds this many seconds times the velocity to each position is followed in time.
SERVO_LAG_SEC = 0.03

#: kg m^2 that the rotor behind the gear is worth at a joint; a usual value for arms of this size.
ROTOR_INERTIA = 0.1

_GEOMS = {
    "box": mujoco.mjtGeom.mjGEOM_BOX,
    "cylinder": mujoco.mjtGeom.mjGEOM_CYLINDER,
    "sphere": mujoco.mjtGeom.mjGEOM_SPHERE,
}


def add_robot(
    spec: mujoco.MjSpec,
    robot: RobotDescription,
    T_world_root: Float,
    allowed: Sequence[AllowedContact],
) -> None:
    """Add a robot: bodies, joints and frames have the names of its links and joints.

    Each link without shapes (`tool0`, `tcp`) is a site too. Each joint, a mimicking finger's too,
    has a position servo of its name; its command is the joint's value. The servos compensate
    gravity, and never exert more than the joint's effort.

    Parameters
    ----------
    T_world_root : (4, 4) where the robot stands.
    allowed : pairs of links that pass through each other, from `allowed_contacts`.
    """
    spec.compiler.degree = False  # MuJoCo takes the ranges of joints for degrees by default
    bodies = {robot.root: _add_body(spec.worldbody, robot.link(robot.root), T_world_root)}
    for joint in robot.joints:
        body = _add_body(bodies[joint.parent], robot.link(joint.child), joint.T_parent_joint)
        bodies[joint.child] = body
        if joint.limits is not None:
            _add_joint(spec, body, joint, joint.limits)
        if joint.mimic is not None:
            _couple(spec, joint.mimic, joint.name)
    for pair in allowed:
        spec.add_exclude(bodyname1=pair.first, bodyname2=pair.second)


def put_robot(
    model: mujoco.MjModel, data: mujoco.MjData, robot: RobotDescription, values: Float
) -> None:
    """Put the robot, at rest, to joint values (n,) in the order of `joint_names`; hold it there."""
    value_of = dict(zip(robot.joint_names, values.tolist(), strict=True))
    for joint in robot.joints:
        if joint.kind == "fixed":
            continue
        index = model.joint(joint.name)
        value = value_of[joint.mimic or joint.name]
        data.qpos[index.qposadr], data.qvel[index.dofadr] = value, 0.0
        data.ctrl[model.actuator(joint.name).id] = value


def _add_body(parent: mujoco.MjsBody, link: Link, T_parent_link: Float) -> mujoco.MjsBody:
    body = parent.add_body(name=link.name, pos=T_parent_link[:3, 3], quat=wxyz(T_parent_link))
    if not link.shapes:
        body.add_site(name=link.name)
        return body
    for shape in link.shapes:
        _add_geom(body, shape)
    body.mass, body.ipos, body.explicitinertial = link.mass, link.center, True
    body.fullinertia = link.inertia[[0, 1, 2, 0, 0, 1], [0, 1, 2, 1, 2, 2]]
    body.gravcomp = 1.0
    return body


def _add_geom(body: mujoco.MjsBody, shape: Shape) -> None:
    """Add a shape that meets objects as the free gripper's do, and the robot's other links."""
    size = np.zeros(3)
    size[: len(shape.size_m)] = shape.size_m
    if shape.kind == "box":
        size /= 2  # MuJoCo's sizes are half sides and half lengths
    elif shape.kind == "cylinder":
        size[1] /= 2
    T = shape.T_link_shape
    geom = body.add_geom(type=_GEOMS[shape.kind], size=size, pos=T[:3, 3], quat=wxyz(T))
    set_contact(geom, friction=0.0)
    geom.solref, geom.solmix = GRIP_SOLREF, GRIP_SOLMIX
    geom.priority = OBJECT_PRIORITY  # equal: the larger friction counts, which is the object's
    geom.contype = geom.conaffinity = GRIPPER_BIT


def _add_joint(
    spec: mujoco.MjSpec, body: mujoco.MjsBody, joint: Joint, limits: JointLimits
) -> None:
    """Add a joint with its servo.

    A finger gives way to its force, so that it closes at its speed and presses with its force.
    """
    finger = joint.kind == "prismatic"
    stiffness = FINGER_STIFFNESS if finger else limits.effort / FULL_EFFORT_RAD
    kind = mujoco.mjtJoint.mjJNT_SLIDE if finger else mujoco.mjtJoint.mjJNT_HINGE
    body.add_joint(
        name=joint.name,
        type=kind,
        axis=joint.axis,
        range=limits.mechanical,
        limited=mujoco.mjtLimited.mjLIMITED_TRUE,
        armature=FINGER_ARMATURE_KG if finger else ROTOR_INERTIA,
        damping=limits.effort / limits.velocity if finger else 0.0,
        actgravcomp=1,  # counts against the effort
        actfrclimited=mujoco.mjtLimited.mjLIMITED_TRUE,
        actfrcrange=(-limits.effort, limits.effort),
        solref_limit=GRIP_SOLREF,
        solimp_limit=CONTACT_SOLIMP,
    )
    servo = spec.add_actuator(name=joint.name, target=joint.name, trntype=mujoco.mjtTrn.mjTRN_JOINT)
    servo.set_to_position(kp=stiffness, kv=0.0 if finger else SERVO_LAG_SEC * stiffness)


def _couple(spec: mujoco.MjSpec, leader: str, follower: str) -> None:
    """Make a joint take the value of another, as stiff as a finger's contact."""
    coupling = spec.add_equality(type=mujoco.mjtEq.mjEQ_JOINT, name1=follower, name2=leader)
    coupling.objtype = mujoco.mjtObj.mjOBJ_JOINT
    coupling.data[:2] = (0.0, 1.0)
    coupling.solref, coupling.solimp = GRIP_SOLREF, CONTACT_SOLIMP
