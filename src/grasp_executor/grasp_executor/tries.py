"""`first`: one way after the other until one works."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from grasp_executor.errors import StageError
from grasp_executor.pick_result import ABOUT_THE_GRASP, PickCode

T = TypeVar("T")


def first(tries: Iterable[Callable[[], T]]) -> T:
    """Return what the first try that does not fail returns; there must be one at least.

    Raises
    ------
    StageError : all failed, "out of reach" only where no try got any further; or one failed for a
        reason that would end the others too.
    """
    failures = []
    for attempt in tries:
        try:
            return attempt()
        except StageError as error:
            if error.code not in ABOUT_THE_GRASP:
                raise
            failures.append(error)
    raise max(failures, key=lambda error: error.code is not PickCode.UNREACHABLE)
