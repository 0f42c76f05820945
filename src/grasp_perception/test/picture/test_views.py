from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grasp_core.cloud import PointCloud
from grasp_core.transforms import transform
from grasp_perception.picture.views import ELEVATION_RAD, camera_view, oblique_view, view_from

UP = np.array([0.0, -0.6, -0.8])  # of a table seen at an angle, in the optical frame


@pytest.fixture
def cloud() -> PointCloud:
    rng = np.random.default_rng(0)
    xyz = rng.uniform(-0.2, 0.2, (500, 3)).astype(np.float32) + np.float32([0.1, 0, 0.7])
    return PointCloud.from_xyz(xyz, "camera")


def test_the_camera_of_an_optical_frame_is_that_frame(cloud: PointCloud) -> None:
    view = camera_view(cloud, UP, cloud.points, 400, 300)
    np.testing.assert_array_equal(view.T_view_frame, np.eye(4))
    right, down = view.project(np.array([[0.0, 0, 1], [0.1, 0, 1], [0, 0.1, 1]]))[1:] - (
        view.project(np.array([[0.0, 0, 1]]))
    )
    assert right[0] > 0
    assert right[1] == 0
    assert down[1] > 0
    assert down[0] == 0


@pytest.mark.parametrize("look", [camera_view, oblique_view])
def test_everything_asked_for_is_in_the_picture(look: object, cloud: PointCloud) -> None:
    u, v = look(cloud, UP, cloud.points, 400, 300).project(cloud.points).T  # type: ignore[operator]
    assert u.min() > 0
    assert u.max() < 400
    assert v.min() > 0
    assert v.max() < 300
    # It fills one direction, but for the margin.
    assert max(np.ptp(u) / 400, np.ptp(v) / 300) == pytest.approx(0.9)


def test_the_same_scene_in_another_frame_looks_the_same(cloud: PointCloud) -> None:
    T_world_camera = transform([[1, 0, 0], [0, -1, 0], [0, 0, -1]], [0.3, 0.2, 1.0])
    moved = cloud.transformed(T_world_camera, "world")
    up = T_world_camera[:3, :3] @ UP
    here = oblique_view(cloud, UP, cloud.points, 400, 300).project(cloud.points)
    there = oblique_view(moved, up, moved.points, 400, 300).project(moved.points)
    np.testing.assert_allclose(there, here, atol=0.01)


def test_the_oblique_view_looks_down_by_its_elevation_with_up_upwards(cloud: PointCloud) -> None:
    view = oblique_view(cloud, UP, cloud.points, 400, 300)
    forward = view.T_view_frame[2, :3]
    assert np.arcsin(-forward @ UP) == pytest.approx(ELEVATION_RAD)
    target = np.median(cloud.points, axis=0)  # on the optical axis, where no line leans
    low, high = view.project(target + np.outer([0.0, 0.1], UP))
    assert high[1] < low[1]
    assert high[0] == pytest.approx(low[0], abs=1e-6)


@pytest.mark.parametrize("look", [camera_view, oblique_view])
def test_a_camera_straight_above_has_a_view(look: object, cloud: PointCloud) -> None:
    # In a world frame, the camera one metre above the middle of the points.
    xyz = cloud.points - np.median(cloud.points, axis=0)
    above = replace(cloud, points=xyz, viewpoint=np.array([0.0, 0.0, 1.0]))
    view = look(above, np.array([0.0, 0, 1]), above.points, 400, 300)  # type: ignore[operator]
    assert np.isfinite(view.project(above.points)).all()


@pytest.mark.parametrize("look", [camera_view, oblique_view])
def test_an_object_around_the_origin_of_its_frame_is_seen_from_outside(look: object) -> None:
    xyz = np.random.default_rng(0).uniform(-0.05, 0.05, (500, 3))
    model = PointCloud.from_xyz(xyz, "model")
    view = look(model, np.array([0.0, -1, 0]), model.points, 400, 300)  # type: ignore[operator]
    u, v = view.project(model.points).T
    assert 0 < u.min() < u.max() < 400
    assert 0 < v.min() < v.max() < 300


def test_a_point_behind_the_view_has_no_pixel(cloud: PointCloud) -> None:
    view = camera_view(cloud, UP, cloud.points, 400, 300)
    assert np.isnan(view.project(np.array([[0.0, 0.0, -1.0]]))).all()


def test_a_view_from_a_place_has_up_upright_and_shows_everything() -> None:
    points = np.random.default_rng(0).uniform(-0.1, 0.1, (200, 3))
    up = np.array([0.0, 0.0, 1.0])
    view = view_from(np.array([0.8, -1.2, 0.9]), up, points, 300, 200)
    eye = np.linalg.inv(view.T_view_frame)[:3, 3]
    np.testing.assert_allclose(eye, [0.8, -1.2, 0.9], atol=1e-12)
    low, high = view.project(np.array([[0.0, 0, 0], [0, 0, 0.05]]))
    assert high[0] == pytest.approx(low[0], abs=0.5)
    assert high[1] < low[1]
    pixels = view.project(points)
    assert (pixels > 0).all()
    assert (pixels < (300, 200)).all()
