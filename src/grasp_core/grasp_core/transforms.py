"""SE(3) batches as (..., 4, 4) arrays.

`T_a_b` is the pose of frame b in frame a; it maps coordinates in b to coordinates in a, and chains
cancel: ``T_base_grasp = T_base_camera @ T_camera_grasp``.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial.transform import Rotation

from grasp_core.checks import AnyFloat, Float, check_array
from grasp_core.errors import ArrayError

#: Sine of the angle below which two directions do not span a plane to double precision's liking.
PARALLEL_TOLERANCE = 1e-6


def transform(rotation: ArrayLike, translation: ArrayLike) -> Float:
    """Stack rotations (..., 3, 3) and translations (..., 3) to transforms (..., 4, 4)."""
    rotation = np.asarray(rotation, dtype=np.float64)
    translation = np.asarray(translation, dtype=np.float64)
    shape = np.broadcast_shapes(rotation.shape[:-2], translation.shape[:-1])
    T = np.zeros((*shape, 4, 4))
    T[..., :3, :3] = rotation
    T[..., :3, 3] = translation
    T[..., 3, 3] = 1.0
    return T


def inverse(T_a_b: Float) -> Float:
    """Return `T_b_a`, (..., 4, 4), by the rigid rule [Rᵀ, -Rᵀ t]."""
    rotation = np.swapaxes(T_a_b[..., :3, :3], -1, -2)
    translation = -(rotation @ T_a_b[..., :3, 3, None])[..., 0]
    return transform(rotation, translation)


def transform_points(T_a_b: Float, points_b: AnyFloat) -> AnyFloat:
    """Map points (N, 3) from frame b to frame a with one transform (4, 4); keeps the dtype."""
    T = T_a_b.astype(points_b.dtype)
    points_a: AnyFloat = points_b @ T[:3, :3].T + T[:3, 3]
    return points_a


def from_quaternion_xyzw(quaternion: ArrayLike, translation: ArrayLike) -> Float:
    """Build one transform (4, 4) from a quaternion (x, y, z, w) of any length and a translation.

    Raises
    ------
    ArrayError : wrong shapes, or a quaternion that is zero or not finite.
    """
    quaternion = check_array(quaternion, (4,), "quaternion")
    translation = check_array(translation, (3,), "translation")
    norm = math.hypot(*quaternion)  # does not overflow on the way
    if not 1e-6 < norm < math.inf:
        raise ArrayError(f"quaternion {quaternion.tolist()} has no direction")
    return transform(Rotation.from_quat(quaternion / norm).as_matrix(), translation)


def quaternions_xyzw(rotations: Float) -> Float:
    """Quaternions (N, 4), order x, y, z, w, with w >= 0, of rotations (N, 3, 3)."""
    if len(rotations) == 0:
        return np.zeros((0, 4))
    quaternions: Float = Rotation.from_matrix(rotations).as_quat(canonical=True)
    return quaternions


def normalized(vectors: ArrayLike) -> Float:
    """Scale vectors to unit length along the last axis.

    Raises
    ------
    ArrayError : a vector has no length.
    """
    vectors = np.asarray(vectors, dtype=np.float64)
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    if not (norms > 1e-12).all():
        raise ArrayError("cannot normalize a vector of length zero")
    unit: Float = vectors / norms
    return unit


def grasp_rotation(approach: ArrayLike, closing: ArrayLike) -> Float:
    """Rotations (..., 3, 3) with columns x = approach, y = closing direction, z = x cross y.

    `approach` is kept; `closing` is made orthogonal to it (Gram-Schmidt).

    Raises
    ------
    ArrayError : a vector of length zero, or approach parallel to closing.
    """
    x = normalized(approach)
    y = normalized(closing)
    y = y - np.sum(x * y, axis=-1, keepdims=True) * x
    if not (np.linalg.norm(y, axis=-1) > PARALLEL_TOLERANCE).all():
        raise ArrayError("approach and closing direction are parallel")
    y = normalized(y)
    return np.stack([x, y, np.cross(x, y)], axis=-1)


def approach_frame(axis: ArrayLike, points: AnyFloat) -> Float:
    """Pose `T_approach_frame` (4, 4) of the points' frame in the approach frame of the networks.

    There the preferred approach is z and the mean of the points is the origin. x and y are any
    perpendicular pair; the networks are trained with random turns about z.

    Parameters
    ----------
    axis : (3,) preferred approach, in the frame of the points.
    points : (N, 3) metres, N >= 1.

    Raises
    ------
    ArrayError : the axis has no length, or there is no point.
    """
    if len(points) == 0:
        raise ArrayError("an approach frame needs at least one point")
    z = normalized(axis)
    x = normalized(np.cross(np.eye(3)[np.argmin(np.abs(z))], z))
    R_approach_frame = np.stack([x, np.cross(z, x), z])
    return transform(R_approach_frame, -R_approach_frame @ points.mean(axis=0, dtype=np.float64))
