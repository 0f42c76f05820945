"""A parallel gripper that flies: fingers, palm and the drives that move them, in MuJoCo."""

from __future__ import annotations

import mujoco
import numpy as np

from grasp_core.checks import Float
from grasp_core.gripper import Gripper
from grasp_core.transforms import quaternions_xyzw
from grasp_sim.physics import (
    CONTACT_SOLIMP,
    GRIPPER_BIT,
    OBJECT_PRIORITY,
    TIMESTEP_SEC,
    set_contact,
)

MOUNT, PALM, LEFT, RIGHT = "mount", "palm", "left_finger", "right_finger"

#: Kilograms of the hand and of each finger, about those of a small electric gripper.
PALM_KG, FINGER_KG = 1.0, 0.1

#: Kilograms that the turning parts of each finger's geared drive are worth along its slide. It also
#: keeps the force from moving a finger by more than a contact stops within one step.
FINGER_ARMATURE_KG = 1.0

#: N/m and N s/m. An arm that gives way 0.1 mm under 2 N, critically damped with the hand's mass.
ARM_STIFFNESS = 20_000.0
ARM_DAMPING = 2.0 * (ARM_STIFFNESS * (PALM_KG + 2 * FINGER_KG)) ** 0.5

#: N/m of the finger drives; they reach their full force within a few millimetres.
FINGER_STIFFNESS = 20_000.0

#: Metres per second at which each finger closes freely.
FINGER_SPEED = 0.1

#: Fingers meet objects as hard as MuJoCo allows, or they would sink a millimetre into a light one;
#: the weight makes their setting prevail over the object's.
GRIP_SOLREF = (2 * TIMESTEP_SEC, 1.0)
GRIP_SOLMIX = 1e6

#: Newtons that the arm can exert on its way to an object; against more it stops, as a robot with
#: collision detection does. Later the arm is as strong as it needs to be.
APPROACH_FORCE_N = 30.0
ARM_FORCE_N = 500.0


#: Metres above the table where the hand waits.
PARKING_HEIGHT_M = 1.5


class FreeGripper:
    """The gripper's joints and drives in a compiled model.

    Its place is that of the mount, a fixed frame that is put onto the grasp, and three slides that
    move it along the grasp's axes.
    """

    def __init__(self, model: mujoco.MjModel, gripper: Gripper) -> None:
        self.gripper = gripper
        self.left = model.body(LEFT).id
        self.right = model.body(RIGHT).id
        self.bodies = np.array([model.body(PALM).id, self.left, self.right])
        self._mocap = model.body_mocapid[model.body(MOUNT).id]
        joints = [f"arm_{axis}" for axis in "xyz"] + [LEFT, RIGHT]
        self._qpos = np.array([model.jnt_qposadr[model.joint(name).id] for name in joints])
        self._qvel = np.array([model.jnt_dofadr[model.joint(name).id] for name in joints])
        self._ctrl = np.array([model.actuator(name).id for name in joints])

    def put(self, data: mujoco.MjData, T_world_grasp: Float, offset: Float, width: float) -> None:
        """Put the mount onto a grasp and the hand, open, at an offset (3,) in the grasp frame."""
        x, y, z, w = quaternions_xyzw(T_world_grasp[None, :3, :3])[0]
        data.mocap_pos[self._mocap] = T_world_grasp[:3, 3]
        data.mocap_quat[self._mocap] = (w, x, y, z)
        data.qpos[self._qpos] = (*offset, width / 2, width / 2)
        data.qvel[self._qvel] = 0.0
        self.move(data, offset, np.zeros(3))
        self.open(data, width)

    def park(self, data: mujoco.MjData) -> None:
        """Put the hand, closed, where it touches nothing."""
        T_world_grasp = np.eye(4)
        T_world_grasp[2, 3] = PARKING_HEIGHT_M
        self.put(data, T_world_grasp, np.zeros(3), self.gripper.min_width)

    def move(self, data: mujoco.MjData, offset: Float, velocity: Float) -> None:
        """Command the arm to an offset (3,) and its velocity, both in the grasp frame."""
        data.ctrl[self._ctrl[:3]] = offset + velocity * (ARM_DAMPING / ARM_STIFFNESS)

    def open(self, data: mujoco.MjData, width: float) -> None:
        """Command an opening in metres."""
        data.ctrl[self._ctrl[3:]] = width / 2

    def close(self, data: mujoco.MjData) -> None:
        """Command the full closing force, which each finger exerts on what stops it."""
        data.ctrl[self._ctrl[3:]] = -self.gripper.max_width

    def limit_arm(self, model: mujoco.MjModel, force_n: float) -> None:
        """Limit the force of the arm along each axis."""
        model.actuator_forcerange[self._ctrl[:3]] = (-force_n, force_n)

    def offset(self, data: mujoco.MjData) -> Float:
        """Where the hand is, (3,) metres in the grasp frame."""
        return np.array(data.qpos[self._qpos[:3]])

    def opening(self, data: mujoco.MjData) -> float:
        """Metres between the fingers."""
        return float(data.qpos[self._qpos[3:]].sum())

    def finger_speed(self, data: mujoco.MjData) -> float:
        """Metres per second of the faster finger."""
        return float(np.abs(data.qvel[self._qvel[3:]]).max())


