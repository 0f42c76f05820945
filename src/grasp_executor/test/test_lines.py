from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from grasp_core.transforms import inverse, transform
from grasp_executor.lines import MAX_STEP_M, MAX_STEP_RAD, MIN_STEPS, interpolate

SEEDS = st.integers(0, 2**32 - 1)


def test_a_line_of_12_mm_has_four_steps_of_3_mm() -> None:
    poses = interpolate(np.eye(4), transform(np.eye(3), [0.012, 0, 0]))
    np.testing.assert_allclose(poses[:, 0, 3], [0, 0.003, 0.006, 0.009, 0.012])


def test_a_turn_of_one_radian_has_twenty_steps() -> None:
    end = transform(Rotation.from_rotvec([0, 0, 1.0]).as_matrix(), [0, 0, 0])
    poses = interpolate(np.eye(4), end)
    angles = Rotation.from_matrix(poses[:, :3, :3]).as_rotvec()[:, 2]
    np.testing.assert_allclose(angles, np.linspace(0, 1, 21), atol=1e-12)


@given(SEEDS)
def test_steps_are_even_small_and_reach_both_ends(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = (
        transform(Rotation.random(rng=rng).as_matrix(), rng.uniform(-0.3, 0.3, 3)) for _ in range(2)
    )
    poses = interpolate(a, b)
    np.testing.assert_allclose(poses[[0, -1]], [a, b], atol=1e-9)
    assert len(poses) > MIN_STEPS
    steps = inverse(poses[:-1]) @ poses[1:]
    lengths = np.linalg.norm(steps[:, :3, 3], axis=1)
    angles = Rotation.from_matrix(steps[:, :3, :3]).magnitude()
    np.testing.assert_allclose(lengths, lengths[0], atol=1e-9)
    np.testing.assert_allclose(angles, angles[0], atol=1e-7)
    assert lengths[0] <= MAX_STEP_M + 1e-9
    assert angles[0] <= MAX_STEP_RAD + 1e-7
