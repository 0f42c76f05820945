"""Depth images in PNG files, millimetres in 16 bits, with intrinsics in a YAML file beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from grasp_core.camera import Camera
from grasp_core.checks import check_array
from grasp_core.cloud import PointCloud
from grasp_perception.clouds.file_errors import file_errors
from grasp_perception.errors import CloudFileError

_INTRINSICS = ("fx", "fy", "cx", "cy")
_OPTIONAL = ("frame_id", "color")
_DEPTH_MODES = ("I;16", "I;16B", "I")  # Pillow's names of 16 bit gray


def read_depth(path: Path, camera: Camera, color: Path | None, frame_id: str) -> PointCloud:
    """Cloud of a depth image and, if given, the colour image that is aligned to it.

    Raises
    ------
    CloudFileError : an image is damaged, not of 16 bits or not of the size of the other.
    ArrayError : the image is not of the size of the camera.
    OSError : a file cannot be read.
    """
    depth = _depth_pixels(path)
    colors = None if color is None else _aligned_color(color, depth)
    return camera.deproject(depth, frame_id, colors=colors)


class DepthPicture(NamedTuple):
    """What a depth image and the files beside it hold.

    Attributes
    ----------
    depth : (H, W) millimetres, 0 = no measurement.
    color : (H, W, 3) uint8 RGB, aligned to the depth, or None.
    frame_id : None where the sidecar names none.
    """

    depth: NDArray[np.generic]
    camera: Camera
    color: NDArray[np.uint8] | None
    frame_id: str | None


def read_depth_and_sidecar(path: Path, frame_id: str) -> PointCloud:
    """Cloud of a depth image whose intrinsics lie beside it, see `read_picture`.

    Raises
    ------
    CloudFileError : as `read_picture`.
    """
    depth, camera, color, own_frame = read_picture(path)
    return camera.deproject(depth, own_frame or frame_id, colors=color)


def read_picture(path: Path) -> DepthPicture:
    """Read a depth image whose intrinsics lie beside it in <name>.yaml or intrinsics.yaml.

    Keys: fx, fy, cx, cy in pixels; optional are frame_id and color, the name of the colour image.

    Raises
    ------
    CloudFileError : there is no such YAML file, or it lacks a key or has another.
    """
    candidates = (path.with_suffix(".yaml"), path.with_name("intrinsics.yaml"))
    sidecar = next((candidate for candidate in candidates if candidate.is_file()), None)
    if sidecar is None:
        names = " or ".join(candidate.name for candidate in candidates)
        raise CloudFileError(f"a depth image needs its intrinsics in {names} beside it")
    depth = _depth_pixels(path)
    height, width = depth.shape
    with file_errors(sidecar):
        values = _load_sidecar(sidecar)
        fx, fy, cx, cy = (float(check_array(values[key], (), key)) for key in _INTRINSICS)
        camera = Camera(width, height, fx, fy, cx, cy)
    color = (
        _aligned_color(path.with_name(str(values["color"])), depth) if "color" in values else None
    )
    own_frame = values.get("frame_id")
    return DepthPicture(depth, camera, color, None if own_frame is None else str(own_frame))


def _aligned_color(path: Path, depth: NDArray[np.generic]) -> NDArray[np.uint8]:
    with file_errors(path):
        colors = _color_pixels(path)
        if colors.shape[:2] != depth.shape:
            raise CloudFileError(f"colour is {colors.shape[:2]}, depth {depth.shape}")
    return colors


def _load_sidecar(path: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CloudFileError(f"not YAML ({error})") from error
    keys = set(values) if isinstance(values, dict) else set()
    if not set(_INTRINSICS) <= keys <= {*_INTRINSICS, *_OPTIONAL}:
        raise CloudFileError(
            f"keys {sorted(map(str, keys))}, expected {list(_INTRINSICS)} and of {list(_OPTIONAL)}"
        )
    return dict(values)


def _depth_pixels(path: Path) -> NDArray[np.generic]:
    image = _load_png(path)
    if image.mode not in _DEPTH_MODES:
        raise CloudFileError(f"pixels of kind {image.mode!r}, expected depth in 16 bits of gray")
    return np.asarray(image)


def _color_pixels(path: Path) -> NDArray[np.uint8]:
    return np.asarray(_load_png(path).convert("RGB"))


def _load_png(path: Path) -> Image.Image:
    try:
        with Image.open(path, formats=["PNG"]) as image:
            image.load()
            return image.copy()
    # Pillow reports damage as any of these, and says SyntaxError for a broken chunk.
    except (UnidentifiedImageError, Image.DecompressionBombError) as error:
        raise CloudFileError(f"not a PNG image that can be read ({error})") from error
    except (SyntaxError, ValueError, EOFError) as error:
        raise CloudFileError(f"damaged PNG image ({error})") from error
