"""`NewestClouds`: the last cloud of each camera, for whoever wants them, or those yet to come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Condition
from typing import Generic, TypeVar

M = TypeVar("M")


@dataclass
class _Slot(Generic[M]):
    """What one camera sent last, and how much in all."""

    message: M | None = None
    stamp_ns: int = 0
    untaken: bool = False
    arrivals: int = 0


class NewestClouds(Generic[M]):
    """Keeps one message of each camera; threads may put, take and wait for them.

    Parameters
    ----------
    cameras : how many there are.
    window_sec : clouds belong together when their stamps are at most so far apart; for one that is
        missing, this is the longest wait once there is another.
    """

    def __init__(self, cameras: int = 1, window_sec: float = 0.0) -> None:
        self._changed = Condition()
        self._slots: list[_Slot[M]] = [_Slot() for _ in range(cameras)]
        self._window_sec = window_sec
        self._open = True

    def put(self, message: M, stamp_ns: int, camera: int = 0) -> tuple[bool, bool]:
        """Keep a message in the place of the camera's one before.

        Returns
        -------
        Whether the camera's stamps went back, and whether its message before was never taken.
        """
        with self._changed:
            slot = self._slots[camera]
            backwards = slot.message is not None and stamp_ns < slot.stamp_ns
            dropped = slot.untaken
            self._slots[camera] = _Slot(message, stamp_ns, True, slot.arrivals + 1)
            self._changed.notify_all()
        return backwards, dropped

    def take(self) -> list[M | None]:
        """Messages that belong together, None for a camera without; all None if none is new."""
        with self._changed:
            every = range(len(self._slots))
            found = self._together(every, 0)
            if not any(slot.untaken for slot in self._slots):
                found = [None for _ in every]
            for slot in self._slots:
                slot.untaken = False
        return found

    def since(
        self, not_before_ns: int, timeout_sec: float, cameras: Sequence[int] = (0,)
    ) -> list[M | None]:
        """Messages of some cameras that belong together, None for a camera without.

        With `not_before_ns` they have that stamp or a later one, and the first of them is waited
        for, at most `timeout_sec`; with 0 they are the newest there are.
        """
        with self._changed:

            def there() -> list[bool]:
                return [found is not None for found in self._together(cameras, not_before_ns)]

            if not_before_ns > 0:
                self._wait(lambda: any(there()), timeout_sec)
            if any(there()):
                self._wait(lambda: all(there()), self._window_sec)
            return self._together(cameras, not_before_ns)

    def arrivals(self, camera: int) -> int:
        """How many messages of a camera have arrived so far."""
        return self._slots[camera].arrivals

    def after(self, arrivals: int, timeout_sec: float, camera: int) -> M | None:
        """Message of a camera that arrives after so many others, whatever its stamp."""
        with self._changed:
            self._wait(lambda: self._slots[camera].arrivals > arrivals, timeout_sec)
            slot = self._slots[camera]
            return slot.message if slot.arrivals > arrivals else None

    def open(self) -> None:
        """Let threads wait again."""
        self._open = True

    def close(self) -> None:
        """Forget the messages, and let nobody wait any more."""
        with self._changed:
            self._slots = [_Slot(arrivals=slot.arrivals) for slot in self._slots]
            self._open = False
            self._changed.notify_all()

    def _together(self, cameras: Sequence[int], not_before_ns: int) -> list[M | None]:
        slots = [self._slots[camera] for camera in cameras]
        stamps = [slot.stamp_ns for slot in slots if slot.message is not None]
        oldest = max(not_before_ns, max(stamps, default=0) - round(self._window_sec * 1e9))
        return [slot.message if slot.stamp_ns >= oldest else None for slot in slots]

    def _wait(self, condition: Callable[[], bool], timeout_sec: float) -> None:
        self._changed.wait_for(lambda: condition() or not self._open, timeout_sec)
