"""`GraspNetFrame`: one view of one scene of GraspNet-1Billion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grasp_core.camera import Camera
from grasp_core.checks import Float, check_array, check_rotations
from grasp_core.cloud import PointCloud
from grasp_core.errors import ArrayError


@dataclass(frozen=True, eq=False)
class GraspNetFrame:
    """Images of a view and the poses of what is in it.

    Attributes
    ----------
    camera : intrinsics of all three images (H, W).
    depth : (H, W) float32 metres; 0 = no measurement.
    rgb : (H, W, 3) uint8.
    label : (H, W) int32, object id + 1; 0 = background.
    object_ids : (N,) int64, in the order of the scene's list.
    T_camera_object : (N, 4, 4) poses in the optical frame.
    T_table_camera : (4, 4) pose of the camera on the table, whose z points up.

    Raises
    ------
    ArrayError : wrong shapes, a value that is not finite, a pose that is not rigid or a label
        without an object.
    """

    camera: Camera
    depth: NDArray[np.float32]
    rgb: NDArray[np.uint8]
    label: NDArray[np.int32]
    object_ids: NDArray[np.int64]
    T_camera_object: Float
    T_table_camera: Float

    def __post_init__(self) -> None:
        shape = (self.camera.height, self.camera.width)
        ids = check_array(self.object_ids, (None,), "object_ids", np.int64)
        poses = check_array(self.T_camera_object, (len(ids), 4, 4), "T_camera_object")
        check_rotations(poses[:, :3, :3], "T_camera_object")
        arrays = {
            "depth": check_array(self.depth, shape, "depth", np.float32),
            "rgb": check_array(self.rgb, (*shape, 3), "rgb", np.uint8),
            "label": check_array(self.label, shape, "label", np.int32),
            "object_ids": ids,
            "T_camera_object": poses,
            "T_table_camera": check_array(self.T_table_camera, (4, 4), "T_table_camera"),
        }
        unknown = np.setdiff1d(arrays["label"], np.append(ids + 1, 0))
        if len(unknown):
            raise ArrayError(
                f"label {unknown[0]}, expected 0 or an object id + 1 of {ids.tolist()}"
            )
        for name, array in arrays.items():
            object.__setattr__(self, name, array)

    def cloud(self, frame_id: str) -> PointCloud:
        """Coloured points in the optical frame."""
        return self.camera.deproject(self.depth, frame_id, colors=self.rgb)
