from __future__ import annotations

import time

import pytest

from grasp_executor.attempt_log import AttemptLog
from grasp_executor.pick_result import PickCode, PickStage


def test_the_record_has_the_stages_entered_and_the_last_of_them() -> None:
    seen: list[tuple[PickStage, float]] = []
    before = time.time_ns()
    log = AttemptLog(lambda *entered: seen.append(entered))
    with log.entered(PickStage.PLAN):
        pass
    with pytest.raises(ZeroDivisionError), log.entered(PickStage.MOVE):
        1 / 0  # noqa: B018
    log.arm = "left_arm"
    attempt = log.end(PickCode.CONTROLLER_ABORTED, "joint2")
    assert (attempt.code, attempt.message) == (PickCode.CONTROLLER_ABORTED, "joint2")
    assert (attempt.stage, attempt.arm, attempt.grasp) == (PickStage.MOVE, "left_arm", None)
    assert list(attempt.stage_ms) == ["plan", "move"]
    assert all(ms >= 0 for ms in attempt.stage_ms.values())
    assert before <= attempt.started_ns <= time.time_ns()
    assert attempt.moved
    assert seen == [(PickStage.PLAN, pytest.approx(1 / 9)), (PickStage.MOVE, pytest.approx(2 / 9))]
