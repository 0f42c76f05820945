from __future__ import annotations

import numpy as np

from grasp_learning.evaluation.scales import count_scales, scale_of


def test_the_scales_begin_at_4_and_7_cm() -> None:
    widths = np.array([0.0, 0.0399, 0.04, 0.0699, 0.07, 0.1])
    np.testing.assert_array_equal(scale_of(widths), [0, 0, 1, 1, 2, 2])


def test_counts_are_by_scale_and_successes_hold_at_08() -> None:
    counts = count_scales(np.array([0.01, 0.02, 0.05, 0.03]), np.array([0.8, 0.81, np.inf, 0.0]))
    np.testing.assert_array_equal(counts.grasps, [3, 1, 0])
    np.testing.assert_array_equal(counts.successes, [2, 0, 0])


def test_no_grasps_count_nothing() -> None:
    counts = count_scales(np.zeros(0), np.zeros(0))
    assert counts.grasps.tolist() == counts.successes.tolist() == [0, 0, 0]
