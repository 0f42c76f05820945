"""Clouds of librealsense, compared with our own deprojection and our own look-up of colours."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from grasp_core.transforms import transform, transform_points
from grasp_perception.cameras.realsense import RealSense
from grasp_perception.cameras.realsense_frame import RealSenseFrame
from grasp_perception.cameras.realsense_params import RealSenseParams
from grasp_perception.cameras.realsense_sources import open_software
from grasp_perception.cameras.software_realsense import SoftwareRealSense
from grasp_perception.clouds.depth_files import DepthPicture, read_picture

TIMEOUT_SEC = 30.0
TOLERANCE_M = 1e-4
SHIPPED = Path(__file__).resolve().parents[3] / "grasp_cli" / "grasp_cli" / "data" / "depth.png"
REAL_INTRINSICS = "fx: 927.17\nfy: 927.37\ncx: 651.32\ncy: 349.62\n"


@contextmanager
def showing(path: Path, T_depth_color: Any = None, **params: Any) -> Iterator[RealSenseFrame]:
    """Frame of a picture."""
    software = SoftwareRealSense(path, T_depth_color)
    with open_software(software, RealSenseParams(**params)) as camera:
        yield next_frame(camera)


def next_frame(camera: RealSense) -> RealSenseFrame:
    frame = camera.read(TIMEOUT_SEC)
    assert frame is not None
    return frame


def assert_deprojected(frame: RealSenseFrame, picture: DepthPicture) -> None:
    """The cloud is that of our own deprojection to 0.1 mm, pixel by pixel."""
    cloud = frame.cloud("optical")
    ours = picture.camera.deproject(picture.depth, "optical")
    assert len(ours) > 0
    assert cloud.source_shape == ours.source_shape
    np.testing.assert_array_equal(cloud.source_indices, ours.source_indices)
    np.testing.assert_allclose(cloud.points, ours.points, rtol=0, atol=TOLERANCE_M)


@pytest.mark.parametrize("enable_color", [True, False])
def test_cloud_is_that_of_our_deprojection(depth_picture: Path, enable_color: bool) -> None:
    picture = read_picture(depth_picture)
    with showing(depth_picture, enable_color=enable_color) as frame:
        assert_deprojected(frame, picture)
        np.testing.assert_array_equal(frame.depth_mm(), picture.depth)
        assert frame.depth_intrinsics.camera == picture.camera
        cloud = frame.cloud("optical")
        assert (cloud.colors is not None) == enable_color
        assert (frame.color_image() is not None) == enable_color
        assert cloud.stamp_ns == frame.stamp_ns


def test_cloud_of_the_shipped_frame_is_that_of_our_deprojection() -> None:
    with showing(SHIPPED) as frame:
        assert_deprojected(frame, read_picture(SHIPPED))


def test_cloud_of_a_real_frame_is_that_of_our_deprojection(
    real_data: Callable[[str], Path], tmp_path: Path
) -> None:
    shutil.copy(real_data("realsense_clutter") / "depth.png", tmp_path)
    (tmp_path / "intrinsics.yaml").write_text(REAL_INTRINSICS, encoding="utf-8")
    with showing(tmp_path / "depth.png") as frame:
        assert_deprojected(frame, read_picture(tmp_path / "depth.png"))


def looked_up(picture: DepthPicture, T_color_depth: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Colour of each point, one after the other; black where the colour camera does not see it."""
    cloud = picture.camera.deproject(picture.depth, "optical")
    assert picture.color is not None
    height, width = picture.color.shape[:2]
    colors = np.zeros((len(cloud), 3), np.uint8)
    seen = picture.camera.project(transform_points(T_color_depth, cloud.points))
    for i, (u, v) in enumerate(seen):
        column, row = round(u), round(v)
        if 0 <= column < width and 0 <= row < height:
            colors[i] = picture.color[row, column]
    return colors


def test_points_have_the_colours_that_the_colour_camera_sees(depth_picture: Path) -> None:
    T_depth_color = transform(np.eye(3), [-0.05, 0.02, 0.0])
    T_color_depth = transform(np.eye(3), [0.05, -0.02, 0.0])
    expected = looked_up(read_picture(depth_picture), T_color_depth)
    with showing(depth_picture, T_depth_color) as frame:
        colors = frame.cloud("optical").colors
    assert colors is not None
    black = ~expected.any(axis=1)
    assert 0.05 < black.mean() < 0.5
    # At half a pixel single precision may round the other way.
    assert (colors == expected).all(axis=1).mean() > 0.99


def test_a_decimated_frame_has_the_intrinsics_of_its_size(depth_picture: Path) -> None:
    with showing(depth_picture, decimation=2) as frame:
        camera = frame.depth_intrinsics.camera
        assert (camera.width, camera.height, camera.fx, camera.fy) == (32, 24, 30.0, 30.5)
        depth = frame.depth_mm()
        assert depth.shape == (24, 32)
        ours = camera.deproject(depth, "optical")
        np.testing.assert_allclose(
            frame.cloud("optical").points, ours.points, rtol=0, atol=TOLERANCE_M
        )
        assert frame.color_intrinsics is not None
        assert frame.color_intrinsics.camera.width == 64
        colors = frame.cloud("optical").colors
    assert colors is not None
    assert colors.any(axis=1).all()
