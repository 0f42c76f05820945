from __future__ import annotations

import math
import threading

import pytest

from grasp_executor.budget import Budget
from grasp_executor.errors import BudgetError


def test_a_budget_is_spent_when_it_is_called_off() -> None:
    cancelled = threading.Event()
    budget = Budget(60.0, cancelled)
    assert not budget.spent
    assert 0 < budget.remaining_sec <= 60.0
    cancelled.set()
    assert budget.spent
    assert budget.cancelled


def test_a_budget_is_spent_when_its_time_is_over() -> None:
    budget = Budget(1e-9)
    while budget.remaining_sec:
        pass
    assert budget.spent
    assert not budget.cancelled


@pytest.mark.parametrize("timeout_sec", [0.0, -1.0, math.inf, math.nan])
def test_a_budget_is_finite(timeout_sec: float) -> None:
    with pytest.raises(BudgetError, match=f"timeout {timeout_sec} s must be positive and finite"):
        Budget(timeout_sec)


def test_a_part_ends_with_the_whole() -> None:
    cancelled = threading.Event()
    whole = Budget(5.0, cancelled)
    assert whole.part(1.0).remaining_sec <= 1.0
    assert 1.0 < whole.part(60.0).remaining_sec <= 5.0
    over = Budget(1e-9)
    while over.remaining_sec:
        pass
    assert over.part(1.0).spent  # time may run out between any two lines of a plan
    part = whole.part(1.0)
    cancelled.set()
    assert part.cancelled
