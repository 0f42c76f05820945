from __future__ import annotations

import numpy as np
import pytest

from grasp_core.errors import ArrayError
from grasp_executor.errors import TrajectoryError
from grasp_executor.trajectory import Path, Trajectory


def cubic(times: np.ndarray) -> Trajectory:
    """One joint on 3 t² - 2 t³."""
    t = times[:, None]
    return Trajectory("arm", ("joint_1",), times, 3 * t**2 - 2 * t**3, 6 * t - 6 * t**2, 6 - 12 * t)


def test_between_samples_lies_the_cubic() -> None:
    coarse = cubic(np.array([0.0, 0.5, 1.0]))
    positions = coarse.resampled(0.25)
    # Half of the way each: two parts, so the times 0, 1/4, 1/2, 3/4 and 1.
    np.testing.assert_allclose(positions[:, 0], [0, 0.15625, 0.5, 0.84375, 1], atol=1e-12)


def test_steps_are_small_and_ends_are_kept() -> None:
    positions = cubic(np.linspace(0, 1, 6)).resampled(0.01)
    assert np.abs(np.diff(positions, axis=0)).max() < 0.02
    np.testing.assert_allclose(positions[[0, -1], 0], [0, 1], atol=1e-12)


def test_a_rest_needs_no_step() -> None:
    zeros = np.zeros((3, 2))
    still = Trajectory("arm", ("a", "b"), np.arange(3.0), zeros + 1, zeros, zeros)
    np.testing.assert_array_equal(still.resampled(0.01), zeros + 1)
    assert still.duration_sec == 2.0


@pytest.mark.parametrize("times", [[0.0], [0.1, 0.2], [0.0, 0.0], [0.0, 2.0, 1.0]])
def test_times_start_at_zero_and_grow(times: list[float]) -> None:
    arrays = np.zeros((len(times), 1))
    with pytest.raises(TrajectoryError, match="times must start at 0 and grow"):
        Trajectory("arm", ("a",), np.array(times), arrays, arrays, arrays)


def test_lengths_are_checked() -> None:
    arrays = np.zeros((2, 1))
    with pytest.raises(ArrayError, match=r"velocities: shape \(3, 1\), expected \(2, 1\)"):
        Trajectory("arm", ("a",), np.array([0.0, 1.0]), arrays, np.zeros((3, 1)), arrays)
    with pytest.raises(TrajectoryError, match="a path needs two waypoints, got 1"):
        Path("arm", np.zeros((1, 6)), smooth=False)
