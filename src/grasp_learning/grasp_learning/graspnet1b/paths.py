"""`GraspNetPaths`: where each file of the GraspNet-1Billion layout lies.

scenes/scene_0000/object_id_list.txt            one object id per line
scenes/scene_0000/rs_wrt_kn.npy                 (frames, 4, 4) RealSense in Kinect frame
scenes/scene_0000/CAMERA/camK.npy               (3, 3) pixels
scenes/scene_0000/CAMERA/camera_poses.npy       (frames, 4, 4) T_camera0_camera
scenes/scene_0000/CAMERA/cam0_wrt_table.npy     (4, 4) T_table_camera0
scenes/scene_0000/CAMERA/rgb/0000.png           8 bit RGB
scenes/scene_0000/CAMERA/depth/0000.png         16 bit, 1 / factor_depth metres, 0 = none
scenes/scene_0000/CAMERA/label/0000.png         object id + 1, 0 = background
scenes/scene_0000/CAMERA/annotations/0000.xml   objects and their poses in the camera frame
scenes/scene_0000/CAMERA/meta/0000.mat          poses, cls_indexes, intrinsic_matrix, factor_depth
scenes/scene_0000/CAMERA/rect/0000.npy          (N, 7) rectangle grasps
grasp_label/000_labels.npz                      points, offsets, scores, collision of an object
collision_label/scene_0000/collision_labels.npz arr_0, arr_1, ...: one per object of the scene
models/000/nontextured.ply                      mesh of an object, metres
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from grasp_learning.errors import GraspNetFileError

CAMERAS = ("kinect", "realsense")
#: An error names so many missing files and counts the rest.
NAMED_FILES = 5


@dataclass(frozen=True)
class GraspNetPaths:
    """Paths below the data set's root, as one of its two cameras sees it.

    Raises
    ------
    GraspNetFileError : another camera.
    """

    root: Path
    camera: str

    def __post_init__(self) -> None:
        if self.camera not in CAMERAS:
            raise GraspNetFileError(f"camera {self.camera!r}, expected one of {', '.join(CAMERAS)}")

    def scene(self, scene: int) -> Path:
        """Folder of a scene."""
        return self.root / "scenes" / f"scene_{scene:04d}"

    def object_ids(self, scene: int) -> Path:
        """Object ids of a scene, in the order that all its files keep."""
        return self.scene(scene) / "object_id_list.txt"

    def realsense_in_kinect(self, scene: int) -> Path:
        """Poses of the RealSense in the Kinect's frame."""
        return self.scene(scene) / "rs_wrt_kn.npy"

    def intrinsics(self, scene: int) -> Path:
        """Camera matrix."""
        return self.scene(scene) / self.camera / "camK.npy"

    def camera_poses(self, scene: int) -> Path:
        """Poses of the camera in the frame of its first view."""
        return self.scene(scene) / self.camera / "camera_poses.npy"

    def table(self, scene: int) -> Path:
        """Pose of the first view in the frame of the table."""
        return self.scene(scene) / self.camera / "cam0_wrt_table.npy"

    def rgb(self, scene: int, frame: int) -> Path:
        """Colour image."""
        return self._of_frame(scene, frame, "rgb", "png")

    def depth(self, scene: int, frame: int) -> Path:
        """Depth image."""
        return self._of_frame(scene, frame, "depth", "png")

    def label(self, scene: int, frame: int) -> Path:
        """Image of object ids + 1."""
        return self._of_frame(scene, frame, "label", "png")

    def annotations(self, scene: int, frame: int) -> Path:
        """Objects and their poses in the camera frame."""
        return self._of_frame(scene, frame, "annotations", "xml")

    def meta(self, scene: int, frame: int) -> Path:
        """Objects, poses and intrinsics once more, in MATLAB's format."""
        return self._of_frame(scene, frame, "meta", "mat")

    def rectangles(self, scene: int, frame: int) -> Path:
        """Rectangle grasps."""
        return self._of_frame(scene, frame, "rect", "npy")

    def grasp_label(self, object_id: int) -> Path:
        """Grasps of an object."""
        return self.root / "grasp_label" / f"{object_id:03d}_labels.npz"

    def collision_label(self, scene: int) -> Path:
        """Which grasps of a scene's objects collide with the scene."""
        return self.root / "collision_label" / f"scene_{scene:04d}" / "collision_labels.npz"

    def model(self, object_id: int) -> Path:
        """Mesh of an object."""
        return self.root / "models" / f"{object_id:03d}" / "nontextured.ply"

    def frame_files(self, scene: int, frame: int) -> list[Path]:
        """Give all files of one view."""
        kinds = (self.rgb, self.depth, self.label, self.annotations, self.meta, self.rectangles)
        return [kind(scene, frame) for kind in kinds]

    def scene_files(self, scene: int) -> list[Path]:
        """Give all files of a scene that do not belong to one view."""
        kinds = (
            self.object_ids,
            self.realsense_in_kinect,
            self.intrinsics,
            self.camera_poses,
            self.table,
            self.collision_label,
        )
        return [kind(scene) for kind in kinds]

    def _of_frame(self, scene: int, frame: int, kind: str, ending: str) -> Path:
        return self.scene(scene) / self.camera / kind / f"{frame:04d}.{ending}"


def require_files(root: Path, paths: Iterable[Path]) -> None:
    """Check that all files exist.

    Raises
    ------
    GraspNetFileError : names the missing files, relative to `root`.
    """
    missing = [str(path.relative_to(root)) for path in paths if not path.is_file()]
    if missing:
        rest = len(missing) - NAMED_FILES
        names = ", ".join(missing[:NAMED_FILES]) + (f" and {rest} more" if rest > 0 else "")
        raise GraspNetFileError(f"{root}: missing {names}")
