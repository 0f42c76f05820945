from __future__ import annotations

import numpy as np

from grasp_core.transforms import grasp_rotation, transform
from grasp_executor.placing import TURNS, half_turns, releases

SPOTS = np.array([(0.3, 0.4), (0.3, 0.5)])


def test_each_spot_is_tried_with_the_least_turn_first() -> None:
    grasp = transform(grasp_rotation([0.0, 0.6, -0.8], [1.0, 0.0, 0.0]), [0.5, 0.0, 0.02])
    poses = list(releases(grasp, SPOTS, 0.05))
    assert len(poses) == 2 * TURNS
    np.testing.assert_allclose([p[:2, 3] for p in poses[:TURNS]], [SPOTS[0]] * TURNS)
    np.testing.assert_allclose([p[2, 3] for p in poses], 0.07)
    np.testing.assert_allclose([p[:3, 0] for p in poses], [[0, 0, -1]] * len(poses), atol=1e-12)
    np.testing.assert_allclose(poses[0][:3, 1], [1.0, 0.0, 0.0], atol=1e-12)
    turned = [np.degrees(np.arccos(np.clip(p[0, 1], -1, 1))) for p in poses[:TURNS]]
    np.testing.assert_allclose(turned, [0, 45, 45, 90, 90, 135, 135, 180], atol=1e-5)


def test_fingers_that_close_vertically_have_a_direction_too() -> None:
    grasp = transform(grasp_rotation([1.0, 0.0, 0.0], [0.0, 0.0, 1.0]), [0.5, 0.0, 0.1])
    np.testing.assert_allclose(next(releases(grasp, SPOTS, 0.0))[:3, 0], [0.0, 0.0, -1.0])


def test_half_turns_close_on_the_same_contacts() -> None:
    grasp = transform(grasp_rotation([0.0, 0.6, -0.8], [1.0, 0.0, 0.0]), [0.5, 0.0, 0.02])
    first, second = half_turns(grasp)
    np.testing.assert_array_equal(first, grasp)
    np.testing.assert_allclose(second[:3, 0], grasp[:3, 0])
    np.testing.assert_allclose(second[:3, 1], -grasp[:3, 1])
    np.testing.assert_allclose(np.linalg.det(second[:3, :3]), 1.0)
