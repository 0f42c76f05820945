from __future__ import annotations

import numpy as np
import pytest

from grasp_core.cloud import PointCloud
from grasp_perception.picture.raster import Layer
from grasp_perception.picture.shading import (
    BACKGROUND,
    HIDDEN_OPACITY,
    HIGH_GRAY,
    LOW_GRAY,
    composed,
    point_colors,
)
from grasp_perception.picture.views import View

VIEW = View(np.eye(4), focal=100.0, cx=15.0, cy=15.0, width=30, height=30)
UP = np.array([0.0, 0.0, 1.0])


def plane(depth_m: float, color: tuple[float, float, float], label: int = 0) -> Layer:
    layer = Layer.empty(VIEW)
    layer.depth[:], layer.color[:], layer.label[:] = depth_m, color, label
    return layer


def test_points_keep_their_colours() -> None:
    colors = np.array([[255, 0, 51]], np.uint8)
    cloud = PointCloud.from_xyz(np.ones((1, 3)), "camera", colors)
    np.testing.assert_allclose(point_colors(cloud, UP), [[1, 0, 0.2]])


@pytest.mark.parametrize("colors", [None, np.zeros((101, 3), np.uint8)])
def test_without_colours_higher_is_lighter_and_never_a_colour(colors: object) -> None:
    xyz = np.linspace([1, 1, 0.1], [1, 1, 0.9], 101)
    cloud = PointCloud.from_xyz(xyz, "camera", colors)  # type: ignore[arg-type]
    colors = point_colors(cloud, UP)
    assert (colors == colors[:, :1]).all()
    assert (np.diff(colors[:, 0]) >= 0).all()
    assert colors[[0, -1], 0] == pytest.approx([LOW_GRAY, HIGH_GRAY])


def test_a_cloud_without_points_has_no_colours() -> None:
    cloud = PointCloud.from_xyz(np.zeros((0, 3)), "camera")
    assert point_colors(cloud, UP).shape == (0, 3)


def test_nothing_is_background() -> None:
    picture = composed(Layer.empty(VIEW), Layer.empty(VIEW), 2, None)
    assert picture.shape == (15, 15, 3)
    assert (picture == BACKGROUND).all()


@pytest.mark.parametrize(
    ("gripper_m", "expected"),
    [(0.5, (255, 0, 0)), (1.5, (255 * HIDDEN_OPACITY, 0, 255 * (1 - HIDDEN_OPACITY)))],
)
def test_a_gripper_hides_the_scene_or_shines_through(
    gripper_m: float, expected: tuple[float, ...]
) -> None:
    scene, gripper = plane(1.0, (0, 0, 1)), plane(gripper_m, (1, 0, 0))
    picture = composed(scene, gripper, 1, None)
    assert picture[15, 15] == pytest.approx(expected, abs=0.51)


def test_a_gripper_has_a_dark_outline() -> None:
    gripper = Layer.empty(VIEW)
    gripper.depth[10:20, 10:20], gripper.label[10:20, 10:20] = 0.5, 3
    gripper.color[10:20, 10:20] = 1.0
    picture = composed(plane(1.0, (0, 0, 1)), gripper, 1, None)
    assert picture[15, 15].tolist() == [255, 255, 255]
    assert (picture[10, 10:20] < 80).all()


def test_a_step_in_depth_darkens_what_lies_behind_it() -> None:
    scene = plane(1.0, (1, 1, 1))
    scene.depth[:, :15] = 0.5
    picture = composed(scene, Layer.empty(VIEW), 1, None)
    assert (picture[15, 15:18] < 240).all()
    assert (picture[15, 10:15] == 255).all()
    assert (picture[15, 20:25] == 255).all()


def test_the_border_of_the_picture_is_no_step() -> None:
    """What is nearer at the bottom does not darken the top."""
    scene = plane(1.0, (1, 1, 1))
    scene.depth[:] = np.linspace(2.0, 1.0, 30)[:, None]
    picture = composed(scene, Layer.empty(VIEW), 1, None)
    assert abs(int(picture[0, 15, 0]) - int(picture[8, 15, 0])) < 5


def test_the_background_may_be_white() -> None:
    picture = composed(Layer.empty(VIEW), Layer.empty(VIEW), 2, None, (255, 255, 255))
    assert (picture == 255).all()


def test_a_slope_is_darker_than_a_face_towards_the_camera() -> None:
    flat, slope = plane(1.0, (1, 1, 1)), plane(1.0, (1, 1, 1))
    slope.depth[:] = np.linspace(0.9, 1.1, 30)  # 0.2 m over 29 pixels of 1 cm: 35 degrees
    centre = [composed(each, Layer.empty(VIEW), 1, 100.0)[15, 15, 0] for each in (flat, slope)]
    assert centre[0] == 255
    # 0.4 + 0.6 cos(35 degrees) = 0.89; steps of 1 % per 3 pixels darken a little more.
    assert 0.80 * 255 < centre[1] < 0.90 * 255
