from __future__ import annotations

import numpy as np

from grasp_executor.ik_search import clear_of_limits


def test_solutions_keep_a_hundredth_of_a_radian_from_the_limits(toy_arm) -> None:
    group = toy_arm.group("arm")
    first = np.eye(6)[0]
    assert clear_of_limits(group, 2.889 * first)
    assert not clear_of_limits(group, 2.891 * first)
    assert not clear_of_limits(group, -2.891 * first)
