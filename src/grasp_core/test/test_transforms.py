from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from grasp_core.checks import Float, check_rotations
from grasp_core.errors import ArrayError
from grasp_core.transforms import (
    approach_frame,
    from_quaternion_xyzw,
    grasp_rotation,
    inverse,
    normalized,
    quaternions_xyzw,
    transform,
    transform_points,
)

SEEDS = st.integers(0, 2**32 - 1)
BATCHES = st.sampled_from([(), (0,), (1,), (4,), (2, 3)])
#: A quarter turn about z: x of b points along y of a.
QUARTER_Z = np.array([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])


def random_transforms(rng: np.random.Generator, batch: tuple[int, ...]) -> Float:
    n = int(np.prod(batch))
    rotations = Rotation.random(n, random_state=rng.integers(2**32)).as_matrix()
    return transform(rotations.reshape(*batch, 3, 3), rng.normal(size=(*batch, 3)))


def test_a_transform_maps_coordinates_in_b_to_coordinates_in_a() -> None:
    T_a_b = transform(QUARTER_Z, [10.0, 0, 0])
    point_b = np.array([[1.0, 2.0, 3.0]])
    np.testing.assert_array_equal(transform_points(T_a_b, point_b), [[8.0, 1.0, 3.0]])


def test_chains_cancel_neighbouring_frames() -> None:
    T_base_camera = transform(QUARTER_Z, [0.0, 0.0, 1.0])
    T_camera_grasp = transform(np.eye(3), [0.5, 0.0, 0.0])
    T_base_grasp = T_base_camera @ T_camera_grasp
    np.testing.assert_allclose(T_base_grasp[:3, 3], [0.0, 0.5, 1.0])
    np.testing.assert_allclose(T_base_grasp[:3, :3], QUARTER_Z)


def test_quaternions_are_x_y_z_w() -> None:
    half = np.sqrt(0.5)
    T = from_quaternion_xyzw([0.0, 0.0, half, half], [1.0, 2.0, 3.0])
    np.testing.assert_allclose(T[:3, :3], QUARTER_Z, atol=1e-15)
    assert T[:, 3].tolist() == [1.0, 2.0, 3.0, 1.0]
    np.testing.assert_allclose(quaternions_xyzw(QUARTER_Z[None]), [[0, 0, half, half]])
    np.testing.assert_allclose(quaternions_xyzw(np.eye(3)[None]), [[0, 0, 0, 1]])


def test_transform_broadcasts_one_rotation_over_many_translations() -> None:
    T = transform(np.eye(3), np.arange(6.0).reshape(2, 3))
    assert T.shape == (2, 4, 4)
    assert T[1, :3, 3].tolist() == [3.0, 4.0, 5.0]
    assert T[:, 3].tolist() == [[0, 0, 0, 1], [0, 0, 0, 1]]


@given(SEEDS, BATCHES)
def test_inverse_undoes_on_both_sides(seed: int, batch: tuple[int, ...]) -> None:
    T = random_transforms(np.random.default_rng(seed), batch)
    identity = np.broadcast_to(np.eye(4), T.shape)
    np.testing.assert_allclose(inverse(T) @ T, identity, atol=1e-12)
    np.testing.assert_allclose(T @ inverse(T), identity, atol=1e-12)


@given(SEEDS, BATCHES)
def test_a_batch_equals_its_singles(seed: int, batch: tuple[int, ...]) -> None:
    T = random_transforms(np.random.default_rng(seed), batch)
    for index in np.ndindex(batch):
        np.testing.assert_allclose(inverse(T)[index], inverse(T[index]), atol=1e-15)


@given(SEEDS)
def test_mapping_points_composes(seed: int) -> None:
    rng = np.random.default_rng(seed)
    T_a_b, T_b_c = random_transforms(rng, (2,))
    points = rng.normal(size=(5, 3))
    stepwise = transform_points(T_a_b, transform_points(T_b_c, points))
    np.testing.assert_allclose(transform_points(T_a_b @ T_b_c, points), stepwise, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [0, 1, 3])
def test_transform_points_keeps_the_type(dtype: type, n: int) -> None:
    moved = transform_points(np.eye(4), np.ones((n, 3), dtype=dtype))
    assert moved.dtype == dtype
    assert moved.shape == (n, 3)


