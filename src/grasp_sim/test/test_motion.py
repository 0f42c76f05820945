from __future__ import annotations

import numpy as np
import pytest

from grasp_core.checks import Float
from grasp_sim.errors import CommandError
from grasp_sim.motion import Motion

START, STILL = np.array([0.5]), np.zeros(1)


def column(*values: float) -> Float:
    return np.array(values, dtype=np.float64)[:, None]


def test_positions_alone_are_joined_by_lines() -> None:
    curve = Motion(np.array([1.0, 3.0]), column(1.5, 2.5)).curve(START, STILL)
    times = [0.0, 0.5, 1.0, 2.0, 3.0]
    np.testing.assert_allclose(curve(times)[:, 0], [0.5, 1.0, 1.5, 2.0, 2.5])


def test_velocities_make_it_cubic() -> None:
    """From rest to rest: p(u) = 3 u^2 - 2 u^3, whose speed in the middle is 1.5."""
    curve = Motion(np.array([0.0, 1.0]), column(0.0, 1.0), column(0.0, 0.0)).curve(START, STILL)
    np.testing.assert_allclose(curve([0.25, 0.5])[:, 0], [0.15625, 0.5])
    assert curve.derivative()(0.5)[0] == pytest.approx(1.5)


def test_accelerations_make_it_quintic() -> None:
    """From rest to rest: p(u) = 10 u^3 - 15 u^4 + 6 u^5, whose speed in the middle is 1.875."""
    still = column(0.0, 0.0)
    curve = Motion(np.array([0.0, 1.0]), column(0.0, 1.0), still, still).curve(START, STILL)
    assert curve(0.25)[0] == pytest.approx(0.103515625)
    assert curve.derivative()(0.5)[0] == pytest.approx(1.875)


def test_a_later_first_point_is_reached_from_the_present_state() -> None:
    motion = Motion(np.array([1.0]), column(2.0), column(0.0), column(0.0))
    curve = motion.curve(START, np.array([0.3]))
    assert curve(0.0)[0] == 0.5
    assert curve.derivative()(0.0)[0] == pytest.approx(0.3)
    assert curve(1.0)[0] == pytest.approx(2.0)
    assert motion.duration_sec == 1.0


def test_a_single_point_at_once_is_a_place_to_be() -> None:
    curve = Motion(np.zeros(1), column(2.0), column(0.0)).curve(START, STILL)
    assert curve(0.0)[0] == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("times", "columns", "message"),
    [
        ([], [column()], "no points"),
        ([1.0, 1.0], [column(0, 1)], r"times \[.*1.0.*1.0.*\] s must grow from 0 or later"),
        ([-1.0, 1.0], [column(0, 1)], "must grow from 0"),
        ([0.0, 1.0], [column(0, np.nan)], r"positions of shape \(2, 1\) must be .* all finite"),
        ([0.0, 1.0], [column(0, 1), column(0)], r"velocities of shape \(1, 1\) must be \(2, 1\)"),
        ([0.0, 1.0], [column(0, 1), column(0, 2)], r"last point has velocities \[2.0\]"),
        ([0.0, 1.0], [column(0, 1), None, column(0, 0)], "accelerations .* without velocities"),
    ],
)
def test_bad_trajectories_are_refused(
    times: list[float], columns: list[Float], message: str
) -> None:
    with pytest.raises(CommandError, match=message):
        Motion(np.array(times), *columns)
