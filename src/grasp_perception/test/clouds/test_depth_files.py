"""Depth images in PNG files, with and without their YAML file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from grasp_core.camera import Camera
from grasp_perception.clouds.cloud_files import DEFAULT_FRAME, read_cloud_file, read_depth_file
from grasp_perception.errors import CloudFileError

DEPTH = np.array([[1000, 0, 500], [0, 2000, 0]], np.uint16)
COLOR = np.arange(18, dtype=np.uint8).reshape(2, 3, 3)
POINTS = [[-0.01, 0, 1], [0.005, 0, 0.5], [0, 0.04, 2]]
CAMERA = Camera(3, 2, 100, 50, 1, 0)
SIDECAR = "fx: 100\nfy: 50\ncx: 1\ncy: 0\n"


@pytest.fixture
def depth(tmp_path: Path) -> Path:
    Image.fromarray(DEPTH).save(tmp_path / "depth.png")
    Image.fromarray(COLOR).save(tmp_path / "color.png")
    return tmp_path / "depth.png"


def test_depth_and_color_of_a_given_camera(depth: Path) -> None:
    cloud = read_depth_file(depth, CAMERA, depth.with_name("color.png"), "optical")
    np.testing.assert_allclose(cloud.points, POINTS, atol=1e-7)
    assert cloud.colors is not None
    assert cloud.colors.tolist() == [[0, 1, 2], [6, 7, 8], [12, 13, 14]]
    assert (cloud.frame_id, cloud.source_shape) == ("optical", (2, 3))
    assert read_depth_file(depth, CAMERA).colors is None


@pytest.mark.parametrize("name", ["depth.yaml", "intrinsics.yaml"])
def test_intrinsics_beside_the_image(depth: Path, name: str) -> None:
    depth.with_name(name).write_text(SIDECAR)
    cloud = read_cloud_file(depth)
    np.testing.assert_allclose(cloud.points, POINTS, atol=1e-7)
    assert cloud.frame_id == DEFAULT_FRAME


def test_frame_and_color_named_beside_the_image(depth: Path) -> None:
    depth.with_suffix(".yaml").write_text(SIDECAR + "frame_id: optical\ncolor: color.png\n")
    cloud = read_cloud_file(depth)
    assert cloud.frame_id == "optical"
    assert cloud.colors is not None


@pytest.mark.parametrize(
    ("sidecar", "message"),
    [
        (SIDECAR.replace("fx: 100\n", ""), r"depth.yaml: keys \['cx', 'cy', 'fy'\], expected"),
        (SIDECAR + "unit: 1\n", "depth.yaml: keys .*'unit'"),
        (SIDECAR.replace("fx: 100", "fx: wide"), "depth.yaml: fx: not an array of numbers"),
        (SIDECAR.replace("fx: 100", "fx: -1"), "depth.yaml: focal lengths -1.0, 50.0"),
        (SIDECAR + "color: none.png\n", "none.png: No such file"),
        ("fx: [", "depth.yaml: not YAML"),
        ("", r"depth.yaml: keys \[\]"),
    ],
)
def test_intrinsics_that_are_wrong(depth: Path, sidecar: str, message: str) -> None:
    depth.with_suffix(".yaml").write_text(sidecar)
    with pytest.raises(CloudFileError, match=message):
        read_cloud_file(depth)


def test_errors_of_images(depth: Path) -> None:
    with pytest.raises(CloudFileError, match=r"intrinsics in depth.yaml or intrinsics.yaml beside"):
        read_cloud_file(depth)
    color = depth.with_name("color.png")
    with pytest.raises(CloudFileError, match=r"color.png: pixels of kind 'RGB', expected depth"):
        read_depth_file(color, CAMERA)
    with pytest.raises(CloudFileError, match=r"depth.png: depth image \(2, 3\), expected \(4, 3\)"):
        read_depth_file(depth, Camera(3, 4, 100, 50, 1, 0))
    with pytest.raises(CloudFileError, match=r"none.png: No such file"):
        read_depth_file(depth, CAMERA, depth.with_name("none.png"))
    Image.fromarray(COLOR[:1]).save(color)
    with pytest.raises(CloudFileError, match=r"color.png: colour is \(1, 3\), depth \(2, 3\)"):
        read_depth_file(depth, CAMERA, color)


@pytest.mark.parametrize("part", [0.01, 0.5, 0.9])
def test_truncated_image(tmp_path: Path, part: float) -> None:
    path = tmp_path / "depth.png"
    pixels = np.random.default_rng(0).integers(0, 9000, (50, 60), np.uint16)
    Image.fromarray(pixels).save(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(part * len(data))])
    with pytest.raises(CloudFileError, match=r"depth.png: .*(truncated|cannot identify)"):
        read_depth_file(path, Camera(60, 50, 100, 50, 1, 0))
