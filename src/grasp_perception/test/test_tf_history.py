"""Poses over time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from grasp_core.transforms import inverse, transform
from grasp_perception.errors import TransformError
from grasp_perception.tf_history import TransformHistory

SECOND = 1_000_000_000
NOW = 1_700_000_000 * SECOND  # a date: too large for a float to hold nanoseconds


def shift(x: float, y: float = 0.0, z: float = 0.0) -> np.ndarray:
    return transform(np.eye(3), [x, y, z])


def about_z(degrees: float) -> np.ndarray:
    return transform(Rotation.from_euler("z", degrees, degrees=True).as_matrix(), np.zeros(3))


@pytest.fixture
def history() -> TransformHistory:
    """A base, a wrist that moves 0.1 m in 0.1 s, a camera on it, and a frame apart."""
    made = TransformHistory()
    made.add("base", "wrist", NOW, shift(0.0))
    made.add("base", "wrist", NOW + SECOND // 10, shift(0.1))
    made.add("wrist", "camera", 0, about_z(90), static=True)
    made.add("moon", "crater", 0, shift(1.0), static=True)
    return made


def test_a_pose_maps_from_source_to_target(history: TransformHistory) -> None:
    T_base_camera = history.lookup("base", "camera", NOW + SECOND // 10)
    np.testing.assert_allclose(T_base_camera @ [1, 0, 0, 1], [0.1, 1, 0, 1], atol=1e-9)
    T_camera_base = history.lookup("camera", "base", NOW + SECOND // 10)
    np.testing.assert_allclose(T_camera_base, inverse(T_base_camera), atol=1e-9)


def test_a_frame_is_itself_even_unknown() -> None:
    np.testing.assert_array_equal(TransformHistory().lookup("a", "a", 5), np.eye(4))


@given(st.integers(0, SECOND // 10))
def test_between_samples_a_pose_is_interpolated(after_ns: int) -> None:
    history = TransformHistory()
    history.add("base", "wrist", NOW, shift(0.0))
    history.add("base", "wrist", NOW + SECOND // 10, shift(0.1))
    T = history.lookup("base", "wrist", NOW + after_ns)
    np.testing.assert_allclose(T, shift(after_ns / SECOND), atol=1e-9)


def test_rotation_takes_the_short_way() -> None:
    history = TransformHistory()
    history.add("base", "wrist", 1, about_z(170))
    history.add("base", "wrist", 3, about_z(190))
    np.testing.assert_allclose(history.lookup("base", "wrist", 2), about_z(180), atol=1e-9)


def test_stamp_zero_is_the_newest(history: TransformHistory) -> None:
    np.testing.assert_allclose(history.lookup("base", "wrist", 0), shift(0.1), atol=1e-9)


def test_samples_may_come_out_of_order(history: TransformHistory) -> None:
    history.add("base", "wrist", NOW + SECOND // 20, shift(0.08))
    T = history.lookup("base", "wrist", NOW + SECOND // 40)
    np.testing.assert_allclose(T, shift(0.04), atol=1e-9)


def test_unknown_frames_are_named_with_the_known(history: TransformHistory) -> None:
    with pytest.raises(
        TransformError,
        match="unknown frame 'lens'; known: base, camera, crater, moon, wrist",
    ):
        history.lookup("base", "lens", NOW)


def test_frames_apart_are_not_connected(history: TransformHistory) -> None:
    with pytest.raises(TransformError, match="'base' and 'crater' are not connected"):
        history.lookup("base", "crater", NOW)


def test_times_outside_are_not_made_up(history: TransformHistory) -> None:
    with pytest.raises(TransformError, match=r"0\.400 s after the newest transform"):
        history.lookup("camera", "base", NOW + SECOND // 2)
    with pytest.raises(TransformError, match=r"'wrist' in 'base': .* 2\.000 s before the oldest"):
        history.lookup("camera", "base", NOW - 2 * SECOND)


def test_old_samples_are_forgotten(history: TransformHistory) -> None:
    history.add("base", "wrist", NOW + 11 * SECOND, shift(0.2))
    with pytest.raises(TransformError, match="before the oldest"):
        history.lookup("base", "wrist", NOW)


def test_a_bag_that_starts_again_clears_what_moves(history: TransformHistory) -> None:
    start = NOW - 5 * SECOND
    history.add("wrist", "finger", NOW, shift(0.5))
    history.add("base", "wrist", start, shift(0.7))
    np.testing.assert_allclose(history.lookup("base", "wrist", start), shift(0.7), atol=1e-9)
    history.lookup("wrist", "camera", start)  # what is fixed stays
    with pytest.raises(TransformError, match="no transform since time went back"):
        history.lookup("wrist", "finger", start)


def test_a_frame_has_one_parent(history: TransformHistory) -> None:
    history.add("moon", "camera", 0, shift(3.0), static=True)
    np.testing.assert_allclose(history.lookup("moon", "camera", NOW), shift(3.0))
    with pytest.raises(TransformError, match="not connected"):
        history.lookup("base", "camera", NOW)


@pytest.mark.parametrize(("parent", "child"), [("", "a"), ("a", ""), ("a", "a")])
def test_a_transform_is_between_two_frames(parent: str, child: str) -> None:
    with pytest.raises(TransformError, match="is not a transform between two frames"):
        TransformHistory().add(parent, child, 0, shift(0.0))


def test_a_pose_must_be_finite() -> None:
    with pytest.raises(TransformError, match="'b' in 'a' is not finite"):
        TransformHistory().add("a", "b", 0, shift(np.nan))
