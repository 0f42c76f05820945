from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from grasp_core.checks import check_array, check_range, check_rotations
from grasp_core.errors import ArrayError


def test_check_array_returns_a_read_only_copy() -> None:
    source = np.ones((2, 3))
    array = check_array(source, (None, 3), "points")
    source[0, 0] = 5.0
    assert array[0, 0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        array[0, 0] = 2.0


def test_check_array_converts_to_the_wanted_type() -> None:
    assert check_array([1, 2], (2,), "x").dtype == np.float64
    assert check_array([1.0, 2.0], (2,), "x", np.int64).tolist() == [1, 2]
    assert check_array([], (None,), "x", np.int64).shape == (0,)


@pytest.mark.parametrize(
    ("value", "shape", "dtype", "message"),
    [
        (np.zeros((2, 4)), (None, 3), float, r"p: shape \(2, 4\), expected \(N, 3\)"),
        (np.zeros(3), (None, 3), float, r"p: shape \(3,\), expected \(N, 3\)"),
        (
            [[0, 0, 0], [0, np.nan, 0]],
            (None, 3),
            float,
            r"p: value at index \[1, 1\] is not finite",
        ),
        ([1e300], (1,), np.float32, r"p: value at index \[0\] is not finite"),
        (["a"], (1,), float, "p: not an array of numbers"),
        ([[1], [1, 2]], (2,), float, "p: not an array of numbers"),
        (None, (1,), float, r"p: shape \(\), expected \(1\)"),
        ([0.5], (1,), np.uint8, "p: values do not fit uint8"),
        ([300], (1,), np.uint8, "p: values do not fit uint8"),
        ([-1], (1,), np.uint8, "p: values do not fit uint8"),
        ([np.nan], (1,), np.int64, "p: values do not fit int64"),
        ([10**400], (1,), float, "p: not an array of numbers"),
    ],
)
def test_check_array_says_what_is_wrong(
    value: Any, shape: tuple[int | None, ...], dtype: Any, message: str
) -> None:
    with pytest.raises(ArrayError, match=message):
        check_array(value, shape, "p", dtype)


def test_check_range_is_closed_and_names_the_first_value_outside() -> None:
    limits = np.array([0.0, 1.0])
    assert check_range(limits, 0.0, 1.0, "scores") is limits
    with pytest.raises(ArrayError, match=r"scores: 1.5 at 1 is not in \[0.0, 1.0\]"):
        check_range(np.array([0.5, 1.5, -1.0]), 0.0, 1.0, "scores")


@given(st.integers(0, 2**32 - 1), st.integers(0, 4))
def test_every_rotation_passes_in_double_and_single_precision(seed: int, n: int) -> None:
    rotations = Rotation.random(n, random_state=seed).as_matrix().reshape(n, 3, 3)
    np.testing.assert_array_equal(check_rotations(rotations), rotations)
    assert check_rotations(rotations.astype(np.float32)).dtype == np.float64


@pytest.mark.parametrize(
    "matrix",
    [np.diag([1, 1, -1]), 2 * np.eye(3), np.zeros((3, 3)), np.eye(3) + np.eye(3, k=1) * 0.01],
    ids=["mirror", "scaled", "zero", "sheared"],
)
def test_check_rotations_refuses_what_is_not_a_rotation(matrix: np.ndarray) -> None:
    with pytest.raises(ArrayError, match="rotations: matrix 1 is not a right-handed rotation"):
        check_rotations(np.stack([np.eye(3), matrix]))
