"""What the benchmarks run on: depth frames, cloud messages, batches of grasps."""

from __future__ import annotations

from array import array
from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from grasp_cli.sample_frames import REAL_FRAMES, REAL_INTRINSICS, SHIPPED_FRAME
from grasp_core.camera import Camera
from grasp_core.checks import Float
from grasp_core.cloud import PointCloud
from grasp_core.grasps import Grasps
from grasp_perception.clouds.cloud_files import read_cloud_file, read_depth_file
from grasp_perception.clouds.point_cloud2 import FLOAT32, Field

#: Columns and rows of the real frame.
REAL_SIZE = (1280, 720)
#: Rows and columns of a PhoXi 3D Scanner at its full resolution.
PHOXI_SHAPE = (1544, 2064)


@dataclass(frozen=True)
class Stamp:
    """builtin_interfaces/Time."""

    sec: int = 0
    nanosec: int = 0


@dataclass(frozen=True)
class Header:
    """std_msgs/Header."""

    frame_id: str = "camera_optical_frame"
    stamp: Stamp = Stamp()


@dataclass(frozen=True, eq=False)
class CloudMessage:
    """The attributes of a sensor_msgs/PointCloud2, as rclpy delivers it."""

    header: Header
    height: int
    width: int
    fields: tuple[Field, ...]
    is_bigendian: bool
    point_step: int
    row_step: int
    data: array[int]
    is_dense: bool


def depth_frames() -> dict[str, PointCloud]:
    """Frames by name and size: the shipped one, then the real one where this machine has it."""
    frames = {"synthetic": read_cloud_file(SHIPPED_FRAME / "depth.png")}
    depth = REAL_FRAMES / "realsense_clutter" / "depth.png"
    if depth.is_file():
        camera = Camera(width=REAL_SIZE[0], height=REAL_SIZE[1], **REAL_INTRINSICS)
        frames["RealSense"] = read_depth_file(depth, camera, depth.with_name("color.png"))
    return {
        f"{name} {cloud.source_shape[1]}x{cloud.source_shape[0]}": cloud
        for name, cloud in frames.items()
    }


def cloud_message(
    shape: tuple[int, int], point_step: int, invalid_share: float, colored: bool
) -> CloudMessage:
    """Make an organized PointCloud2 with zeros at invalid pixels and, if wanted, rgb at byte 16."""
    rng = np.random.default_rng(0)
    pixels = shape[0] * shape[1]
    floats = np.zeros((pixels, point_step // 4), np.float32)
    floats[:, :3] = rng.uniform(0.2, 1.0, (pixels, 3))
    names = ["x", "y", "z"]
    offsets = [0, 4, 8]
    if colored:
        floats.view(np.uint32)[:, 4] = rng.integers(0, 2**24, pixels)
        names, offsets = [*names, "rgb"], [*offsets, 16]
    floats[rng.random(pixels) < invalid_share, :3] = 0.0
    data = array("B")
    data.frombytes(floats.tobytes())
    return CloudMessage(
        header=Header(),
        height=shape[0],
        width=shape[1],
        fields=tuple(Field(n, at, FLOAT32, 1) for n, at in zip(names, offsets, strict=True)),
        is_bigendian=False,
        point_step=point_step,
        row_step=point_step * shape[1],
        data=data,
        is_dense=False,
    )


def random_grasps(n: int, rng: np.random.Generator) -> Grasps:
    """Grasps in a cube of 0.3 m, of all directions, no two of one score."""
    return Grasps(
        Rotation.random(n, rng=rng).as_matrix(),
        rng.uniform(-0.15, 0.15, (n, 3)),
        rng.uniform(0.01, 0.1, n),
        rng.permutation(np.linspace(0.0, 1.0, n)),
        "camera_optical_frame",
    )


def random_contacts(n: int, rng: np.random.Generator) -> tuple[Float, Float]:
    """Contact pairs 1 to 5 cm apart near the origin, (n, 2, 3), and unit outward normals."""
    line = rng.normal(size=(n, 1, 3))
    line /= np.linalg.norm(line, axis=-1, keepdims=True)
    sides = np.array([-1.0, 1.0])[:, None]
    contacts = (
        rng.normal(scale=0.01, size=(n, 1, 3)) + sides * rng.uniform(0.005, 0.025, (n, 1, 1)) * line
    )
    normals = sides * line + rng.normal(scale=0.1, size=(n, 2, 3))
    return contacts, normals / np.linalg.norm(normals, axis=-1, keepdims=True)
