"""`Budget`: how long a call may take, and whether somebody has called it off."""

from __future__ import annotations

import math
import threading
import time
from typing import Protocol

from grasp_executor.errors import BudgetError


class CallOff(Protocol):
    """What tells a call to end: a `threading.Event`, or a message from another process."""

    def is_set(self) -> bool:
        """Whether the call was called off."""


class Budget:
    """Wall time that starts when it is made, shared by the calls that it is given to.

    Parameters
    ----------
    timeout_sec : seconds, positive and finite.
    cancelled : set by others to stop the calls; never set here.

    Raises
    ------
    BudgetError : the time is not positive and finite.
    """

    def __init__(self, timeout_sec: float, cancelled: CallOff | None = None) -> None:
        if not 0 < timeout_sec < math.inf:
            raise BudgetError(f"timeout {timeout_sec} s must be positive and finite")
        self._end = time.monotonic() + timeout_sec
        self._cancelled: CallOff = threading.Event() if cancelled is None else cancelled

    @property
    def cancelled(self) -> bool:
        """Whether the call was called off."""
        return self._cancelled.is_set()

    @property
    def remaining_sec(self) -> float:
        """Seconds left, 0 when they are spent."""
        return max(self._end - time.monotonic(), 0.0)

    @property
    def spent(self) -> bool:
        """Whether the call has to end now, called off or out of time."""
        return self.cancelled or self.remaining_sec == 0.0

    def part(self, timeout_sec: float) -> Budget:
        """Return a shorter budget that ends with this one at the latest: spent, if this one is.

        Raises
        ------
        BudgetError : the time is not positive and finite.
        """
        part = Budget(timeout_sec, self._cancelled)
        part._end = min(part._end, self._end)
        return part
