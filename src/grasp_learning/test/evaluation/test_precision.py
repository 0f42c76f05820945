from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from grasp_core.errors import ArrayError
from grasp_learning.evaluation.precision import (
    FRICTIONS,
    average_precisions,
    precision_at,
    rank_in_group,
)

frictions = arrays(np.float64, st.integers(0, 60), elements=st.floats(0.0, 2.0))


def test_precision_by_hand() -> None:
    # The best one holds at 0.2, the next never, the third from 0.8 on.
    table = precision_at(np.array([0.2, np.inf, 0.7]), 4)
    np.testing.assert_allclose(table[:, 0], [1, 1 / 2, 1 / 3, 1 / 4])  # at 0.2
    np.testing.assert_allclose(table[:, 3], [1, 1 / 2, 2 / 3, 2 / 4])  # at 0.8


def test_ap_by_hand() -> None:
    table = precision_at(np.array([0.1, 0.5]), 2)  # 0.2, 0.4: 1, 1/2; from 0.6 on: 1, 1
    figures = average_precisions(table)
    assert figures["ap_04"] == pytest.approx(0.75)
    assert figures["ap_08"] == pytest.approx(1.0)
    assert figures["ap"] == pytest.approx((2 * 0.75 + 4 * 1.0) / 6)


@given(frictions, st.integers(1, 55))
def test_precision_equals_its_definition(needed: np.ndarray, ranks: int) -> None:
    table = precision_at(needed, ranks)
    for k in (1, ranks):
        for column, friction in enumerate(FRICTIONS):
            good = sum(1 for value in needed[:k] if value <= friction)
            assert table[k - 1, column] == pytest.approx(good / k)
    assert (np.diff(table, axis=1) >= 0).all()  # more friction never hurts


def test_no_grasps_are_worth_nothing() -> None:
    assert average_precisions(precision_at(np.zeros(0), 50))["ap"] == 0.0


@given(arrays(np.int64, st.integers(0, 40), elements=st.integers(0, 4)))
def test_the_rank_in_a_group_counts_its_better_ones(groups: np.ndarray) -> None:
    slow = [sum(1 for other in groups[:i] if other == groups[i]) for i in range(len(groups))]
    np.testing.assert_array_equal(rank_in_group(groups), slow)


def test_bad_values_are_named() -> None:
    with pytest.raises(ArrayError, match="ranks: 0 must be at least 1"):
        precision_at(np.zeros(3), 0)
    with pytest.raises(ArrayError, match=r"needed_friction: -0.1 must be >= 0"):
        precision_at(np.array([0.1, -0.1]), 5)
    with pytest.raises(ArrayError, match="precision"):
        average_precisions(np.zeros((50, 5)))
