"""`Pacer`: simulated time goes with the wall clock, as far as the machine can."""

from __future__ import annotations

from threading import Event
from time import monotonic

from grasp_sim.control_loop import ControlLoop

#: Seconds that the simulation may lag behind the clock and catch up. If it lags more, because the
#: machine is busy, the rest is lost: simulated time then goes slower.
LAG_SEC = 0.2


class Pacer:
    """Keeps the loop in step with the wall clock, in its own thread.

    Attributes
    ----------
    lost_sec : simulated seconds that the loop lies behind the clock for good.
    """

    def __init__(self, loop: ControlLoop) -> None:
        self._loop = loop
        self._offset = monotonic() - loop.time_sec
        self.lost_sec = 0.0

    def advance(self) -> None:
        """Go on to the present; raises UnstableSimulationError."""
        behind = monotonic() - self._offset - self._loop.time_sec
        if behind > LAG_SEC:
            self._offset += behind - LAG_SEC
            self.lost_sec += behind - LAG_SEC
        self._loop.keep_up(monotonic() - self._offset)

    def wait(self, period_sec: float, stop: Event) -> bool:
        """Wait until the clock is `period_sec` past the simulation; True: stop was set."""
        ahead = self._offset + self._loop.time_sec + period_sec - monotonic()
        return stop.wait(max(ahead, 0.0))
