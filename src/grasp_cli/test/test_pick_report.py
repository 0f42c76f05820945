from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from grasp_cli.errors import ProcessError
from grasp_cli.pick_report import (
    Contents,
    pick_table,
    progress_line,
    summary,
    time_table,
    wait_for_nodes,
)
from grasp_executor.clear_bin import ClearCode, ClearResult
from grasp_executor.pick_result import Attempt, PickCode, PickStage

HELD = Attempt(PickCode.SUCCESS, "", PickStage.RETREAT, "arm", None, {"plan": 500.0, "lift": 900.0})
LOST = Attempt(PickCode.OBJECT_LOST, "slipped", PickStage.LIFT, "arm", None, {"plan": 1500.0})
AFTER = Contents.read(json.dumps([["cup", "arm"], ["bolt", "bin"], ["nut", "outside"]]))


def text_of(*parts: object) -> str:
    console = Console(file=io.StringIO(), width=120)
    for part in parts:
        console.print(part)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_only_what_lies_in_a_tray_is_placed() -> None:
    assert AFTER.objects == ("cup", "bolt", "nut")
    assert AFTER.placed == 1


def test_tables_have_a_line_for_each_attempt_and_stage() -> None:
    lines = text_of(pick_table([HELD, LOST])).splitlines()
    assert any("1" in line and "success" in line and "retreat" in line for line in lines)
    assert any("object lost" in line and "1.5" in line and "slipped" in line for line in lines)
    lines = text_of(time_table([HELD, LOST])).splitlines()
    assert any(line.split() == ["plan", "1.0", "1.5"] for line in lines)
    assert any(line.split() == ["lift", "0.9", "0.9"] for line in lines)


def test_the_sum_tells_rates() -> None:
    result = ClearResult(ClearCode.SUCCESS, "nothing left", 1, (HELD, LOST))
    assert summary(result, AFTER, 61.4) == (
        "2 attempts, 1 succeeded (50%); 1 of 3 objects in the trays (33%), 61 s; "
        "SUCCESS: nothing left"
    )


def test_in_a_file_each_stage_has_its_line() -> None:
    console = Console(file=io.StringIO(), width=120)
    with progress_line(console) as watch:
        watch(0, 0, "lift")
        watch(1, 1, "retreat")
        watch(2, 1, "close")
    assert isinstance(console.file, io.StringIO)
    said = [line[8:] for line in console.file.getvalue().splitlines()]
    assert said == [
        "attempt 1, 0 picked: lift",
        "attempt 1: picked, 1 so far",
        "attempt 2, 1 picked: retreat",
        "attempt 2: failed, 1 so far",
        "attempt 3, 1 picked: close",
    ]


class NeverReady:
    """An executor that does not become active."""

    def ready(self, _: float) -> bool:
        return False


def test_waiting_has_an_end_and_may_be_in_vain() -> None:
    with pytest.raises(ProcessError, match=r"no active executor within 0\.0 s"):
        wait_for_nodes(NeverReady(), "", 0.0)  # type: ignore[arg-type]

    def check() -> None:
        raise ProcessError("sim_arm ended")

    with pytest.raises(ProcessError, match="sim_arm ended"):
        wait_for_nodes(NeverReady(), "", 0.0, check)  # type: ignore[arg-type]
