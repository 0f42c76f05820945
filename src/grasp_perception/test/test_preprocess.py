from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grasp_core.cloud import PointCloud
from grasp_core.transforms import from_quaternion_xyzw
from grasp_perception.preprocess import find_support, inside_box

See = Callable[..., PointCloud]


def test_a_box_turned_by_45_degrees_keeps_its_corners() -> None:
    turn = from_quaternion_xyzw([0, 0, np.sin(np.pi / 8), np.cos(np.pi / 8)], [1, 0, 0])
    corner = np.sqrt(0.5)
    points = np.array([[1, corner, 0], [1, 0.72, 0], [1.5, 0.5, 0], [1, 0, 0.6]], dtype=np.float32)
    inside = inside_box(points, turn, np.array([1.001, 1.001, 1.0]))
    assert inside.tolist() == [True, False, False, False]


def test_the_table_is_the_support_and_its_normal_points_to_the_camera(see_scene: See) -> None:
    plane = find_support(see_scene(boxes=[(0, 0, 0.1, 0.1, 0.05)], noise_m=0.001), 0.005, 0.2, 0)
    assert plane is not None
    np.testing.assert_allclose(plane.normal, [0, 0, -1], atol=0.01)
    np.testing.assert_allclose(plane.offset, 0.5, atol=0.002)


def test_a_large_face_above_the_table_is_not_the_support(see_scene: See) -> None:
    cloud = see_scene(boxes=[(0, 0, 0.34, 0.3, 0.1)])
    on_face = np.mean(np.isclose(cloud.points[:, 2], 0.4, atol=1e-3))
    assert on_face > 0.5  # the face is the largest plane
    plane = find_support(cloud, 0.005, 0.1, 0)
    assert plane is not None
    np.testing.assert_allclose(plane.offset, 0.5, atol=1e-3)


def test_no_plane_holds_enough_points(see_scene: See) -> None:
    ball = see_scene(spheres=[(0, 0, 0.08)], table=False)
    assert find_support(ball, 0.002, 0.5, 0) is None
    assert find_support(see_scene(), 0.005, 1.0, 0) is None  # share 1 asks for none
    line = PointCloud.from_xyz(np.outer(np.arange(1.0, 50.0), [1.0, 1.0, 1.0]), "camera")
    support = find_support(line, 0.005, 0.2, 0)
    assert support is None or np.isfinite(support.normal).all()


def test_one_seed_gives_one_plane_to_the_last_bit(see_scene: See) -> None:
    cloud = see_scene(boxes=[(0, 0, 0.1, 0.1, 0.05)], noise_m=0.002)
    first, second = find_support(cloud, 0.005, 0.2, 7), find_support(cloud, 0.005, 0.2, 7)
    assert first is not None
    assert second is not None
    assert first.offset == second.offset
    np.testing.assert_array_equal(first.normal, second.normal)
