from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grasp_executor.errors import TrajectoryError
from grasp_executor.planning_robot import JointGroup
from grasp_executor.timing import SAMPLE_SEC, time
from grasp_executor.trajectory import Path, Trajectory

SEEDS = st.integers(0, 2**32 - 1)


def group(velocity: float = 2.0, acceleration: float = 5.0, jerk: float = 50.0) -> JointGroup:
    return JointGroup(
        name="arm",
        joints=("a", "b"),
        tip_link="tip",
        lower=np.full(2, -10.0),
        upper=np.full(2, 10.0),
        max_velocity=np.array([velocity, velocity / 2]),
        max_acceleration=np.full(2, acceleration),
        max_jerk=np.full(2, jerk),
    )


def timed(positions: list | np.ndarray, smooth: bool, limits: JointGroup) -> Trajectory:
    return time(Path("arm", np.array(positions, dtype=float), smooth), limits, 1.0, 1.0)


def test_one_piece_takes_the_textbook_time() -> None:
    """Seven phases: T = d / v + v / a + a / j, and 0.98 of each limit is used."""
    trajectory = timed([[0, 0], [2, 0.5]], False, group())
    d, v, a, j = 2.0, 0.98 * 2.0, 0.98 * 5.0, 0.98 * 50.0
    assert trajectory.duration_sec == pytest.approx(d / v + v / a + a / j, rel=1e-6)
    ratio = trajectory.positions[1:, 1] / trajectory.positions[1:, 0]
    np.testing.assert_allclose(ratio, 0.25)  # the joints go straight


def test_the_slowest_joint_decides() -> None:
    trajectory = timed([[0, 0], [0.1, 2]], False, group())
    assert np.abs(trajectory.velocities[:, 1]).max() == pytest.approx(0.98, rel=1e-3)


def test_it_stops_at_corners_and_not_on_smooth_ways() -> None:
    way = np.linspace([0, 0], [1, 0.2], 6)
    corners, smooth = timed(way, False, group()), timed(way, True, group())
    assert smooth.duration_sec < corners.duration_sec
    speed = np.abs(smooth.velocities[:, 0])
    assert (speed[1:-1] > 0).all()
    at_corner = np.abs(corners.positions[:, 0] - 0.4).argmin()
    np.testing.assert_allclose(corners.velocities[at_corner], 0, atol=1e-6)


@settings(max_examples=60, deadline=None)
@given(SEEDS, st.booleans())
def test_limits_are_kept_from_rest_to_rest(seed: int, smooth: bool) -> None:
    rng = np.random.default_rng(seed)
    limits = group(*rng.uniform([0.5, 1.0, 5.0], [3.0, 10.0, 100.0]))
    if smooth:  # a bend like a joint's on a straight line
        s = np.linspace(0, 1, int(rng.integers(2, 30)))[:, None]
        positions = rng.uniform(-1, 1, 2) * s + rng.uniform(-0.5, 0.5, 2) * np.sin(3 * s)
    else:
        positions = rng.uniform(-2, 2, (int(rng.integers(2, 6)), 2))
    trajectory = timed(positions, smooth, limits)
    jerks = np.diff(trajectory.accelerations, axis=0) / np.diff(trajectory.times)[:, None]
    assert (np.abs(trajectory.velocities) <= limits.max_velocity).all()
    assert (np.abs(trajectory.accelerations) <= limits.max_acceleration).all()
    assert (np.abs(jerks) <= 1.001 * limits.max_jerk).all()
    assert (np.diff(trajectory.times) <= SAMPLE_SEC + 1e-9).all()
    np.testing.assert_allclose(trajectory.positions[[0, -1]], positions[[0, -1]], atol=1e-6)
    ends = trajectory.velocities[[0, -1]], trajectory.accelerations[[0, -1]]
    np.testing.assert_allclose(ends, 0, atol=1e-6)
    # Derivatives belong to the positions: the trapezium rule, to third order of the step.
    spans = np.diff(trajectory.times)[:, None]
    mean = (trajectory.velocities[1:] + trajectory.velocities[:-1]) / 2
    off = np.abs(np.diff(trajectory.positions, axis=0) - spans * mean)
    assert (off <= limits.max_jerk * SAMPLE_SEC**3 / 6).all()


def test_a_smooth_way_passes_its_waypoints() -> None:
    s = np.linspace(0, 1, 11)
    positions = np.stack([s, 0.3 * np.sin(2 * s)], axis=1)
    trajectory = timed(positions, True, group())
    bend = 0.3 * np.sin(2 * trajectory.positions[:, 0])
    np.testing.assert_allclose(trajectory.positions[:, 1], bend, atol=1e-6)


def test_wrong_input_is_named() -> None:
    path = Path("arm", np.array([[0.0, 0.0], [1.0, 1.0]]), smooth=False)
    with pytest.raises(TrajectoryError, match=r"acceleration scale 1.5 is not in \(0, 1\]"):
        time(path, group(), 1.0, 1.5)
    with pytest.raises(TrajectoryError, match="waypoints of 3 joints, arm has 2"):
        timed([[0, 0, 0], [1, 1, 1]], False, group())
    with pytest.raises(TrajectoryError, match="must not repeat a waypoint"):
        timed([[0, 0], [0, 0]], False, group())
