from __future__ import annotations

import numpy as np

from grasp_core.proximity import within


def test_equals_all_distances() -> None:
    rng = np.random.default_rng(0)
    points, others = rng.random((200, 3)), 0.5 * rng.random((30, 3))
    distances = np.linalg.norm(points[:, None] - others, axis=2).min(axis=1)
    for distance in (0.05, 0.2, 1.0):
        near = within(points, others, distance)
        np.testing.assert_array_equal(near, distances <= distance)
        assert 0 < near.sum() < len(points) or distance == 1.0


def test_the_distance_itself_counts() -> None:
    np.testing.assert_array_equal(
        within(np.array([[0.5, 0, 0], [0.51, 0, 0]]), np.zeros((1, 3)), 0.5), [True, False]
    )


def test_nothing_is_near_to_nothing() -> None:
    assert not within(np.zeros((2, 3)), np.empty((0, 3)), 1.0).any()
    assert within(np.empty((0, 3)), np.zeros((2, 3)), 1.0).shape == (0,)
