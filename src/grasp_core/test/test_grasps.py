from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from grasp_core.errors import ArrayError, FrameError
from grasp_core.grasps import Grasps
from grasp_core.transforms import inverse, transform

SEEDS = st.integers(0, 2**32 - 1)
SIZES = st.integers(0, 6)


def random_rotations(rng: np.random.Generator, n: int) -> np.ndarray:
    return Rotation.random(n, random_state=rng.integers(2**32)).as_matrix().reshape(n, 3, 3)


def random_grasps(rng: np.random.Generator, n: int, frame_id: str = "camera") -> Grasps:
    return Grasps(
        random_rotations(rng, n),
        rng.normal(size=(n, 3)),
        rng.uniform(0, 0.1, n),
        rng.uniform(size=n),
        frame_id,
    )


def assert_same(a: Grasps, b: Grasps, atol: float = 0.0) -> None:
    assert a.frame_id == b.frame_id
    for name in ("rotations", "positions", "widths", "scores"):
        np.testing.assert_allclose(getattr(a, name), getattr(b, name), rtol=0, atol=atol)


def test_columns_of_the_rotation_are_the_grasp_axes() -> None:
    # Camera looks down: approach along its z, fingers close along its x.
    rotation = np.array([[0.0, 1, 0], [0, 0, 1], [1, 0, 0]])
    grasp = Grasps(rotation[None], [[0.1, 0.2, 0.7]], [0.05], [0.5], "camera_optical")
    assert grasp.approach.tolist() == [[0, 0, 1]]
    assert grasp.closing.tolist() == [[1, 0, 0]]
    np.testing.assert_array_equal(
        grasp.T_frame_grasp,
        [[[0, 1, 0, 0.1], [0, 0, 1, 0.2], [1, 0, 0, 0.7], [0, 0, 0, 1]]],
    )


def test_frame_change_by_hand() -> None:
    grasp = Grasps(np.eye(3)[None], [[1.0, 0, 0]], [0.05], [0.5], "camera")
    quarter_z = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    moved = grasp.transformed(transform(quarter_z, [0, 0, 2.0]), "base")
    assert moved.frame_id == "base"
    assert moved.positions.tolist() == [[0, 1, 2]]
    assert moved.approach.tolist() == [[0, 1, 0]]


