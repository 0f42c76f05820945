from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from grasp_core.errors import ArrayError
from grasp_learning.view_sample import OUTCOMES, TrialSource, View
from grasp_sim.trial import Outcome

MakeView = Callable[[int, int, int], tuple[View, NDArray[np.int64]]]


def test_outcomes_keep_their_numbers() -> None:
    assert OUTCOMES[0] is Outcome.HELD
    assert [outcome.name for outcome in OUTCOMES] == [
        "HELD", "COLLISION", "EMPTY", "SLIPPED_IN_LIFT", "SLIPPED_IN_SHAKE"
    ]  # fmt: skip
    assert [*map(int, TrialSource)] == [0, 1, 2]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"T_world_camera": np.full((4, 4), np.nan)}, "T_world_camera.*not finite"),
        ({"T_world_camera": np.diag([1, 1, -1, 1])}, "T_world_camera.*not a right-handed rotation"),
        ({"clean": np.full((20, 3), np.inf)}, "clean.*not finite"),
        ({"classes": np.full(20, 4)}, r"classes: 4 at 0 is not in \[0, 3\]"),
        ({"grasp_index": np.full(20, 3)}, r"grasp_index: 3 at 0 is not in \[-1, 2\]"),
        ({"grasp_index": np.full(20, -1)}, "positive points and for no others"),
        ({"instances": np.full(20, 3)}, r"instances: 3 at 0 is not in \[0, 2\]"),
        ({"grasp_instances": [1, 1, 0]}, r"grasp_instances: 0 at 2 is not in \[1, 2\]"),
        ({"free": [True]}, r"free: shape \(1,\), expected \(3\)"),
        ({"trial_outcomes": [0, 5]}, r"trial_outcomes: 5 at 1 is not in \[0, 4\]"),
        ({"trial_rotations": np.ones((2, 3, 3))}, "trial_rotations: matrix 0"),
    ],
)
def test_what_is_no_view_is_refused(
    random_view: MakeView, wrong: dict[str, Any], message: str
) -> None:
    view, _ = random_view(1, 3, 2)
    with pytest.raises(ArrayError, match=message):
        replace(view, **wrong)
