from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grasp_cli.clutter_rates import object_counts, rate_rows, wilson
from grasp_cli.clutter_records import Record
from grasp_sim.clutter import Attempt, Round
from grasp_sim.trial import Outcome

HELD, EMPTY, LIFT = Outcome.HELD, Outcome.EMPTY, Outcome.SLIPPED_IN_LIFT


def record(seed: int, objects: str, attempts: list[tuple[Outcome, str, float]], **more) -> Record:
    made = tuple(Attempt(o, tuple(names), width, 0.5) for o, names, width in attempts)
    return Record("easy", "antipodal", "hash", Round(seed, tuple(objects), made), **more)


RECORDS = [
    record(
        1001,
        "abc",
        [(HELD, "ab", 0.03), (EMPTY, "", 0.04), (LIFT, "c", 0.07), (HELD, "c", 0.1)],
        stage_cpu_ms=({"detect": 10.0, "nms": 1.0}, {"detect": 20.0}, {"detect": 30.0}),
    ),
    record(1000, "ad", [(HELD, "a", 0.0399)]),
    record(1002, "", [], void="MuJoCo warns"),
]


def test_rates_by_hand() -> None:
    rows = rate_rows(RECORDS, {1000: 0.45, 1001: 0.5}.__getitem__)
    assert {row.setting for row in rows} == {"easy"}
    assert {row.detector for row in rows} == {"antipodal"}
    assert {row.seeds for row in rows} == {(1000, 1001)}
    rates = {row.metric: (row.value, row.n) for row in rows}
    assert rates == {
        "rounds": (2, 2),
        "success_rate": (3 / 5, 5),
        "completion_rate": (4 / 5, 5),
        "declutter_rate": (1 / 2, 2),
        "success_rate_two_failures": (2 / 4, 4),
        "completion_rate_two_failures": (3 / 5, 5),
        "declutter_rate_two_failures": (0.0, 2),
        "success_rate_camera_40_50cm": (1.0, 1),
        "completion_rate_camera_40_50cm": (1 / 2, 2),
        "success_rate_camera_50_60cm": (2 / 4, 4),
        "completion_rate_camera_50_60cm": (1.0, 3),
        "success_rate_width_0_4cm": (1.0, 2),
        "success_rate_width_4_7cm": (0.0, 1),
        "success_rate_width_7_10cm": (1 / 2, 2),
        "outcome_collision": (0.0, 5),
        "outcome_empty": (1 / 5, 5),
        "outcome_slipped_in_lift": (1 / 5, 5),
        "outcome_slipped_in_shake": (0.0, 5),
        "detection_cpu_ms": (20.0, 3),
    }
    (times,) = (row for row in rows if row.metric == "detection_cpu_ms")
    assert (times.low, times.high) == pytest.approx((12.8, 28.0))  # of 11, 20 and 30


def test_wilson_by_hand() -> None:
    """Wilson 1927 for 8 of 10: (p + z²/2n ± z sqrt(p(1-p)/n + z²/4n²)) / (1 + z²/n)."""
    assert wilson(8, 10) == pytest.approx((0.8, 0.4902, 0.9433), abs=1e-4)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_rate_and_mirrors(case: tuple[int, int]) -> None:
    k, n = case
    rate, low, high = wilson(k, n)
    assert 0 <= low <= rate <= high <= 1
    assert wilson(n - k, n) == pytest.approx((1 - rate, 1 - high, 1 - low))


def test_figures_of_nothing_are_left_out() -> None:
    assert rate_rows(RECORDS[2:], float) == []
    nothing_found = rate_rows([record(1000, "ab", [])], float)
    assert [row.metric for row in nothing_found] == [
        "rounds",
        "completion_rate",
        "declutter_rate",
        "completion_rate_two_failures",
        "declutter_rate_two_failures",
    ]
    assert [row.value for row in nothing_found] == [1, 0, 0, 0, 0]


def test_objects_by_hand() -> None:
    assert object_counts(RECORDS) == {"a": (2, 2), "b": (1, 1), "c": (1, 1), "d": (0, 1)}
