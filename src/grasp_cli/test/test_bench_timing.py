from __future__ import annotations

import time

import pytest

from grasp_cli.bench_timing import TwoClocks, compare, row, timed


def test_row_is_the_median_and_the_tenth_and_ninetieth_percentile() -> None:
    made = row("pipeline", "somewhere", "total_wall_ms", list(range(11)))
    assert (made.value, made.low, made.high, made.n) == (5.0, 1.0, 9.0, 11)
    assert (made.subject, made.detector, made.setting) == ("pipeline", "", "somewhere")


def test_comparison_runs_both_in_turn_after_one_run_each() -> None:
    calls: list[str] = []
    rows = compare(
        "a", "b", lambda: calls.append("ours"), lambda: calls.append("reference"), repeats=3
    )
    assert calls == ["ours", "reference"] * 4
    assert [made.metric for made in rows] == [
        "ours_wall_ms",
        "reference_wall_ms",
        "times_faster_wall",
        "ours_cpu_ms",
        "reference_cpu_ms",
        "times_faster_cpu",
    ]
    assert all(made.n == 3 for made in rows)


def test_ratio_is_how_many_times_longer_the_reference_takes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: clock[0])
    monkeypatch.setattr(time, "process_time", lambda: clock[0] * 2)

    def take(seconds: float) -> None:
        clock[0] += seconds

    rows = {
        made.metric: made.value for made in compare("a", "b", lambda: take(1), lambda: take(3), 1)
    }
    assert rows["ours_wall_ms"] == 1000.0
    assert rows["reference_cpu_ms"] == 6000.0
    assert rows["times_faster_wall"] == rows["times_faster_cpu"] == 3.0


def test_cpu_time_is_that_of_the_work_and_not_of_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    wall, cpu = [0.0], [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: wall[0])
    monkeypatch.setattr(time, "process_time", lambda: cpu[0])

    def work() -> None:
        wall[0] += 0.5
        cpu[0] += 0.125

    assert timed(work) == (500.0, 125.0)
    watch = TwoClocks()
    for _ in range(2):
        with watch("detect"):
            work()
    assert watch.stage_ms == {"detect": 1000.0}
    assert watch.stage_cpu_ms == {"detect": 250.0}
