"""The clock is moved by hand, so that no test depends on the machine."""

from __future__ import annotations

from threading import Event

import pytest

from grasp_sim.pacer import LAG_SEC, Pacer


class Loop:
    """What the pacer sees of a control loop."""

    def __init__(self) -> None:
        self.time_sec = 5.0

    def keep_up(self, seconds: float) -> None:
        self.time_sec = seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]
    monkeypatch.setattr("grasp_sim.pacer.monotonic", lambda: now[0])
    return now


def test_simulated_time_follows_the_clock(clock: list[float]) -> None:
    loop = Loop()
    pacer = Pacer(loop)  # type: ignore[arg-type]
    for seconds in (0.01, 0.02, LAG_SEC - 0.01):
        clock[0] += seconds
        pacer.advance()
    assert loop.time_sec == pytest.approx(5.0 + 0.03 + LAG_SEC - 0.01)
    assert pacer.lost_sec == 0.0


def test_what_lags_too_far_is_lost_and_counted(clock: list[float]) -> None:
    loop = Loop()
    pacer = Pacer(loop)  # type: ignore[arg-type]
    clock[0] += 3.0
    pacer.advance()
    assert loop.time_sec == pytest.approx(5.0 + LAG_SEC)
    assert pacer.lost_sec == pytest.approx(3.0 - LAG_SEC)
    clock[0] += 0.1
    pacer.advance()
    assert loop.time_sec == pytest.approx(5.0 + LAG_SEC + 0.1)


def test_waiting_ends_at_once_when_it_is_late_or_stopped(clock: list[float]) -> None:
    pacer, stop = Pacer(Loop()), Event()  # type: ignore[arg-type]
    clock[0] += 1.0
    assert not pacer.wait(0.01, stop)
    stop.set()
    assert pacer.wait(3600.0, stop)