@given(SEEDS, st.integers(0, 5), st.floats(1e-3, 1e3))
def test_quaternions_round_trip_at_any_length(seed: int, n: int, length: float) -> None:
    T = random_transforms(np.random.default_rng(seed), (n,))
    quaternions = quaternions_xyzw(T[:, :3, :3])
    assert quaternions.shape == (n, 4)
    assert (quaternions[:, 3] >= 0).all()
    for quaternion, one in zip(quaternions, T, strict=True):
        back = from_quaternion_xyzw(length * quaternion, one[:3, 3])
        np.testing.assert_allclose(back, one, atol=1e-12)


@pytest.mark.parametrize(
    ("quaternion", "translation", "message"),
    [
        ([0, 0, 0, 0], [0, 0, 0], r"quaternion \[0.0, 0.0, 0.0, 0.0\] has no direction"),
        ([0, 0, np.nan, 1], [0, 0, 0], r"quaternion: value at index \[2\] is not finite"),
        ([0, 0, 1], [0, 0, 0], r"quaternion: shape \(3,\), expected \(4\)"),
        ([0, 0, 0, 1], [0, 0], r"translation: shape \(2,\), expected \(3\)"),
    ],
)
def test_bad_quaternions_are_refused(
    quaternion: list[float], translation: list[float], message: str
) -> None:
    with pytest.raises(ArrayError, match=message):
        from_quaternion_xyzw(quaternion, translation)


def test_normalized_scales_to_unit_length() -> None:
    np.testing.assert_allclose(
        normalized([[3.0, 0, 4.0], [0, -2.0, 0]]), [[0.6, 0, 0.8], [0, -1, 0]]
    )
    with pytest.raises(ArrayError, match="cannot normalize a vector of length zero"):
        normalized([[1.0, 0, 0], [0, 0, 0]])


def test_grasp_axes_are_approach_closing_and_their_cross_product() -> None:
    # Approach straight down, fingers close along y: z must point along +x, since (-z) x y = x.
    rotation = grasp_rotation([0, 0, -2.0], [0, 3.0, 0])
    np.testing.assert_array_equal(rotation, [[0, 0, 1], [0, 1, 0], [-1, 0, 0]])


@given(SEEDS, BATCHES)
def test_grasp_rotation_keeps_the_approach(seed: int, batch: tuple[int, ...]) -> None:
    rng = np.random.default_rng(seed)
    approach, closing = rng.normal(size=(2, *batch, 3))
    rotations = grasp_rotation(approach, closing)
    check_rotations(rotations.reshape(-1, 3, 3))
    np.testing.assert_allclose(rotations[..., 0], normalized(approach), atol=1e-12)
    assert (np.sum(rotations[..., 1] * closing, axis=-1) > 0).all()


@pytest.mark.parametrize("scale", [1.0, -1e6, 1e-6])
def test_parallel_approach_and_closing_are_refused(scale: float) -> None:
    direction = np.array([1.0, 1.0, 1.0])
    with pytest.raises(ArrayError, match="approach and closing direction are parallel"):
        grasp_rotation(direction, scale * direction)


def test_a_huge_quaternion_is_normalized_and_an_endless_one_refused() -> None:
    T = from_quaternion_xyzw([0, 0, 0, 1e200], [1, 2, 3])
    np.testing.assert_allclose(T[:3, :3], np.eye(3), atol=1e-12)
    with pytest.raises(ArrayError, match="no direction"):
        from_quaternion_xyzw([1e308, 1e308, 1e308, 1e308], [0, 0, 0])


@given(SEEDS)
def test_the_approach_frame_has_the_approach_as_z_and_the_mean_as_origin(seed: int) -> None:
    axis = np.random.default_rng(seed).normal(size=3)
    points = np.array([[0.1, 0.2, 0.3], [0.3, 0.0, 0.5]], np.float32)
    T = approach_frame(axis, points)
    check_rotations(T[None, :3, :3])
    np.testing.assert_allclose(T[:3, :3] @ axis / np.linalg.norm(axis), [0, 0, 1], atol=1e-12)
    np.testing.assert_allclose(transform_points(T, points).mean(axis=0), 0, atol=1e-7)


def test_an_approach_frame_needs_points_and_a_direction() -> None:
    with pytest.raises(ArrayError, match="at least one point"):
        approach_frame([0, 0, 1], np.zeros((0, 3)))
    with pytest.raises(ArrayError, match="length zero"):
        approach_frame([0, 0, 0], np.ones((1, 3)))
