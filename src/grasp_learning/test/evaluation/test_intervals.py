from __future__ import annotations

import numpy as np
import pytest

from grasp_core.errors import ArrayError
from grasp_learning.evaluation.intervals import ratio


def test_the_value_is_hits_over_cases() -> None:
    estimate = ratio(np.array([1.0, 3.0]), np.array([2.0, 6.0]), np.array([0, 1]))
    assert estimate is not None
    assert (estimate.value, estimate.low, estimate.high, estimate.n) == (0.5, 0.5, 0.5, 8)


def test_views_of_one_scene_are_drawn_together() -> None:
    hits, cases = np.tile([0.0, 1.0], 20), np.ones(40)
    together = ratio(hits, cases, np.repeat(np.arange(20), 2))  # every scene has one half
    apart = ratio(hits, cases, np.arange(40))
    assert together is not None
    assert apart is not None
    assert together.high == together.low == 0.5
    assert 0.25 < apart.low < 0.4 < 0.6 < apart.high < 0.75  # about 0.5 +- 1.96 * 0.5 / sqrt(40)


def test_scenes_without_cases_do_not_count() -> None:
    estimate = ratio(np.array([2.0, 0.0]), np.array([4.0, 0.0]), np.array([0, 1]))
    assert estimate is not None
    assert (estimate.low, estimate.value, estimate.high) == (0.5, 0.5, 0.5)
    assert ratio(np.zeros(2), np.zeros(2), np.array([0, 1])) is None


def test_other_lengths_are_refused() -> None:
    with pytest.raises(ArrayError, match="cases"):
        ratio(np.zeros(2), np.zeros(3), np.zeros(2, int))
