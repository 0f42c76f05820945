"""`DepthFrame`: what an ideal depth camera sees of a scene."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grasp_core.camera import Camera
from grasp_core.checks import Float, check_array
from grasp_core.errors import ArrayError

#: Instance of what is no object: the table, the bin, and pixels that see nothing.
BACKGROUND = 0


@dataclass(frozen=True, eq=False)
class DepthFrame:
    """Depth, instances and normals per pixel, without noise.

    Attributes
    ----------
    camera : intrinsics of the image (H, W).
    T_world_camera : (4, 4) pose of the optical frame (x right, y down, z forward).
    depth : (H, W) float32 metres along z; 0 where nothing is seen.
    instances : (H, W) int32; `BACKGROUND` or the number of the object.
    normals : (H, W, 3) float32 unit normals in the optical frame, towards the camera; 0 where
        nothing is seen.

    Raises
    ------
    ArrayError : wrong shapes, a value that is not finite or a negative depth.
    """

    camera: Camera
    T_world_camera: Float
    depth: NDArray[np.float32]
    instances: NDArray[np.int32]
    normals: NDArray[np.float32]

    def __post_init__(self) -> None:
        shape = (self.camera.height, self.camera.width)
        depth = check_array(self.depth, shape, "depth", np.float32)
        if (depth < 0).any():
            raise ArrayError("depth must not be negative; 0 means that nothing is seen")
        arrays = {
            "T_world_camera": check_array(self.T_world_camera, (4, 4), "T_world_camera"),
            "depth": depth,
            "instances": check_array(self.instances, shape, "instances", np.int32),
            "normals": check_array(self.normals, (*shape, 3), "normals", np.float32),
        }
        for name, array in arrays.items():
            object.__setattr__(self, name, array)

    def incidence_rad(self) -> NDArray[np.float32]:
        """Angles (H, W) between the line of sight and the normal; pi / 2 where nothing is seen."""
        rays = pixel_rays(self.camera).astype(np.float32)
        rays /= np.linalg.norm(rays, axis=-1, keepdims=True)
        cosine = -np.einsum("hwc,hwc->hw", rays, self.normals)
        angles: NDArray[np.float32] = np.arccos(np.clip(cosine, 0.0, 1.0))
        return angles


def pixel_rays(camera: Camera) -> Float:
    """Points (H, W, 3) at depth 1 on the line of sight of each pixel, in the optical frame."""
    rays = np.ones((camera.height, camera.width, 3))
    rays[..., 0] = (np.arange(camera.width) - camera.cx) / camera.fx
    rays[..., 1] = ((np.arange(camera.height) - camera.cy) / camera.fy)[:, None]
    return rays
