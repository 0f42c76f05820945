"""Clouds from files: PCD, PLY, NPZ, or a depth image with its intrinsics."""

from __future__ import annotations

from pathlib import Path

from grasp_core.camera import Camera
from grasp_core.cloud import PointCloud
from grasp_perception.clouds.depth_files import read_depth, read_depth_and_sidecar
from grasp_perception.clouds.file_errors import file_errors
from grasp_perception.clouds.npz import read_npz
from grasp_perception.clouds.pcd import read_pcd
from grasp_perception.clouds.ply import read_ply
from grasp_perception.errors import CloudFileError

#: Frame of a cloud whose file names none.
DEFAULT_FRAME = "camera_optical_frame"

_READERS = {
    ".pcd": read_pcd,
    ".ply": read_ply,
    ".npz": read_npz,
    ".png": read_depth_and_sidecar,
}


def read_cloud_file(path: Path | str) -> PointCloud:
    """Read a cloud by the ending of its file: .pcd, .ply, .npz or .png (a depth image).

    The layouts stand at `read_npz` and `read_depth_and_sidecar`. A cloud is in the frame that its
    file names, else in `DEFAULT_FRAME`.

    Raises
    ------
    CloudFileError : missing, empty, damaged, truncated or of another kind; names the file.
    """
    path = Path(path)
    reader = _READERS.get(path.suffix.lower())
    with file_errors(path):
        size = path.stat().st_size
        if reader is None:
            raise CloudFileError(f"ending {path.suffix!r}, expected one of {list(_READERS)}")
        if size == 0:
            raise CloudFileError("the file is empty")
        return reader(path, DEFAULT_FRAME)


def read_depth_file(
    depth_png: Path | str,
    camera: Camera,
    color_png: Path | str | None = None,
    frame_id: str = DEFAULT_FRAME,
) -> PointCloud:
    """Read a depth image: PNG of 16 bits, millimetres, 0 = no measurement.

    Parameters
    ----------
    camera : intrinsics, of the size of the image.
    color_png : colour image aligned to the depth, or None.

    Raises
    ------
    CloudFileError : missing, damaged, not of 16 bits or not of the size of the camera.
    """
    with file_errors(Path(depth_png)):
        color = None if color_png is None else Path(color_png)
        return read_depth(Path(depth_png), camera, color, frame_id)
