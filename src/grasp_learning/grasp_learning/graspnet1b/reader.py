"""`GraspNetReader`: scenes, grasp labels and models of a GraspNet-1Billion folder."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import trimesh
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError
from scipy.io import loadmat
from scipy.io.matlab import MatReadError

from grasp_core.camera import Camera
from grasp_core.checks import Float, check_array
from grasp_core.errors import GraspError
from grasp_core.grasps import Grasps
from grasp_learning.errors import GraspNetFileError
from grasp_learning.graspnet1b.annotations import read_annotations
from grasp_learning.graspnet1b.frame import GraspNetFrame
from grasp_learning.graspnet1b.labels import GRID, ObjectGraspLabels
from grasp_learning.graspnet1b.paths import GraspNetPaths, require_files


class GraspNetReader:
    """Reads the real layout; every error names the file.

    Parameters
    ----------
    root : folder with scenes/, grasp_label/, collision_label/ and models/.
    camera : "kinect" or "realsense".

    Raises
    ------
    GraspNetFileError : another camera, or `root` has no scenes.
    """

    def __init__(self, root: Path, camera: str) -> None:
        self.paths = GraspNetPaths(Path(root), camera)
        if not (self.paths.root / "scenes").is_dir():
            raise GraspNetFileError(f"{root}: not a GraspNet-1Billion folder, it has no scenes/")

    def scenes(self) -> list[int]:
        """Give the numbers of the scenes that are there, complete or not."""
        folders = (self.paths.root / "scenes").glob("scene_[0-9][0-9][0-9][0-9]")
        return sorted(int(folder.name[-4:]) for folder in folders)

    def frame_count(self, scene: int) -> int:
        """Give the number of views of a scene (256 in the data set)."""
        return len(self._array(self.paths.camera_poses(scene), (None, 4, 4)))

    def check(self, scenes: Sequence[int]) -> None:
        """Check that all files of the scenes and their objects exist.

        Raises
        ------
        GraspNetFileError : names the missing files.
        """
        root = self.paths.root
        for scene in scenes:
            require_files(root, self.paths.scene_files(scene))
            frames = range(self.frame_count(scene))
            require_files(root, (f for i in frames for f in self.paths.frame_files(scene, i)))
            ids = self.object_ids(scene)
            require_files(
                root, (f(i) for i in ids for f in (self.paths.grasp_label, self.paths.model))
            )

    def object_ids(self, scene: int) -> list[int]:
        """Give the ids of a scene's objects, in the order that its labels keep."""
        path = self.paths.object_ids(scene)
        with self._reading(path):
            return [int(word) for word in path.read_text(encoding="utf-8").split()]

    def frame(self, scene: int, index: int) -> GraspNetFrame:
        """Read one view.

        Raises
        ------
        GraspNetFileError : a file is missing or damaged, or meta and annotations disagree.
        """
        require_files(self.paths.root, self.paths.frame_files(scene, index))
        meta = self._meta(scene, index)
        ids, _ = read_annotations(self.paths.annotations(scene, index))
        if not np.array_equal(ids + 1, meta["cls_indexes"]):
            raise GraspNetFileError(
                f"{self.paths.meta(scene, index)}: objects {meta['cls_indexes'].tolist()}, "
                f"the annotations have {(ids + 1).tolist()}"
            )
        depth = self._image(self.paths.depth(scene, index))
        label = self._image(self.paths.label(scene, index))
        rgb = self._image(self.paths.rgb(scene, index))
        K = meta["intrinsic_matrix"]
        last = np.tile([0.0, 0.0, 0.0, 1.0], (len(ids), 1, 1))
        T_camera_object = np.concatenate([np.moveaxis(meta["poses"], 2, 0), last], axis=1)
        with self._reading(self.paths.meta(scene, index)):
            height, width = depth.shape[:2]
            return GraspNetFrame(
                camera=Camera(width, height, K[0, 0], K[1, 1], K[0, 2], K[1, 2]),
                depth=depth.astype(np.float32) / np.float32(meta["factor_depth"]),
                rgb=rgb,
                label=label.astype(np.int32),
                object_ids=ids,
                T_camera_object=T_camera_object,
                T_table_camera=self._table_pose(scene, index),
            )

    def object_labels(self, object_id: int) -> ObjectGraspLabels:
        """Read the grasps of one object."""
        path = self.paths.grasp_label(object_id)
        with self._reading(path), np.load(path, allow_pickle=False) as file:
            names = ("points", "offsets", "scores", "collision")
            return ObjectGraspLabels(**{name: file[name] for name in names})

    def scene_collision(self, scene: int) -> list[NDArray[np.bool_]]:
        """Read which grasps collide in a scene: (P, 300, 12, 4) for each object of `object_ids`.

        Raises
        ------
        GraspNetFileError : damaged, or another number of objects than the scene has.
        """
        path = self.paths.collision_label(scene)
        count = len(self.object_ids(scene))
        with self._reading(path), np.load(path, allow_pickle=False) as file:
            if len(file.files) != count:
                raise GraspNetFileError(f"{len(file.files)} objects, the scene has {count}")
            return [
                check_array(file[f"arr_{i}"], (None, *GRID), f"arr_{i}", np.bool_)
                for i in range(count)
            ]

    def grasps(self, scene: int, index: int, max_friction: float) -> list[Grasps]:
        """Grasps of each object that hold at that friction and are free, in the optical frame."""
        frame = self.frame(scene, index)
        frame_id = f"{self.paths.camera}_optical_frame"
        return [
            self.object_labels(object_id).grasps(T, frame_id, max_friction, collision)
            for object_id, T, collision in zip(
                frame.object_ids.tolist(),
                frame.T_camera_object,
                self.scene_collision(scene),
                strict=True,
            )
        ]

    def model(self, object_id: int) -> tuple[Float, NDArray[np.int64]]:
        """Read vertices (V, 3) in metres and triangles (F, 3) of an object."""
        path = self.paths.model(object_id)
        with self._reading(path):
            mesh = trimesh.load_mesh(path, process=False)
            return np.asarray(mesh.vertices), np.asarray(mesh.faces)

    def _table_pose(self, scene: int, index: int) -> Float:
        poses = self._array(self.paths.camera_poses(scene), (None, 4, 4))
        T_table_camera0 = self._array(self.paths.table(scene), (4, 4))
        T_table_camera: Float = T_table_camera0 @ poses[index]
        return T_table_camera

    def _meta(self, scene: int, index: int) -> dict[str, Any]:
        path = self.paths.meta(scene, index)
        with self._reading(path):
            meta = loadmat(path)
            classes = check_array(meta["cls_indexes"].ravel(), (None,), "cls_indexes", np.int64)
            return {
                "cls_indexes": classes,
                "poses": check_array(
                    meta["poses"].reshape(3, 4, -1), (3, 4, len(classes)), "poses"
                ),
                "intrinsic_matrix": check_array(meta["intrinsic_matrix"], (3, 3), "intrinsics"),
                "factor_depth": float(meta["factor_depth"].item()),
            }

    def _array(self, path: Path, shape: tuple[int | None, ...]) -> Float:
        with self._reading(path):
            return check_array(np.load(path, allow_pickle=False), shape, path.stem)

    def _image(self, path: Path) -> NDArray[Any]:
        with self._reading(path), Image.open(path) as image:
            return np.asarray(image)

    @contextmanager
    def _reading(self, path: Path) -> Iterator[None]:
        """Turn whatever goes wrong with a file into an error that names it."""
        try:
            yield
        except FileNotFoundError as error:
            raise GraspNetFileError(f"{path}: missing") from error
        except GraspError as error:
            raise GraspNetFileError(f"{path}: {error}") from error
        except KeyError as error:
            raise GraspNetFileError(f"{path}: it has no {error}") from error
        except (
            OSError,
            ValueError,
            TypeError,
            EOFError,
            SyntaxError,  # Pillow, of a broken PNG
            UnidentifiedImageError,
            MatReadError,
            zipfile.BadZipFile,
            zlib.error,
        ) as error:
            raise GraspNetFileError(f"{path}: damaged ({error})") from error
