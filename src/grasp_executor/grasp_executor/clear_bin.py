"""`clear_bin`: pick after pick until nothing is found or a limit is met."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from grasp_core.errors import ParameterError
from grasp_executor.pick_result import Attempt, PickCode, PickResult

#: So many detections in a row must find nothing: noise hides a low object in one frame or two.
LOOKS = 3


class ClearCode(IntEnum):
    """Why clearing a bin ended, with the numbers of grasp_msgs/action/ClearBin."""

    SUCCESS = 1
    LIMIT_REACHED = 2
    FAILED = -1
    CANCELED = -15
    STOPPED = -16
    BUSY = -17
    INVALID_GOAL = -18
    NOT_ACTIVE = -19


@dataclass(frozen=True)
class ClearLimits:
    """When to end; 0 is no limit.

    Attributes
    ----------
    max_attempts, max_picked : attempts, and objects that were placed.
    max_failures_in_row : picks without success, one after the other; at least 1.
    time_sec : no pick starts after so many seconds.

    Raises
    ------
    ParameterError : a limit is negative, or no number of failures in a row would end it.
    """

    max_attempts: int = 0
    max_picked: int = 0
    max_failures_in_row: int = 3
    time_sec: float = 0.0

    def __post_init__(self) -> None:
        least = {"max_attempts": 0, "max_picked": 0, "max_failures_in_row": 1, "time_sec": 0}
        wrong = [
            f"{name}: {getattr(self, name)} is below {low}"
            for name, low in least.items()
            if not getattr(self, name) >= low
        ]
        if wrong:
            raise ParameterError("; ".join(wrong))


@dataclass(frozen=True, eq=False)
class ClearResult:
    """How clearing ended.

    Attributes
    ----------
    code, message : why.
    picked : objects that were placed.
    records : one for each attempt, in order: a grasp that the arm moved to, or a pick that ended
        before it moved.
    """

    code: ClearCode
    message: str
    picked: int
    records: tuple[Attempt, ...]


def clear_bin(
    pick: Callable[[], PickResult], limits: ClearLimits, report: Callable[[int, int], None]
) -> ClearResult:
    """Pick until `LOOKS` detections find nothing, a limit is met, or a stop is requested.

    Parameters
    ----------
    pick : picks one object.
    report : told of the attempts and of the objects placed, after each pick.
    """
    end = time.monotonic() + (limits.time_sec or float("inf"))
    records: list[Attempt] = []
    picked = failures = empty = 0
    while True:
        result = pick()
        empty = empty + 1 if result.code is PickCode.NO_GRASPS else 0
        if empty == LOOKS:
            return ClearResult(ClearCode.SUCCESS, result.message, picked, tuple(records))
        if not empty:
            records += [each for each in result.attempts if each.moved] or [result.attempts[-1]]
            picked += result.code is PickCode.SUCCESS
            failures = 0 if result.code is PickCode.SUCCESS else failures + 1
            report(len(records), picked)
        if result.code in (PickCode.CANCELED, PickCode.STOPPED):
            code, message = ClearCode(result.code), result.message
        elif failures == limits.max_failures_in_row:
            code, message = ClearCode.FAILED, f"{failures} failures in a row: {result.message}"
        elif limits.max_picked and picked >= limits.max_picked:
            code, message = ClearCode.LIMIT_REACHED, f"{picked} objects picked"
        elif limits.max_attempts and len(records) >= limits.max_attempts:
            code, message = ClearCode.LIMIT_REACHED, f"{len(records)} attempts"
        elif time.monotonic() >= end:
            code, message = ClearCode.LIMIT_REACHED, f"{limits.time_sec} s are over"
        else:
            continue
        return ClearResult(code, message, picked, tuple(records))
