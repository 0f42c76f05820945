"""What is known of a labelled grasp before it is executed, and may tell how it ends."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import Float
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.transforms import transform_points
from grasp_learning.closed_surface import ClosedSurface
from grasp_learning.pad_contact import engagement
from grasp_sim.scenes import Scene

#: What is known of a grasp before it is executed; each such that more should be better.
PREDICTORS = (
    "quality",  # Ferrari-Canny over its upper bound: the score of the labels
    "antipodality",  # minus the friction that the grasp needs for force closure
    "depth",  # metres that the fingertips reach beyond the labelled contacts
    "engagement",  # the same, beyond the surface that the pads meet first
    "room",  # metres between the lowest corner of the fingertips and the floor
    "centring",  # minus the metres between the closing line and the centre of mass
    "tilt",  # minus the angle between the approach and straight down
    "level",  # minus the sine of the angle between the closing direction and the floor
    "lightness",  # minus the logarithm of the mass
    "narrowness",  # minus the width
)

#: Points on each object by which the pads find its surface; about 1 mm apart on a common one.
SURFACE_POINTS = 20_000


def label_predictors(
    scene: Scene,
    grasps: Grasps,
    contacts: Float,
    instances: NDArray[np.int32],
    needed_friction: Float,
    gripper: Gripper,
    rng: np.random.Generator,
) -> Float:
    """Compute what `PREDICTORS` names.

    Parameters
    ----------
    grasps : N grasps in the frame "world", with the scores of their labels.
    contacts : (N, 2, 3) metres, in the world.
    instances : (N,) number of the object that each grasp is on; object i of the scene is i + 1.
    needed_friction : (N,) least friction at which each is in force closure.

    Returns
    -------
    (N, P).
    """
    approach, closing = grasps.approach, grasps.closing
    middle = contacts.mean(axis=1)
    # The origin of an object is its centre of mass.
    arm = scene.T_world_object[instances - 1, :3, 3] - middle
    masses = np.array([model.mass for model in scene.models])
    columns = {
        "quality": grasps.scores,
        "antipodality": -needed_friction,
        "depth": np.einsum("nk,nk->n", grasps.positions - middle, approach),
        "engagement": _engagement(scene, grasps, instances, gripper, rng),
        "room": _lowest_corner(grasps, gripper),
        "centring": -np.linalg.norm(np.cross(arm, closing), axis=1),
        "tilt": -np.arccos(np.clip(-approach[:, 2], -1.0, 1.0)),
        "level": -np.abs(closing[:, 2]),
        "lightness": -np.log(masses[instances - 1]),
        "narrowness": -grasps.widths,
    }
    return np.column_stack([columns[name] for name in PREDICTORS])


def _engagement(
    scene: Scene,
    grasps: Grasps,
    instances: NDArray[np.int32],
    gripper: Gripper,
    rng: np.random.Generator,
) -> Float:
    engaged = np.zeros(len(grasps))
    for i, (model, T) in enumerate(zip(scene.models, scene.T_world_object, strict=True), start=1):
        here = np.flatnonzero(instances == i)
        surface = ClosedSurface(model.vertices, model.triangles, np.zeros(3))
        points = surface.sample(SURFACE_POINTS, rng)[0]
        engaged[here] = engagement(grasps[here], gripper, transform_points(T, points))
    return engaged


def _lowest_corner(grasps: Grasps, gripper: Gripper) -> Float:
    """Height (N,) in metres of the lowest corner of the fingertips above the floor."""
    up_y, up_z = grasps.rotations[:, 2, 1], grasps.rotations[:, 2, 2]
    reach = grasps.widths / 2 + gripper.finger_thickness
    below = np.abs(up_y) * reach + np.abs(up_z) * gripper.finger_width / 2
    lowest: Float = grasps.positions[:, 2] - below
    return lowest
