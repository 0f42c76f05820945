from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from grasp_core.camera import Camera
from grasp_core.errors import ArrayError
from grasp_learning.view_arrays import STEP_M, decode_view, encode_view
from grasp_learning.view_sample import View

MakeView = Callable[[int, int, int], tuple[View, NDArray[np.int64]]]


@given(st.integers(0, 2**32 - 1), st.integers(0, 5), st.integers(0, 4))
def test_a_stored_view_comes_back_up_to_rounding(
    random_view: MakeView, small_camera: Camera, seed: int, labels: int, trials: int
) -> None:
    view, pixels = random_view(seed, labels, trials)
    back = decode_view(encode_view(view, small_camera, pixels))
    rounded = {"measured", "clean", "positions", "widths", "contacts"}
    for name in (field.name for field in fields(View)):
        before, after = getattr(view, name), getattr(back, name)
        if name in rounded:
            np.testing.assert_allclose(after, before, atol=0.51 * STEP_M, rtol=0)
        elif name == "rotations":
            np.testing.assert_allclose(after, before, atol=1e-4)
        else:
            np.testing.assert_array_equal(after, before)
            assert np.asarray(after).dtype == np.asarray(before).dtype


def test_a_stored_view_by_hand(random_view: MakeView, small_camera: Camera) -> None:
    view, _ = random_view(0, 1, 0)
    view = replace(
        view,
        measured=np.zeros((20, 3)),
        measured_valid=np.zeros(20, bool),
        clean=np.tile([0.0, 0.0, 0.5], (20, 1)),
        positions=[[0.1234, -0.2, 0.70004]],
        rotations=[np.eye(3)],
    )
    arrays = encode_view(view, small_camera, np.arange(9, 29))  # from row 1, column 1
    assert arrays["corner"].tolist() == [1, 0]
    assert arrays["clean_depth"].tolist() == [[0] + 7 * [5000], 8 * [5000], 5 * [5000] + 3 * [0]]
    assert arrays["measured_depth"].max() == 0
    assert arrays["positions"].tolist() == [[1234, -2000, 7000]]
    assert arrays["quaternions"].tolist() == [[0, 0, 0, 32767]]
    back = decode_view(arrays)
    np.testing.assert_allclose(back.clean[0], [-0.1, -0.025, 0.5])  # (1 - 3) / 10, (1 - 2) / 20
    assert not back.measured.any()


def test_arrays_of_something_else_are_refused(random_view: MakeView, small_camera: Camera) -> None:
    view, pixels = random_view(1, 3, 2)
    arrays = encode_view(view, small_camera, pixels)
    without = {name: array for name, array in arrays.items() if name != "quality"}
    with pytest.raises(ArrayError, match="no array 'quality' in this sample"):
        decode_view(without)
    with pytest.raises(ArrayError, match="not those of a view"):
        decode_view({**arrays, "measured_depth": np.zeros((1, 1), np.uint16)})


def test_what_cannot_be_stored_is_refused(random_view: MakeView, small_camera: Camera) -> None:
    view, pixels = random_view(1, 3, 2)
    with pytest.raises(ArrayError, match="19 pixels for 20 points"):
        encode_view(view, small_camera, pixels[:-1])
    far = replace(view, positions=np.full((3, 3), 4.0))
    with pytest.raises(ArrayError, match="positions: values do not fit int16"):
        encode_view(far, small_camera, pixels)
