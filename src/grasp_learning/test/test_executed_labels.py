from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grasp_core.errors import ArrayError
from grasp_learning.executed_labels import FRICTIONS, ExecutedLabels
from grasp_learning.label_predictors import PREDICTORS
from grasp_learning.trials import UNSTABLE


def executed(n: int) -> ExecutedLabels:
    f = len(FRICTIONS)
    return ExecutedLabels(
        scenes=np.arange(n),
        needed_friction=np.arange(1, n + 1) / 10,
        widths_m=np.full(n, 0.05),
        predictors=np.arange(n * len(PREDICTORS), dtype=np.float64).reshape(n, -1),
        outcomes=np.zeros((n, f), dtype=np.int8),
        displaced=np.full((n, f), UNSTABLE, dtype=np.int8),
    )


def test_positives_are_what_labels_call_so() -> None:
    five = executed(5)  # they need 0.1, 0.2, 0.3, 0.4, 0.5
    assert five.positives.scenes.tolist() == [0, 1, 2]


def test_a_predictor_is_its_column() -> None:
    assert executed(2).predictor("depth").tolist() == [2.0, 12.0]


def test_parts_are_joined_in_order() -> None:
    joined = ExecutedLabels.concatenate([executed(2), executed(3)])
    assert joined.scenes.tolist() == [0, 1, 0, 1, 2]
    assert joined[np.array([4, 0])].needed_friction.tolist() == [0.3, 0.1]
    assert joined.displaced.dtype == np.int8


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"widths_m": np.zeros(2)}, r"widths_m: shape \(2,\), expected \(3\)"),
        ({"predictors": np.zeros((3, 1))}, r"predictors: shape \(3, 1\)"),
        ({"needed_friction": np.full(3, np.inf)}, "needed_friction: value at index"),
        ({"outcomes": np.full((3, 4), 5)}, r"outcomes: 5 at 0 is not in \[-1, 4\]"),
        ({"displaced": np.full((3, 4), -2)}, r"displaced: -2 at 0 is not in \[-1, 4\]"),
    ],
)
def test_bad_values_are_named(change: dict[str, np.ndarray], message: str) -> None:
    with pytest.raises(ArrayError, match=message):
        replace(executed(3), **change)
