"""Poses of free objects in MuJoCo's state, in our conventions.

The objects come first in the state; MuJoCo's quaternions are w, x, y, z.
"""

from __future__ import annotations

import mujoco
import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from grasp_core.checks import Float
from grasp_core.transforms import quaternions_xyzw, transform

#: Numbers per free object: position and quaternion; linear and angular velocity.
POSE, VELOCITY = 7, 6

#: Metres per second downwards, enough to wake an object.
WAKING_SPEED = 1e-4

#: Metres between parked objects, more than the largest is long.
PARKING_M = 2.0


def place(data: mujoco.MjData, index: int, T_world_object: Float, speed: float = 0.0) -> None:
    """Put an object somewhere, awake, with a speed in metres per second downwards."""
    pose = data.qpos[POSE * index : POSE * (index + 1)]
    pose[:3], pose[3:] = T_world_object[:3, 3], wxyz(T_world_object)
    data.qvel[VELOCITY * index : VELOCITY * (index + 1)] = (0, 0, -speed, 0, 0, 0)


def poses(data: mujoco.MjData, count: int) -> Float:
    """Poses `T_world_object` (count, 4, 4) of the objects."""
    state = data.qpos[: POSE * count].reshape(count, POSE)
    rotations = Rotation.from_quat(state[:, [4, 5, 6, 3]]).as_matrix()
    return transform(rotations, state[:, :3])


def asleep(data: mujoco.MjData, count: int) -> NDArray[np.bool_]:
    """Whether (count,) each object is at rest, as are all that it touches.

    MuJoCo puts it to sleep after ten steps below `physics.REST_SPEED`.
    """
    return np.asarray(data.tree_asleep[:count] >= 0)


def wake(data: mujoco.MjData, count: int) -> None:
    """Wake all objects: what held them may be gone, and MuJoCo does not notice."""
    data.qvel[: VELOCITY * count].reshape(count, VELOCITY)[:, 2] -= WAKING_SPEED


def parked(count: int) -> Float:
    """Poses (count, 4, 4) beside the bin, where objects touch nothing."""
    T = np.tile(np.eye(4), (count, 1, 1))
    T[:, 0, 3] = PARKING_M * np.arange(1, count + 1)
    T[:, 2, 3] = PARKING_M
    return T


def wxyz(T: Float) -> Float:
    """Quaternion of a pose (4, 4) in MuJoCo's order."""
    return np.roll(quaternions_xyzw(T[None, :3, :3])[0], 1)
