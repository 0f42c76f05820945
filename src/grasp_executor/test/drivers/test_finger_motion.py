"""How a finger's motion ended, from positions at times."""

from __future__ import annotations

import pytest

from grasp_executor.arm import MotionEnd
from grasp_executor.drivers.finger_motion import FingerMotion

OPEN, CLOSED = 0.025, 0.0

#: What is told, as (s after the command, m), and how it ends at the last.
MOTIONS = {
    "it arrives": ([(0.1, 0.025), (0.6, 0.012), (1.1, 0.0004)], MotionEnd.DONE),
    "it is there already": ([(0.1, 0.0005)], MotionEnd.DONE),
    "an object stops it": (
        [(0.2, 0.02), (0.4, 0.015), (0.8, 0.0149), (0.9, 0.015)],
        MotionEnd.DONE,
    ),
    "it begins late": ([(1.9, 0.025), (2.1, 0.02), (2.5, 0.02)], None),
    "it never begins": ([(0.1, 0.025), (1.9, 0.0249), (2.0, 0.025)], MotionEnd.ABORTED),
    "it swings": (
        [(0.4 * i, 0.01 + 0.005 * (i % 2)) for i in range(1, 26)],
        MotionEnd.TIMED_OUT,
    ),
    "it creeps": ([(0.4 * i, 0.025 - 0.0002 * i) for i in range(1, 25)], None),
}


@pytest.mark.parametrize("name", MOTIONS)
def test_the_end_is_told_with_the_last_position_and_not_before(name: str) -> None:
    told, end = MOTIONS[name]
    motion = FingerMotion(OPEN, CLOSED, time_sec=100.0)
    ends = [motion.end(position, 100.0 + seconds) for seconds, position in told]
    assert ends == [None] * (len(told) - 1) + [end]
