"""`CameraHealth`: how a camera is doing, as its node tells it on /diagnostics."""

from __future__ import annotations

from collections import deque
from threading import Lock

from grasp_perception.diagnostics import RATE_WINDOW_SEC, Level, Report

#: A camera that has been silent for so long is stale; the slowest profile sends 5 frames a second.
STALE_SEC = 1.0


class CameraHealth:
    """Counts what happens; safe to use from several threads. Times are monotonic seconds.

    Attributes
    ----------
    state : of the node's life cycle.
    """

    def __init__(self) -> None:
        self.state = "unconfigured"
        self._camera = ""
        self._last_sign = 0.0
        self._arrivals: deque[float] = deque()
        self._frames = self._connections = self._failures = 0
        self._error = ""
        self._failing = False
        self._lock = Lock()

    def connected(self, camera: str, now: float) -> None:
        """Note that the camera of this name streams."""
        with self._lock:
            self._camera, self._last_sign, self._failing = camera, now, False
            self._connections += 1

    def frame_arrived(self, now: float) -> None:
        """Count a frame."""
        with self._lock:
            self._frames += 1
            self._last_sign = now
            self._arrivals.append(now)
            self._forget_old(now)

    def failed(self, reason: str) -> None:
        """Note why there is no camera."""
        with self._lock:
            self._camera, self._error, self._failing = "", reason, True
            self._failures += 1

    def enter(self, state: str) -> None:
        """Note a new state, without a camera and without trouble yet."""
        with self._lock:
            self.state, self._camera, self._failing = state, "", False

    def report(self, now: float) -> Report:
        """Sum up: ERROR with the reason without a camera, STALE while it is silent."""
        with self._lock:
            self._forget_old(now)
            values = {
                "state": self.state,
                "camera": self._camera,
                "frame rate [Hz]": f"{len(self._arrivals) / RATE_WINDOW_SEC:.1f}",
                "frames": str(self._frames),
                "connections": str(self._connections),
                "failures": str(self._failures),
                "last error": self._error,
            }
            silence = now - self._last_sign
            if self._failing:
                return Report(Level.ERROR, f"{self.state}: {self._error}", values)
            if self._camera and silence >= STALE_SEC:
                text = f"{self.state}: {self._camera} has sent nothing for {silence:.1f} s"
                return Report(Level.STALE, text, values)
            return Report(Level.OK, f"{self.state}: {self._camera}".rstrip(": "), values)

    def _forget_old(self, now: float) -> None:
        while self._arrivals and self._arrivals[0] <= now - RATE_WINDOW_SEC:
            self._arrivals.popleft()
