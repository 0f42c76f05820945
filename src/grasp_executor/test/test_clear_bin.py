"""When clearing a bin ends, told by picks that are given."""

from __future__ import annotations

import pytest

from grasp_core.errors import ParameterError
from grasp_executor.clear_bin import LOOKS, ClearCode, ClearLimits, ClearResult, clear_bin
from grasp_executor.pick_result import Attempt, PickCode, PickResult, PickStage

S, MISS, NONE = PickCode.SUCCESS, PickCode.NOTHING_GRASPED, PickCode.NO_GRASPS


def one(code: PickCode, stage: PickStage = PickStage.CLOSE) -> PickResult:
    attempt = Attempt(code, code.name.lower(), stage)
    return PickResult(code, attempt.message, stage, (attempt,))


def clear(
    codes: list[PickCode], limits: ClearLimits | None = None
) -> tuple[ClearResult, list[tuple[int, int]]]:
    """Clear with picks that end with these codes; fails where more are asked for."""
    picks = iter([one(code) for code in codes])
    reports: list[tuple[int, int]] = []
    limits = limits or ClearLimits()
    result = clear_bin(lambda: next(picks), limits, lambda *counts: reports.append(counts))
    assert list(picks) == []
    return result, reports


def test_it_ends_when_nothing_is_found() -> None:
    result, reports = clear([S, MISS, NONE, NONE, S, NONE, NONE, NONE])
    assert (result.code, result.message, result.picked) == (ClearCode.SUCCESS, "no_grasps", 2)
    assert [record.code for record in result.records] == [S, MISS, S]
    assert reports == [(1, 1), (2, 1), (3, 2)]


def test_time_ends_it_though_nothing_is_found() -> None:
    result, reports = clear([NONE], ClearLimits(time_sec=1e-9))
    assert (result.code, result.records, reports) == (ClearCode.LIMIT_REACHED, (), [])


def test_failures_in_a_row_end_it() -> None:
    result, _ = clear([MISS, S, MISS, MISS], ClearLimits(max_failures_in_row=2))
    assert result.code is ClearCode.FAILED
    assert result.message == "2 failures in a row: nothing_grasped"


@pytest.mark.parametrize(
    ("limits", "codes", "message"),
    [
        (ClearLimits(max_picked=2), [S, MISS, S], "2 objects picked"),
        (ClearLimits(max_attempts=3), [S, MISS, S], "3 attempts"),
        (ClearLimits(time_sec=1e-9), [S], "1e-09 s are over"),
    ],
)
def test_limits_end_it(limits: ClearLimits, codes: list[PickCode], message: str) -> None:
    result, _ = clear(codes, limits)
    assert (result.code, result.message) == (ClearCode.LIMIT_REACHED, message)


@pytest.mark.parametrize("code", [PickCode.CANCELED, PickCode.STOPPED])
def test_a_stop_ends_it(code: PickCode) -> None:
    result, _ = clear([S, code])
    assert result.code.name == code.name
    assert result.picked == 1


def test_grasps_that_were_only_planned_are_no_attempts_of_a_pick_that_moved() -> None:
    planned = Attempt(PickCode.UNREACHABLE, "far", PickStage.PLAN)
    moved = Attempt(S, "", PickStage.RETREAT)
    picks = iter(
        [
            PickResult(S, "", PickStage.RETREAT, (planned, planned, moved)),
            PickResult(PickCode.UNREACHABLE, "far", PickStage.PLAN, (planned, planned)),
            *[one(NONE)] * LOOKS,
        ]
    )
    result = clear_bin(lambda: next(picks), ClearLimits(), lambda *_: None)
    assert result.records == (moved, planned)


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        ({"max_attempts": -1}, "max_attempts: -1 is below 0"),
        ({"max_failures_in_row": 0}, "max_failures_in_row: 0 is below 1"),
        ({"time_sec": float("nan")}, "time_sec: nan is below 0"),
    ],
)
def test_impossible_limits_are_refused(limits: dict[str, float], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        ClearLimits(**limits)  # type: ignore[arg-type]
