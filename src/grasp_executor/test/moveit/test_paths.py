from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grasp_executor.errors import TrajectoryError
from grasp_executor.moveit.paths import in_order, pruned


def test_columns_follow_the_joints() -> None:
    """The YuMi's order is not that of the numbers; a finger is left out."""
    found = in_order(["a1", "finger", "a3", "a7"], np.array([[1, 9, 3, 7.0]]), ["a1", "a7", "a3"])
    np.testing.assert_array_equal(found, [[1, 7, 3]])


def test_a_missing_joint_is_named() -> None:
    with pytest.raises(TrajectoryError, match=r"a path of \['a'\] has no \['b'\]"):
        in_order(["a"], np.zeros((2, 1)), ["a", "b"])


def test_a_rounded_corner_becomes_one_stop() -> None:
    """Free is what lies on one side of the corner, or cuts it by less than 0.1."""
    corner = np.array([[0, 0], [0.5, 0], [0.95, 0], [1, 0.05], [1, 0.5], [1, 1.0]])

    def free(one: np.ndarray, other: np.ndarray) -> bool:
        middle = (one + other) / 2
        return bool(min(middle[1], 1 - middle[0]) < 0.1)

    # From the start all is free up to (1, 0.05); from there the end is.
    np.testing.assert_array_equal(pruned(corner, free), corner[[0, 2, 5]])


def test_nothing_is_left_out_where_nothing_is_free() -> None:
    path = np.arange(6.0)[:, None]
    np.testing.assert_array_equal(pruned(path, lambda *_: False), path)
    np.testing.assert_array_equal(pruned(path, lambda *_: True), path[[0, -1]])


@given(st.lists(st.booleans(), min_size=1, max_size=40), st.integers(2, 12))
def test_what_stays_is_in_order_and_each_new_way_was_found_free(
    answers: list[bool], count: int
) -> None:
    path = np.arange(float(count))[:, None]
    asked: dict[tuple[float, float], bool] = {}

    def free(one: np.ndarray, other: np.ndarray) -> bool:
        answer = answers[len(asked) % len(answers)]
        asked[one[0], other[0]] = answer
        return answer

    kept = pruned(path, free)[:, 0]
    assert (kept[0], kept[-1]) == (0, count - 1)
    for one, other in pairwise(kept):
        assert other == one + 1 or asked[one, other]
