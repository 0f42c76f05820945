"""`Halt`: the request to stop, which reaches whoever waits at that moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from grasp_executor.errors import StageError
from grasp_executor.pick_result import PickCode


class Halt:
    """One pick's request to stop: by its client, or by the stop of the whole cell.

    Whoever waits registers, with `calling`, what ends its wait.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reason: tuple[PickCode, str] | None = None
        self._callbacks: list[Callable[[], None]] = []

    def request(self, code: PickCode, message: str) -> None:
        """Stop with this code and reason; only the first request counts."""
        with self._lock:
            if self._reason is not None:
                return
            self._reason = (code, message)
            callbacks = list(self._callbacks)
        for callback in callbacks:
            callback()

    @property
    def requested(self) -> bool:
        """Whether a stop was requested."""
        return self._reason is not None

    def check(self) -> None:
        """Raise StageError, with the code and the reason of the stop, where one was requested."""
        if self._reason is not None:
            raise StageError(*self._reason)

    @contextmanager
    def calling(self, callback: Callable[[], None]) -> Iterator[None]:
        """Call `callback` once if a stop is requested inside the context, or was before."""
        with self._lock:
            requested = self._reason is not None
            if not requested:
                self._callbacks.append(callback)
        if requested:
            callback()
        try:
            yield
        finally:
            with self._lock:
                if callback in self._callbacks:
                    self._callbacks.remove(callback)
