"""Clouds in NumPy's NPZ files."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grasp_core.camera import Camera
from grasp_core.checks import check_array
from grasp_core.cloud import PointCloud
from grasp_perception.errors import CloudFileError

_GEOMETRY = ("xyz", "depth")
_OPTIONAL = ("colors", "frame_id", "stamp_ns")


def read_npz(path: Path, frame_id: str) -> PointCloud:
    """Read a cloud as arrays.

    Keys: either `xyz`, (N, 3) or (H, W, 3) floats in metres, or `depth`, (H, W), integers in
    millimetres or floats in metres, with `intrinsics`, the (3, 3) camera matrix in pixels.
    Optional: `colors`, (..., 3) uint8 RGB of the same size, `frame_id` and `stamp_ns`.

    Raises
    ------
    CloudFileError : damaged, or a key is missing, unknown or of another shape or type.
    ArrayError : intrinsics or stamp_ns are no numbers.
    OSError : the file cannot be read.
    """
    arrays = _load_arrays(path)
    kind = "depth" if "depth" in arrays else "xyz"
    required = {"depth", "intrinsics"} if kind == "depth" else {"xyz"}
    if not required <= set(arrays) <= required | set(_OPTIONAL):
        raise CloudFileError(
            f"keys {sorted(arrays)}, expected xyz, or depth and intrinsics, and of {_OPTIONAL}"
        )
    values, colors = arrays[kind], arrays.get("colors")
    if values.dtype.kind not in ("iuf" if kind == "depth" else "f"):
        raise CloudFileError(f"{kind}: {values.dtype} is no type of coordinates")
    shape = values.shape if kind == "depth" else values.shape[:-1]
    if colors is not None and (colors.shape != (*shape, 3) or colors.dtype != np.uint8):
        raise CloudFileError(f"colors: {colors.dtype} {colors.shape}, expected uint8 {(*shape, 3)}")
    frame_id = str(arrays.get("frame_id", frame_id))
    stamp_ns = int(check_array(arrays.get("stamp_ns", 0), (), "stamp_ns", np.int64))
    if kind == "xyz":
        return PointCloud.from_xyz(values, frame_id, colors, stamp_ns)
    camera = _camera(arrays["intrinsics"], shape)
    return camera.deproject(values, frame_id, colors=colors, stamp_ns=stamp_ns)


def _camera(intrinsics: NDArray[Any], shape: tuple[int, ...]) -> Camera:
    k = check_array(intrinsics, (3, 3), "intrinsics")
    if len(shape) != 2:
        raise CloudFileError(f"depth: shape {shape}, expected (H, W)")
    height, width = shape
    return Camera(width, height, float(k[0, 0]), float(k[1, 1]), float(k[0, 2]), float(k[1, 2]))


def _load_arrays(path: Path) -> dict[str, NDArray[Any]]:
    with path.open("rb") as stream:
        if stream.read(2) != b"PK":  # NPZ is a zip archive; np.load would take other files too
            raise CloudFileError("not an NPZ file of named arrays")
        stream.seek(0)
        try:
            with np.load(stream, allow_pickle=False) as file:
                return {key: file[key] for key in file.files}
        except (zipfile.BadZipFile, zlib.error, EOFError, ValueError) as error:
            raise CloudFileError(f"damaged NPZ file ({error})") from error
        # A damaged header may ask for encryption, an unknown compression or too much memory.
        except (NotImplementedError, RuntimeError, MemoryError) as error:
            raise CloudFileError(f"NPZ file that cannot be read ({error})") from error
