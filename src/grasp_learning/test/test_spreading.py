from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grasp_core.checks import Float
from grasp_learning import spreading
from grasp_learning.spreading import any_within, best_within

RADIUS_M = 0.005


def slow_best(points: Float, contacts: Float, scores: Float) -> list[int]:
    """The definition: look at every contact in turn, and keep a better one."""
    result = []
    for point in points:
        best = -1
        for i, contact in enumerate(contacts):
            near = np.linalg.norm(point - contact) <= RADIUS_M
            if near and (best < 0 or scores[i] > scores[best]):
                best = i
        result.append(best)
    return result


@given(st.integers(0, 2**32 - 1), st.integers(0, 20), st.integers(0, 20), st.integers(1, 8))
def test_spreading_is_its_definition(seed: int, p: int, c: int, block: int) -> None:
    rng = np.random.default_rng(seed)
    points = rng.uniform(0.0, 0.015, (p, 3))
    contacts = rng.uniform(0.0, 0.015, (c, 3))
    contacts = contacts[rng.integers(0, max(c, 1), c)]  # some in one place
    scores = rng.integers(0, 4, c) / 4.0  # some equal
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spreading, "BLOCK", block)
        best = best_within(points, contacts, scores, RADIUS_M)
    expected = slow_best(points, contacts, scores)
    assert best.tolist() == expected
    near = any_within(points, contacts, RADIUS_M)
    assert near.tolist() == [index >= 0 for index in expected]


def test_a_contact_at_the_point_and_one_at_the_radius_are_near() -> None:
    points = np.array([[0.0, 0, 0], [1.0, 0, 0], [2.0, 0, 0]])
    contacts = np.array([[0.0, 0, 0], [1.5, 0, 0]])
    assert best_within(points, contacts, np.array([0.2, 0.1]), 0.5).tolist() == [0, 1, 1]
    assert any_within(points, contacts, 0.5).tolist() == [True, True, True]
    assert any_within(points, contacts, 0.49).tolist() == [True, False, False]
