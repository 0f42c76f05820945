"""`Diagnostics`: how the perception node is doing."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from threading import Lock

#: The cloud rate is the mean over so many seconds.
RATE_WINDOW_SEC = 5.0


class Level(IntEnum):
    """Severity, with the numbers of diagnostic_msgs/DiagnosticStatus."""

    OK = 0
    WARN = 1
    ERROR = 2
    STALE = 3


@dataclass(frozen=True)
class Report:
    """One status: severity, one sentence, and figures by name."""

    level: Level
    message: str
    values: dict[str, str]


@dataclass
class Diagnostics:
    """Counts what happens; safe to use from several threads. Times are monotonic seconds."""

    state: str = "unconfigured"
    _arrivals: deque[float] = field(default_factory=deque)
    _counts: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys(
            ("clouds", "dropped clouds", "stamps backwards", "detections", "errors"), 0
        )
    )
    _stage_ms: dict[str, float] = field(default_factory=dict)
    _last_error: str = ""
    _failing: bool = False
    _warning: str = ""
    _lock: Lock = field(default_factory=Lock)

    def cloud_arrived(self, now: float, *, backwards: bool, dropped: bool) -> None:
        """Count a cloud.

        Parameters
        ----------
        backwards : its stamp is older than the one before.
        dropped : it took the place of a cloud that waited for detection in vain.
        """
        with self._lock:
            self._counts["clouds"] += 1
            self._counts["stamps backwards"] += backwards
            self._counts["dropped clouds"] += dropped
            self._arrivals.append(now)
            self._forget_old(now)

    def detected(self, stage_ms: Mapping[str, float], warning: str = "") -> None:
        """Count a detection that ran to its end, and keep its latency per stage.

        Parameters
        ----------
        warning : what it had to do without; empty where it had everything.
        """
        with self._lock:
            self._counts["detections"] += 1
            self._stage_ms = dict(stage_ms)
            self._failing = False
            self._warning = warning

    def failed(self, message: str) -> None:
        """Count an error and keep it as the last."""
        with self._lock:
            self._counts["errors"] += 1
            self._last_error = message
            self._failing = True

    def recovered(self) -> None:
        """End the present trouble; its error stays in the report."""
        with self._lock:
            self._failing = False
            self._warning = ""

    def report(self, now: float) -> Report:
        """Sum up: ERROR while it cannot detect, WARN after a detection that failed or lacked."""
        with self._lock:
            self._forget_old(now)
            values = {
                "state": self.state,
                "cloud rate [Hz]": f"{len(self._arrivals) / RATE_WINDOW_SEC:.1f}",
                **{key: str(count) for key, count in self._counts.items()},
                "last error": self._last_error,
                **{f"{stage} [ms]": f"{ms:.1f}" for stage, ms in self._stage_ms.items()},
                "total [ms]": f"{sum(self._stage_ms.values()):.1f}",
            }
            if not self._failing and self._warning:
                return Report(Level.WARN, f"{self.state}: {self._warning}", values)
            if not self._failing:
                return Report(Level.OK, self.state, values)
            level = Level.WARN if self.state == "active" else Level.ERROR
            return Report(level, f"{self.state}: {self._last_error}", values)

    def _forget_old(self, now: float) -> None:
        while self._arrivals and self._arrivals[0] <= now - RATE_WINDOW_SEC:
            self._arrivals.popleft()
