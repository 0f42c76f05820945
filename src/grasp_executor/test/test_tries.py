from __future__ import annotations

from collections.abc import Callable

import pytest

from grasp_executor.errors import StageError
from grasp_executor.pick_result import PickCode
from grasp_executor.tries import first


def failing(code: PickCode, message: str = "") -> Callable[[], int]:
    def attempt() -> int:
        raise StageError(code, message)

    return attempt


def never() -> int:
    raise AssertionError("tried after the end")


def test_the_first_that_works() -> None:
    assert first([failing(PickCode.UNREACHABLE), lambda: 2, never]) == 2


def test_out_of_reach_only_where_nothing_else_is_known() -> None:
    tries = [
        failing(PickCode.UNREACHABLE, "far"),
        failing(PickCode.GRASPS_IN_COLLISION, "wall"),
        failing(PickCode.UNREACHABLE, "far"),
    ]
    with pytest.raises(StageError, match="wall"):
        first(tries)
    with pytest.raises(StageError, match="far"):
        first(tries[::2])


@pytest.mark.parametrize("code", [PickCode.PLANNING_TIMED_OUT, PickCode.START_IN_COLLISION])
def test_what_would_end_the_others_too_ends_all(code: PickCode) -> None:
    with pytest.raises(StageError, match="end"):
        first([failing(code, "end"), never])
