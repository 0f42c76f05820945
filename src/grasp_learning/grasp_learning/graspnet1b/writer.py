"""`GraspNetWriter`: scenes, grasp labels and models in the layout of GraspNet-1Billion.

Not written, because only graspnetAPI's evaluation needs them: textured models and dex_models.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import trimesh
from numpy.typing import NDArray
from PIL import Image
from scipy.io import savemat

from grasp_core.camera import Camera
from grasp_core.checks import Float
from grasp_core.transforms import inverse
from grasp_learning.errors import GraspNetFileError
from grasp_learning.graspnet1b.annotations import write_annotations
from grasp_learning.graspnet1b.frame import GraspNetFrame
from grasp_learning.graspnet1b.labels import ObjectGraspLabels
from grasp_learning.graspnet1b.paths import GraspNetPaths

#: Depth counts per metre.
FACTOR_DEPTH = 1000.0


class GraspNetWriter:
    """Writes below `root` as if one camera, "kinect" or "realsense", had seen the scenes.

    Raises
    ------
    GraspNetFileError : another camera.
    """

    def __init__(self, root: Path, camera: str) -> None:
        self.paths = GraspNetPaths(Path(root), camera)

    def write_object(
        self,
        object_id: int,
        vertices: Float,
        triangles: NDArray[np.integer],
        labels: ObjectGraspLabels,
    ) -> None:
        """Write the mesh (vertices (V, 3) metres, triangles (F, 3)) and the grasps of an object."""
        mesh = trimesh.Trimesh(vertices, triangles, process=False)
        mesh.export(_prepared(self.paths.model(object_id)))
        np.savez_compressed(
            _prepared(self.paths.grasp_label(object_id)),
            points=labels.points,
            offsets=labels.offsets,
            collision=labels.collision,
            scores=labels.scores,
        )

    def write_scene(
        self,
        scene: int,
        frames: Sequence[GraspNetFrame],
        collision: Sequence[NDArray[np.bool_]],
        names: Mapping[int, str],
    ) -> None:
        """Write all views of a scene and which grasps collide in it.

        Parameters
        ----------
        collision : (P, 300, 12, 4) for each object, in the order of the frames' object ids.
        names : what to call each object id in the annotations.

        Raises
        ------
        GraspNetFileError : no frames, the frames differ in objects or intrinsics, or there is not
            one collision label for each object.
        """
        ids, camera = _common(frames)
        if len(collision) != len(ids):
            raise GraspNetFileError(f"{len(collision)} collision labels for {len(ids)} objects")
        _prepared(self.paths.object_ids(scene)).write_text(
            "".join(f"{object_id}\n" for object_id in ids.tolist()), encoding="utf-8"
        )
        K = np.array([[camera.fx, 0, camera.cx], [0, camera.fy, camera.cy], [0, 0, 1.0]])
        T_table_camera0 = frames[0].T_table_camera
        poses = np.stack([inverse(T_table_camera0) @ frame.T_table_camera for frame in frames])
        np.save(_prepared(self.paths.intrinsics(scene)), K)
        np.save(self.paths.table(scene), T_table_camera0)
        np.save(self.paths.camera_poses(scene), poses)
        # The two cameras are one here.
        np.save(self.paths.realsense_in_kinect(scene), np.tile(np.eye(4), (len(frames), 1, 1)))
        np.savez_compressed(_prepared(self.paths.collision_label(scene)), *collision)
        for index, frame in enumerate(frames):
            self._write_frame(scene, index, frame, K, [names[i] for i in ids.tolist()])

    def _write_frame(
        self, scene: int, index: int, frame: GraspNetFrame, K: Float, names: list[str]
    ) -> None:
        counts = np.rint(frame.depth * FACTOR_DEPTH).clip(0, np.iinfo(np.uint16).max)
        depth = counts.astype(np.uint16)
        label = frame.label.astype(np.uint8 if frame.label.max() < 256 else np.uint16)
        Image.fromarray(frame.rgb).save(_prepared(self.paths.rgb(scene, index)))
        Image.fromarray(depth).save(_prepared(self.paths.depth(scene, index)))
        Image.fromarray(label).save(_prepared(self.paths.label(scene, index)))
        write_annotations(
            _prepared(self.paths.annotations(scene, index)),
            frame.object_ids,
            names,
            frame.T_camera_object,
        )
        meta = {
            "poses": np.moveaxis(frame.T_camera_object[:, :3], 0, 2),  # (3, 4, N)
            "cls_indexes": (frame.object_ids + 1).astype(np.int32)[:, None],
            "intrinsic_matrix": K,
            "factor_depth": np.array([[FACTOR_DEPTH]]),
        }
        savemat(_prepared(self.paths.meta(scene, index)), meta)
        # Rectangle grasps are planar and stand for other methods; there are none of ours.
        np.save(_prepared(self.paths.rectangles(scene, index)), np.zeros((0, 7), np.float32))


def _common(frames: Sequence[GraspNetFrame]) -> tuple[NDArray[np.int64], Camera]:
    if not frames:
        raise GraspNetFileError("a scene needs at least one frame")
    first = frames[0]
    for index, frame in enumerate(frames):
        if frame.camera != first.camera:
            raise GraspNetFileError(f"frame {index} has other intrinsics than frame 0")
        if not np.array_equal(frame.object_ids, first.object_ids):
            raise GraspNetFileError(
                f"frame {index} has objects {frame.object_ids.tolist()}, "
                f"frame 0 has {first.object_ids.tolist()}"
            )
    return first.object_ids, first.camera


def _prepared(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path
