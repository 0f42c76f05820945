from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from grasp_core.cloud import PointCloud
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.transforms import grasp_rotation
from grasp_perception.gripper_files import load_gripper
from grasp_perception.markers import BAR_M, gripper_shapes
from grasp_perception.picture.render import (
    PANEL_HEIGHT,
    PANEL_WIDTH,
    SUPERSAMPLING,
    TITLE_HEIGHT,
    PictureError,
    choose_views,
    render,
    save_picture,
    score_colors,
    score_range,
    slender,
)

UP = np.array([0.0, 0.0, -1.0])


@pytest.fixture(scope="module")
def gripper() -> Gripper:
    return load_gripper("parallel_100mm")


@pytest.fixture(scope="module")
def table() -> PointCloud:
    """White table, half a metre below the camera."""
    x, y = np.meshgrid(np.linspace(-0.2, 0.2, 200), np.linspace(-0.2, 0.2, 200))
    xyz = np.stack([x, y, np.full(x.shape, 0.5)], axis=-1)
    return PointCloud.from_xyz(xyz, "camera", np.full(xyz.shape, 255, np.uint8))


def grasps_at(*positions: list[float], scores: list[float]) -> Grasps:
    """Straight down, fingers along x."""
    n = len(positions)
    rotations = np.repeat(grasp_rotation([0, 0, 1], [1, 0, 0])[None], n, axis=0)
    return Grasps(rotations, np.array(positions), np.full(n, 0.06), np.array(scores), "camera")


def pixel(picture: np.ndarray, uv: np.ndarray, panel: int) -> np.ndarray:
    """Colour at a place of a view of which one pixel was averaged from several."""
    u, v = uv / SUPERSAMPLING
    return picture[TITLE_HEIGHT + int(v), int(u) + panel * (picture.shape[1] - PANEL_WIDTH)]


@pytest.mark.parametrize("panel", [0, 1])
def test_a_gripper_is_drawn_in_its_colour_where_its_grasp_is(
    panel: int, table: PointCloud, gripper: Gripper
) -> None:
    grasps = grasps_at([0.05, -0.03, 0.49], [-0.1, 0.0, 0.49], scores=[0.9, 0.4])
    picture = render(table, grasps, gripper, "title", UP)
    views = choose_views(table, gripper_shapes(grasps, slender(gripper)), UP)
    view = list(views.values())[panel]
    for i, color in enumerate(score_colors(grasps.scores)):
        # The middle of half a bar that joins the fingers, on its upper face.
        bar = grasps.positions[i] + [0.02, 0.0, -gripper.finger_length - BAR_M]
        drawn = pixel(picture, view.project(bar[None])[0], panel) / 255
        # A shade of its colour; seen from the camera, the face has full light.
        shade = 1.0 if panel == 0 else drawn @ color / (color @ color)
        assert 0.5 < shade <= 1.0
        assert drawn == pytest.approx(shade * color, abs=0.01)


def test_where_no_gripper_is_the_cloud_keeps_its_colour(
    table: PointCloud, gripper: Gripper
) -> None:
    grasps = grasps_at([0, 0, 0.49], scores=[0.5])
    picture = render(table, grasps, gripper, "title", UP)
    view = choose_views(table, gripper_shapes(grasps, slender(gripper)), UP)["from the camera"]
    beside = view.project(np.array([[0.0, 0.012, 0.5]]))[0]
    assert pixel(picture, beside, 0).tolist() == [255, 255, 255]


def test_the_same_input_gives_the_same_bytes(
    table: PointCloud, gripper: Gripper, tmp_path: Path
) -> None:
    grasps = grasps_at([0, 0, 0.49], scores=[0.5])
    for name in ("a.png", "b.png"):
        save_picture(tmp_path / name, render(table, grasps, gripper, "title", UP))
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (2 * PANEL_WIDTH + 8, TITLE_HEIGHT + PANEL_HEIGHT + 44)


def test_the_title_is_written(table: PointCloud, gripper: Gripper) -> None:
    none = Grasps.empty("camera")
    long, short = (render(table, none, gripper, text, UP) for text in ("mmmm", ""))
    differ = np.argwhere((long != short).any(axis=-1))
    assert len(differ) > 100
    assert differ[:, 0].max() < TITLE_HEIGHT


@pytest.mark.parametrize("points", [0, 1, 2])
def test_next_to_no_points_and_no_grasps_give_a_picture(points: int, gripper: Gripper) -> None:
    cloud = PointCloud.from_xyz(np.eye(3)[:points] + 1, "camera")
    assert render(cloud, Grasps.empty("camera"), gripper, "nothing").dtype == np.uint8


def test_colours_are_spread_over_the_scores_there_are() -> None:
    scores = np.array([0.9, 0.7, 0.8])
    assert score_range(scores) == (0.7, 0.9)
    brightness = score_colors(scores).sum(axis=1)
    assert brightness[1] < brightness[2] < brightness[0]
    assert score_range(np.array([0.8, 0.8]))[1] == 0.8
    assert np.isfinite(score_colors(np.array([0.8, 0.8]))).all()


def test_a_picture_that_cannot_be_written_says_why(tmp_path: Path) -> None:
    picture = np.zeros((2, 2, 3), np.uint8)
    with pytest.raises(PictureError, match=r"grasps\.jpg: ending '\.jpg', expected \.png"):
        save_picture(tmp_path / "grasps.jpg", picture)
    with pytest.raises(PictureError, match="No such file or directory"):
        save_picture(tmp_path / "missing" / "grasps.png", picture)
