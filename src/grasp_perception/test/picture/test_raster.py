from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from grasp_core.transforms import transform
from grasp_perception.picture.raster import LARGEST_SPLAT_PX, draw_boxes, draw_points
from grasp_perception.picture.views import View

VIEW = View(np.eye(4), focal=100.0, cx=50.0, cy=40.0, width=101, height=81)
RED, BLUE = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)


def points(*xyz: tuple[float, float, float]) -> np.ndarray:
    return np.array(xyz, np.float32)


def test_a_point_becomes_a_square_around_its_pixel() -> None:
    # u = 100 * 0.1 / 1 + 50 = 60, v = 40; half edge 100 * 0.021 / 1 = 2.1 pixels.
    layer = draw_points(VIEW, points((0.1, 0, 1)), points(RED), np.array([0.021], np.float32))
    drawn = np.argwhere(layer.label == 0)
    assert drawn.min(axis=0).tolist() == [38, 58]
    assert drawn.max(axis=0).tolist() == [42, 62]
    assert len(drawn) == 25
    assert layer.depth[40, 60] == 1.0
    assert layer.depth[40, 63] == np.inf
    assert layer.color[40, 60].tolist() == list(RED)


@given(st.permutations(range(3)))
def test_the_nearest_point_is_seen_in_any_order(order: list[int]) -> None:
    xyz = points((0, 0, 2), (0, 0, 1), (0, 0, 3))
    colors = points(RED, BLUE, RED)
    layer = draw_points(VIEW, xyz[order], colors[order], np.full(3, 0.01, np.float32))
    assert layer.depth[40, 50] == 1.0
    assert layer.color[40, 50].tolist() == list(BLUE)


def test_a_point_right_before_the_camera_does_not_fill_the_picture() -> None:
    layer = draw_points(VIEW, points((0, 0, 0.03)), points(RED), np.array([0.5], np.float32))
    assert (layer.label == 0).sum() == (2 * LARGEST_SPLAT_PX + 1) ** 2


def test_what_lies_behind_or_beside_the_camera_is_not_drawn() -> None:
    xyz = points((0, 0, -1), (0, 0, 0), (9, 0, 1), (0, -9, 1))
    layer = draw_points(VIEW, xyz, np.repeat(points(RED), 4, 0), np.full(4, 0.01, np.float32))
    assert (layer.label == -1).all()


def test_a_cube_shows_its_front() -> None:
    # A cube of 1 m around (0, 0, 2): its front at 1.5 m spans 50 -+ 33.3 pixels.
    T = transform(np.eye(3), [0.0, 0.0, 2.0])[None]
    layer = draw_boxes(VIEW, T, np.ones((1, 3)), points(RED), np.array([7], np.int32))
    assert layer.label[40, 17:84].tolist() == [7] * 67
    assert layer.label[40, [16, 84]].tolist() == [-1, -1]
    np.testing.assert_allclose(layer.depth[40, 17:84], 1.5, rtol=1e-6)
    assert layer.color[40, 50].tolist() == list(RED)


def slow_box_depth(T: np.ndarray, size: np.ndarray) -> np.ndarray:
    """Where the ray of each pixel enters the box, by the definition of a box."""
    v, u = np.mgrid[: VIEW.height, : VIEW.width]
    rays = np.stack(
        [(u - VIEW.cx) / VIEW.focal, (v - VIEW.cy) / VIEW.focal, np.ones(u.shape)], axis=-1
    )
    origin, rays = -T[:3, :3].T @ T[:3, 3], rays @ T[:3, :3]
    with np.errstate(divide="ignore"):
        a, b = (-size / 2 - origin) / rays, (size / 2 - origin) / rays
    near, far = np.minimum(a, b).max(axis=-1), np.maximum(a, b).min(axis=-1)
    return np.where(near <= far, near, np.inf)


@settings(deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_box_is_where_rays_meet_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    T = transform(Rotation.random(rng=rng).as_matrix(), [*rng.uniform(-0.2, 0.2, 2), 1.0])
    size = rng.uniform(0.05, 0.5, 3)
    layer = draw_boxes(VIEW, T[None], size[None], points(RED), np.zeros(1, np.int32))
    expected = slow_box_depth(T, size)
    both = np.isfinite(layer.depth) & np.isfinite(expected)
    # Rounding may decide pixels on the outline either way.
    assert (np.isfinite(layer.depth) != np.isfinite(expected)).sum() <= 2
    np.testing.assert_allclose(layer.depth[both], expected[both], rtol=1e-5)


def test_a_box_that_reaches_behind_the_camera_is_cut() -> None:
    T = transform(np.eye(3), [0.0, 0.0, 0.4])[None]
    layer = draw_boxes(VIEW, T, np.ones((1, 3)), points(RED), np.zeros(1, np.int32))
    # From inside only the back face, at 0.9 m, lies wholly before the camera.
    np.testing.assert_allclose(layer.depth[np.isfinite(layer.depth)], 0.9, rtol=1e-6)
