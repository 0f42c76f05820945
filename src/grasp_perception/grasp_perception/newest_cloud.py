"""`NewestCloud`: the cloud that arrived last, for whoever wants it, or one yet to come."""

from __future__ import annotations

from threading import Condition
from typing import Generic, TypeVar

M = TypeVar("M")


class NewestCloud(Generic[M]):
    """Keeps one message; threads may put, take and wait for it."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._message: M | None = None
        self._stamp_ns = 0
        self._untaken = False
        self._open = True

    def put(self, message: M, stamp_ns: int) -> tuple[bool, bool]:
        """Keep a message in the place of the one before.

        Returns
        -------
        Whether the stamps went back, and whether the one before was never taken.
        """
        with self._changed:
            backwards = self._message is not None and stamp_ns < self._stamp_ns
            dropped = self._untaken
            self._message, self._stamp_ns, self._untaken = message, stamp_ns, True
            self._changed.notify_all()
        return backwards, dropped

    def take(self) -> M | None:
        """Message that was not taken yet."""
        with self._changed:
            found = self._message if self._untaken else None
            self._untaken = False
        return found

    def since(self, not_before_ns: int, timeout_sec: float) -> M | None:
        """Message with that stamp or a later one, which is waited for; 0: the newest there is."""

        def is_there() -> bool:
            return self._message is not None and self._stamp_ns >= not_before_ns

        with self._changed:
            if not_before_ns > 0:
                self._changed.wait_for(lambda: is_there() or not self._open, timeout_sec)
            return self._message if is_there() else None

    def open(self) -> None:
        """Let threads wait again."""
        self._open = True

    def close(self) -> None:
        """Forget the message, and let nobody wait any more."""
        with self._changed:
            self._message, self._untaken, self._open = None, False, False
            self._changed.notify_all()
