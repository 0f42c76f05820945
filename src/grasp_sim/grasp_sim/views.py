"""Where cameras stand: poses of an optical frame that looks at a point."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from grasp_core.checks import Float, check_array
from grasp_core.transforms import normalized, transform

#: Sine of the angle between the line of sight and world z below which the image has no natural up.
VERTICAL_TOLERANCE = 1e-6


def look_at(eye: ArrayLike, target: ArrayLike) -> Float:
    """Pose `T_world_camera` (4, 4) of an optical frame at `eye` that looks at `target`.

    World z points up in the image. Where the line of sight is vertical, world y does.

    Parameters
    ----------
    eye, target : (3,) metres, in the world.

    Raises
    ------
    ArrayError : wrong shapes, values that are not finite, or `eye` equals `target`.
    """
    eye = check_array(eye, (3,), "eye")
    z = normalized(check_array(target, (3,), "target") - eye)
    up = np.array([0.0, 0.0, 1.0])
    if np.linalg.norm(np.cross(z, up)) < VERTICAL_TOLERANCE:
        up = np.array([0.0, 1.0, 0.0])
    x = normalized(np.cross(z, up))
    return transform(np.stack([x, np.cross(z, x), z], axis=-1), eye)


def orbit(
    target: ArrayLike, distance_m: float, tilt_rad: float, azimuth_rad: float, roll_rad: float = 0.0
) -> Float:
    """Pose `T_world_camera` (4, 4) at a distance from the point `target` (3,) that it looks at.

    Parameters
    ----------
    tilt_rad : angle between the line of sight and straight down, in [0, pi].
    azimuth_rad : direction from the target to the camera about world z, from world x.
    roll_rad : rotation of the camera about its line of sight.

    Raises
    ------
    ArrayError : wrong shape, or a value that is not finite.
    """
    target = check_array(target, (3,), "target")
    sine, cosine = np.sin(tilt_rad), np.cos(tilt_rad)
    outward = np.array([sine * np.cos(azimuth_rad), sine * np.sin(azimuth_rad), cosine])
    T_world_camera = look_at(target + distance_m * outward, target)
    c, s = np.cos(roll_rad), np.sin(roll_rad)
    R_camera_rolled = np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    return transform(T_world_camera[:3, :3] @ R_camera_rolled, T_world_camera[:3, 3])
