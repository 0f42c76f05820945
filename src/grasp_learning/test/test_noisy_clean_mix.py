from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grasp_learning.noisy_clean_mix import FAR_M, KEEP_NOISY, noisy_clean_mix
from grasp_learning.view_sample import View


@pytest.fixture
def row(table_view: View) -> View:
    """Six pixels: background, three on object 1, two on object 2; the last is not measured."""
    clean = np.array([[i, 0, 1] for i in range(6)], np.float32)
    measured = clean + np.array([0.001, 0, 0], np.float32)
    measured[3] = clean[3] + [0, 0, FAR_M * 1.01]
    measured[5] = 0
    return replace(
        table_view,
        measured=measured,
        measured_valid=np.arange(6) < 5,
        clean=clean,
        instances=np.array([0, 1, 1, 1, 2, 2]),
        classes=np.zeros(6),
        grasp_index=np.full(6, -1),
    )


def test_all_noisy_is_the_measured_cloud(row: View) -> None:
    points, instances, pixels = noisy_clean_mix(row, 1.0, np.random.default_rng(0))
    np.testing.assert_array_equal(points, row.measured[:5])
    assert instances.tolist() == [0, 1, 1, 0, 2]  # what is far from the object is not on it
    assert pixels.tolist() == [0, 1, 2, 3, 4]


def test_all_clean_lacks_what_was_not_measured(row: View) -> None:
    points, instances, pixels = noisy_clean_mix(row, 0.0, np.random.default_rng(0))
    np.testing.assert_array_equal(points, row.clean[[0, 1, 2, 4]])
    assert instances.tolist() == [0, 1, 1, 2]
    assert pixels.tolist() == [0, 1, 2, 4]


def test_an_object_is_replaced_as_a_whole_and_a_quarter_of_them_are(table_view: View) -> None:
    near = np.linalg.norm(table_view.measured - table_view.clean, axis=1) < FAR_M
    different = (table_view.measured != table_view.clean).any(axis=1) & near
    clean = 0
    for seed in range(200):
        points, _, pixels = noisy_clean_mix(table_view, KEEP_NOISY, np.random.default_rng(seed))
        told = different[pixels]
        is_clean = (points == table_view.clean[pixels]).all(axis=1)
        for instance in (0, 1, 2):
            own = is_clean[told & (table_view.instances[pixels] == instance)]
            assert own.all() or not own.any()
            clean += own.all()
    assert 0.2 < clean / 600 < 0.3
