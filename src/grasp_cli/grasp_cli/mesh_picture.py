"""Pictures of meshes and grasps on white paper, drawn without a display."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from grasp_core.camera import Camera
from grasp_core.checks import Float
from grasp_core.grasps import Grasps
from grasp_core.transforms import inverse
from grasp_perception.picture.raster import Layer, draw_boxes
from grasp_perception.picture.shading import RGB, composed
from grasp_perception.picture.views import View
from grasp_sim.ray_scene import RayScene

PAPER = (255, 255, 255)
#: Each pixel of a picture is the mean of so many squared.
SUPERSAMPLING = 2
#: Direction to the lamp in an optical frame: above the camera and to the left of it.
LAMP = np.array([-0.35, -0.55, -0.76], np.float32)
#: Brightness of a face that the lamp does not reach, and of one that faces it.
DARKEST, BRIGHTEST = 0.55, 1.05
#: Thickness of a fork's bars and length of its stem, over the length of its fingers.
BAR_SHARE, STEM_SHARE = 0.06, 0.6


def mesh_picture(
    view: View,
    scene: RayScene,
    mesh_colors: NDArray[np.float32],
    grasps: Grasps,
    grasp_colors: NDArray[np.float32],
    finger_m: float,
) -> RGB:
    """Draw meshes, and each grasp as a fork of thin bars.

    Parameters
    ----------
    view : of the frame of scene and grasps; its pixels are those before averaging.
    mesh_colors : (I, 3) RGB in [0, 1] of each instance, background first.
    grasp_colors : (N, 3) RGB in [0, 1].
    finger_m : metres, length of the drawn fingers. A gripper of its true size would hide a nut.

    Returns
    -------
    (H, W, 3) uint8 RGB, smaller than the view by `SUPERSAMPLING`.
    """
    T_frame_box, sizes = _forks(grasps, finger_m)
    per_grasp = sizes.shape[1]
    forks = draw_boxes(
        view,
        T_frame_box.reshape(-1, 4, 4),
        sizes.reshape(-1, 3),
        np.repeat(grasp_colors, per_grasp, axis=0),
        np.repeat(np.arange(len(grasps), dtype=np.int32), per_grasp),
    )
    return composed(_mesh_layer(view, scene, mesh_colors), forks, SUPERSAMPLING, None, PAPER)


def fork_corners(grasps: Grasps, finger_m: float) -> Float:
    """Points (4 N, 3) that a picture of forks must show: the tips and the ends of the stems."""
    offset = np.zeros((len(grasps), 4, 3))
    offset[:, 0, 1], offset[:, 1, 1] = grasps.widths / 2, -grasps.widths / 2
    offset[:, 2, 0], offset[:, 3, 0] = -finger_m, -(1 + STEM_SHARE) * finger_m
    corners: Float = np.einsum("nij,nkj->nki", grasps.rotations, offset)
    return (corners + grasps.positions[:, None]).reshape(-1, 3)


def _forks(grasps: Grasps, finger_m: float) -> tuple[Float, Float]:
    """Poses (N, 4, 4, 4) and sizes (N, 4, 3) of the two fingers, the bridge and the stem."""
    bar, n = finger_m * BAR_SHARE, len(grasps)
    sizes = np.full((n, 4, 3), bar)
    centers = np.zeros((n, 4, 3))
    sizes[:, :2, 0], centers[:, :2, 0] = finger_m, -finger_m / 2
    centers[:, 0, 1] = (grasps.widths + bar) / 2
    centers[:, 1, 1] = -centers[:, 0, 1]
    sizes[:, 2, 1], centers[:, 2, 0] = grasps.widths + 2 * bar, -finger_m - bar / 2
    sizes[:, 3, 0] = STEM_SHARE * finger_m
    centers[:, 3, 0] = -(1 + STEM_SHARE / 2) * finger_m
    T_frame_box = np.repeat(grasps.T_frame_grasp[:, None], 4, axis=1)
    T_frame_box[..., :3, 3] += np.einsum("nij,nbj->nbi", grasps.rotations, centers)
    return T_frame_box, sizes


def _mesh_layer(view: View, scene: RayScene, colors: NDArray[np.float32]) -> Layer:
    """See the meshes under a lamp."""
    camera = Camera(view.width, view.height, view.focal, view.focal, view.cx, view.cy)
    frame = scene.render(camera, inverse(view.T_view_frame))
    facing = np.clip(frame.normals @ LAMP / np.linalg.norm(LAMP), 0, 1)
    light = DARKEST + (BRIGHTEST - DARKEST) * facing
    seen = frame.depth > 0
    return Layer(
        np.where(seen, frame.depth, np.float32(np.inf)),
        (colors[frame.instances] * light[..., None]).astype(np.float32),
        np.where(seen, frame.instances, -1).astype(np.int32),
    )
