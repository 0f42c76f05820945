"""A frame of the simulation as a frame of GraspNet-1Billion."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import Float
from grasp_core.errors import ArrayError
from grasp_core.transforms import inverse
from grasp_learning.graspnet1b.frame import GraspNetFrame
from grasp_sim.depth_frame import BACKGROUND, DepthFrame
from grasp_sim.sensor_noise import Capture

#: Brightness of a surface that faces the camera, and of one at a right angle to it, 0 to 255.
BRIGHTEST, DARKEST = 230.0, 60.0


def to_graspnet(
    capture: Capture, objects: Mapping[int, tuple[int, Float]], T_world_table: Float
) -> GraspNetFrame:
    """Build the frame of a view.

    Parameters
    ----------
    objects : instance in the frame -> (object id, `T_world_object` (4, 4)); the order of the
        mapping is the order of the scene's labels.
    T_world_table : (4, 4) frame on the table, z up.

    Raises
    ------
    ArrayError : an object id appears twice, which the layout cannot hold, or an instance of the
        frame has no object.
    """
    frame = capture.clean
    ids = np.array([object_id for object_id, _ in objects.values()], dtype=np.int64)
    if len(np.unique(ids)) != len(ids):
        raise ArrayError(f"object ids {ids.tolist()}: each may appear once in a scene")
    strangers = set(np.unique(frame.instances).tolist()) - set(objects) - {BACKGROUND}
    if strangers:
        raise ArrayError(f"instances {sorted(strangers)} have no object; known: {sorted(objects)}")
    label = np.zeros(frame.instances.shape, dtype=np.int32)
    for instance, (object_id, _) in objects.items():
        label[frame.instances == instance] = object_id + 1
    T_camera_world = inverse(frame.T_world_camera)
    poses = [T_camera_world @ T_world_object for _, T_world_object in objects.values()]
    return GraspNetFrame(
        camera=frame.camera,
        depth=capture.depth,
        rgb=_shaded(frame),
        label=label,
        object_ids=ids,
        T_camera_object=np.reshape(poses, (-1, 4, 4)),
        T_table_camera=inverse(T_world_table) @ frame.T_world_camera,
    )


def _shaded(frame: DepthFrame) -> NDArray[np.uint8]:
    """Grey image (H, W, 3) as if a lamp stood at the camera."""
    facing = np.cos(frame.incidence_rad())
    gray = np.where(frame.depth > 0, DARKEST + (BRIGHTEST - DARKEST) * facing, 0.0)
    return np.repeat(np.rint(gray).astype(np.uint8)[..., None], 3, axis=-1)
