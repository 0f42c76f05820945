"""What the options of a command name: clouds, masks, regions and parameters."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from grasp_cli.errors import OptionError
from grasp_core.camera import Camera
from grasp_core.cloud import PointCloud
from grasp_core.params import build_params, load_overrides
from grasp_core.transforms import transform
from grasp_perception.bags.bag_clouds import clouds_after_transforms
from grasp_perception.bags.bags import Bag
from grasp_perception.clouds.cloud_files import read_cloud_file, read_depth_file
from grasp_perception.clouds.file_errors import file_errors
from grasp_perception.node_params import PerceptionParams
from grasp_perception.request import Region
from grasp_perception.tf_history import TransformHistory

_BAG_ENDINGS = (".mcap", ".db3")


@dataclass(frozen=True)
class Source:
    """Where a cloud comes from; the options that do not fit the kind of file are refused.

    Attributes
    ----------
    path : a bag, or a file that `read_cloud_file` reads.
    topic, index : which clouds of a bag, and which of them; None means the only topic, the first.
    intrinsics : "fx,fy,cx,cy" of a depth image without a YAML file, in pixels.
    color : PNG image aligned to a depth image.
    """

    path: Path
    topic: str | None = None
    index: int | None = None
    intrinsics: str | None = None
    color: Path | None = None

    def __post_init__(self) -> None:
        is_bag = self.path.is_dir() or self.path.suffix in _BAG_ENDINGS
        is_depth = self.path.suffix.lower() == ".png"
        for option, given, fits in (
            ("--topic", self.topic, is_bag),
            ("--index", self.index, is_bag),
            ("--intrinsics", self.intrinsics, is_depth),
            ("--color", self.color, is_depth),
        ):
            if given is not None and not fits:
                kind = "a bag" if option in ("--topic", "--index") else "a depth image (.png)"
                raise OptionError(f"{option} is for {kind}, and {self.path} is none")
        if self.color is not None and self.intrinsics is None:
            raise OptionError(
                "--color needs --intrinsics; a YAML file beside the depth image names its own color"
            )

    def read(self, wait_sec: float) -> tuple[PointCloud, TransformHistory]:
        """Read the cloud, and the transforms that a bag has for it.

        Parameters
        ----------
        wait_sec : transforms of a bag count up to so long after the cloud.

        Raises
        ------
        GraspError : the file or bag is missing or damaged, or an option has the wrong form.
        """
        history = TransformHistory()
        if self.path.is_dir() or self.path.suffix in _BAG_ENDINGS:
            return self._read_bag(history, wait_sec), history
        if self.intrinsics is None:
            return read_cloud_file(self.path), history
        camera = _camera(self.path, self.intrinsics)
        return read_depth_file(self.path, camera, self.color), history

    def _read_bag(self, history: TransformHistory, wait_sec: float) -> PointCloud:
        wanted, count = self.index or 0, 0
        with Bag(self.path) as bag:
            wait_ns = round(wait_sec * 1e9)
            for cloud in clouds_after_transforms(bag, self.topic, history, wait_ns):
                if count == wanted:
                    return cloud.read()
                count += 1
        raise OptionError(f"{self.path} has {count} clouds; --index {wanted} counts from 0")


def read_params(path: Path | None) -> PerceptionParams:
    """Parameters of the perception node, with the overrides of a ROS parameter file.

    Raises
    ------
    ParameterError : the file is wrong, or holds an unknown parameter or value; names the file.
    """
    overrides = {} if path is None else load_overrides(path, "perception")
    return build_params(PerceptionParams, overrides)


def read_mask(path: Path) -> NDArray[np.bool_]:
    """Target mask (H, W): the pixels of a PNG image that are not 0.

    Raises
    ------
    CloudFileError : the image is missing.
    OptionError : it is no image of one channel.
    """
    with file_errors(path):
        try:
            with Image.open(path) as image:
                pixels = np.asarray(image)
        except (UnidentifiedImageError, SyntaxError, ValueError, EOFError) as error:
            raise OptionError(f"not an image that can be read ({error})") from error
        if pixels.ndim != 2:
            raise OptionError(f"shape {pixels.shape}, expected one channel: a mask or labels")
    mask: NDArray[np.bool_] = pixels != 0
    return mask


def parse_region(text: str) -> Region:
    """Box of "cx,cy,cz,sx,sy,sz": centre and edges in metres, in the frame of the cloud.

    Raises
    ------
    OptionError : not six numbers.
    RequestError : an edge is not positive.
    """
    numbers = _numbers("--region", text, ("cx", "cy", "cz", "sx", "sy", "sz"))
    return Region(transform(np.eye(3), numbers[:3]), numbers[3:])


def _camera(depth_png: Path, intrinsics: str) -> Camera:
    fx, fy, cx, cy = _numbers("--intrinsics", intrinsics, ("fx", "fy", "cx", "cy"))
    with file_errors(depth_png):
        try:
            with Image.open(depth_png) as image:
                width, height = image.size
        except UnidentifiedImageError as error:
            raise OptionError(f"not an image that can be read ({error})") from error
        return Camera(width, height, fx, fy, cx, cy)


def _numbers(option: str, text: str, names: tuple[str, ...]) -> NDArray[np.float64]:
    try:
        numbers = np.array([float(part) for part in text.split(",")])
    except ValueError:
        numbers = np.empty(0)
    if len(numbers) != len(names) or not np.isfinite(numbers).all():
        raise OptionError(f"{option} {text!r}, expected numbers {','.join(names)}")
    return numbers