@given(SEEDS, SIZES)
def test_frame_changes_compose_and_invert(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    grasps = random_grasps(rng, n)
    T_b_camera, T_a_b = transform(random_rotations(rng, 2), rng.normal(size=(2, 3)))
    stepwise = grasps.transformed(T_b_camera, "b").transformed(T_a_b, "a")
    assert_same(grasps.transformed(T_a_b @ T_b_camera, "a"), stepwise, atol=1e-12)
    np.testing.assert_allclose(
        stepwise.T_frame_grasp, T_a_b @ T_b_camera @ grasps.T_frame_grasp, atol=1e-12
    )
    back = grasps.transformed(T_a_b, "a").transformed(inverse(T_a_b), "camera")
    assert_same(back, grasps, atol=1e-12)


@given(SEEDS, SIZES)
def test_a_batch_equals_its_singles(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    grasps = random_grasps(rng, n)
    T = transform(random_rotations(rng, 1)[0], rng.normal(size=3))
    singles = [grasps[index].transformed(T, "base") for index in range(n)]
    joined = Grasps.concatenate([Grasps.empty("base"), *singles])
    assert_same(grasps.transformed(T, "base"), joined, atol=1e-15)


@given(SEEDS, SIZES)
def test_order_does_not_matter_to_a_frame_change(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    grasps, order = random_grasps(rng, n), rng.permutation(n)
    T = transform(random_rotations(rng, 1)[0], rng.normal(size=3))
    assert_same(grasps[order].transformed(T, "base"), grasps.transformed(T, "base")[order], 1e-15)


def test_selection_by_index_slice_indices_and_mask() -> None:
    grasps = random_grasps(np.random.default_rng(0), 4)
    assert len(grasps[2]) == 1
    assert_same(grasps[2], grasps[2:3])
    assert_same(grasps[-1], grasps[3])
    assert_same(grasps[np.array([1, 3])], grasps[np.array([False, True, False, True])])
    assert len(grasps[np.zeros(4, dtype=bool)]) == 0
    with pytest.raises(IndexError):
        grasps[4]


@given(SEEDS, SIZES)
def test_concatenation_undoes_splitting(seed: int, n: int) -> None:
    grasps = random_grasps(np.random.default_rng(seed), n)
    assert_same(Grasps.concatenate([grasps[: n // 2], grasps[n // 2 :]]), grasps)


def test_ranking_is_best_first() -> None:
    grasps = replace(random_grasps(np.random.default_rng(0), 4), scores=[0.2, 0.9, 0.4, 0.6])
    assert_same(grasps.ranked(), grasps[np.array([1, 3, 2, 0])])


def test_equal_scores_keep_their_order() -> None:
    scores = np.tile([0.2, 0.9], 100)  # enough for an unstable sort to show
    grasps = replace(random_grasps(np.random.default_rng(0), 200), scores=scores)
    assert_same(grasps.ranked(), grasps[np.r_[1:200:2, 0:200:2]])


def test_rescored_changes_only_the_scores() -> None:
    grasps = random_grasps(np.random.default_rng(0), 2)
    assert_same(grasps.rescored(np.array([1.0, 0.0])), replace(grasps, scores=[1.0, 0.0]))
    with pytest.raises(ArrayError, match=r"scores: shape \(3,\), expected \(2,\)"):
        grasps.rescored(np.zeros(3))
    with pytest.raises(ArrayError, match=r"scores: 2 at 0 is not in \[0.0, 1.0\]"):
        grasps.rescored(np.array([2.0, 0.0]))


def test_grasps_copy_and_cannot_be_changed() -> None:
    positions = np.zeros((1, 3))
    grasp = Grasps(np.eye(3)[None], positions, [0.0], [1.0], "camera")
    positions[0] = 9.0
    assert grasp.positions.tolist() == [[0, 0, 0]]
    with pytest.raises(ValueError, match="read-only"):
        grasp.positions[0, 0] = 1.0
    with pytest.raises(FrozenInstanceError):
        grasp.frame_id = "base"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"rotations": np.ones((2, 3, 3))}, ArrayError, "matrix 0 is not a right-handed rotation"),
        ({"rotations": np.eye(3)}, ArrayError, r"rotations: shape \(3, 3\), expected \(N, 3, 3\)"),
        (
            {"positions": np.zeros((1, 3))},
            ArrayError,
            r"positions: shape \(1, 3\), expected \(2, 3",
        ),
        (
            {"positions": [[0, 0, 0], [0, 0, np.inf]]},
            ArrayError,
            r"positions: value at index \[1, 2",
        ),
        ({"widths": [0.1]}, ArrayError, r"widths: shape \(1,\), expected \(2\)"),
        ({"widths": [0.1, -0.1]}, ArrayError, r"widths: -0.1 at 1 is not in \[0.0, inf\]"),
        ({"scores": [0.1, 1.1]}, ArrayError, r"scores: 1.1 at 1 is not in \[0.0, 1.0\]"),
        ({"scores": [np.nan, 1.0]}, ArrayError, r"scores: value at index \[0\] is not finite"),
        ({"frame_id": ""}, FrameError, "grasps need the name of the frame they are in"),
    ],
)
def test_bad_values_die_in_the_constructor(
    change: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        replace(random_grasps(np.random.default_rng(0), 2), **change)


def test_grasps_of_two_frames_do_not_join() -> None:
    with pytest.raises(FrameError, match=r"cannot join grasps in frames \['base', 'camera'\]"):
        Grasps.concatenate([Grasps.empty("camera"), Grasps.empty("base")])
    with pytest.raises(FrameError, match=r"cannot join grasps in frames \[\]"):
        Grasps.concatenate([])