def add_gripper(spec: mujoco.MjSpec, gripper: Gripper) -> None:
    """Add a free gripper of the gripper's shape, see CONVENTIONS.md; gravity does not pull it."""
    mount = spec.worldbody.add_body(name=MOUNT, mocap=True)
    palm = mount.add_body(name=PALM, gravcomp=1.0)
    parking = np.array([0.0, 0.0, PARKING_HEIGHT_M])
    palm.pos = parking  # where the model starts; the offset of the hand is zero at the mount
    lower, upper = (corners[0] for corners in gripper.boxes(np.zeros(1)))
    _add_box(palm, lower[2], upper[2], PALM_KG)
    for axis, name in zip(np.eye(3), "xyz", strict=True):
        joint = palm.add_joint(
            name=f"arm_{name}",
            type=mujoco.mjtJoint.mjJNT_SLIDE,
            axis=axis,
            ref=axis @ parking,
        )
        _add_drive(spec, joint.name, ARM_STIFFNESS, ARM_DAMPING, APPROACH_FORCE_N)
    for name, side, box in ((LEFT, 1.0, 0), (RIGHT, -1.0, 1)):
        finger = palm.add_body(name=name, gravcomp=1.0)
        _add_box(finger, lower[box], upper[box], FINGER_KG)
        joint = finger.add_joint(
            name=name,
            type=mujoco.mjtJoint.mjJNT_SLIDE,
            axis=(0.0, side, 0.0),
            range=(gripper.min_width / 2, gripper.max_width / 2),
            limited=mujoco.mjtLimited.mjLIMITED_TRUE,
            armature=FINGER_ARMATURE_KG,
            damping=gripper.force_n / FINGER_SPEED,
            solref_limit=GRIP_SOLREF,
            solimp_limit=CONTACT_SOLIMP,
        )
        _add_drive(spec, joint.name, FINGER_STIFFNESS, 0.0, gripper.force_n)
    coupling = spec.add_equality(type=mujoco.mjtEq.mjEQ_JOINT, name1=LEFT, name2=RIGHT)
    coupling.objtype = mujoco.mjtObj.mjOBJ_JOINT
    coupling.data[:2] = (0.0, 1.0)  # the fingers move as mirror images
    coupling.solref, coupling.solimp = GRIP_SOLREF, CONTACT_SOLIMP


def _add_box(body: mujoco.MjsBody, lower: Float, upper: Float, mass: float) -> None:
    center, half = (lower + upper) / 2, (upper - lower) / 2
    geom = body.add_geom(type=mujoco.mjtGeom.mjGEOM_BOX, pos=center, size=half)
    set_contact(geom, friction=0.0)
    geom.solref, geom.solmix = GRIP_SOLREF, GRIP_SOLMIX
    geom.priority = OBJECT_PRIORITY  # equal: the larger friction counts, which is the object's
    geom.contype, geom.conaffinity = GRIPPER_BIT, 0  # does not meet itself
    body.mass, body.ipos, body.explicitinertial = mass, center, True
    squares = half**2
    body.inertia = mass / 3 * (squares.sum() - squares)  # of a cuboid


def _add_drive(
    spec: mujoco.MjSpec, joint: str, stiffness: float, damping: float, force_n: float
) -> None:
    """Add a position drive with a limited force."""
    drive = spec.add_actuator(name=joint, target=joint, trntype=mujoco.mjtTrn.mjTRN_JOINT)
    drive.set_to_position(kp=stiffness, kv=damping)
    drive.forcelimited = mujoco.mjtLimited.mjLIMITED_TRUE
    drive.forcerange = (-force_n, force_n)
