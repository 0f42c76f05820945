from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grasp_core.transforms import grasp_rotation
from grasp_learning.sbg_labels import label_scores, label_tolerances
from grasp_learning.view_sample import View


@pytest.fixture
def five(table_view: View) -> View:
    """Three grasps of object 1, 2 cm apart, and two of object 2 at the same places."""
    down = grasp_rotation([0, 0, 1], [1, 0, 0])
    return replace(
        table_view,
        rotations=np.tile(down, (5, 1, 1)),
        positions=[[0, 0, 0.5], [0.02, 0, 0.5], [0.04, 0, 0.5], [0, 0, 0.5], [0.02, 0, 0.5]],
        widths=np.full(5, 0.03),
        quality=[1e-3, 4e-4, 2e-3, 1e-5, 2e-5],
        grasp_instances=[1, 1, 1, 2, 2],
        free=[True, False, True, True, True],
        contacts=np.zeros((5, 2, 3)),
    )


def test_scores_are_relative_to_the_best_grasp_of_an_object(five: View) -> None:
    np.testing.assert_allclose(label_scores(five), [0.5, 0.2, 1.0, 0.5, 1.0], rtol=1e-6)


def test_tolerance_is_the_free_share_within_three_centimetres(five: View) -> None:
    # Of object 1, the first and the last see themselves and the middle one, which sees all.
    expected = [1 / 2, 2 / 3, 1 / 2, 1, 1]
    np.testing.assert_allclose(label_tolerances(five), expected, rtol=1e-6)


def test_a_grasp_that_is_turned_far_is_not_near(five: View) -> None:
    rotations = np.array(five.rotations)
    rotations[1] = grasp_rotation([1, 0, 0], [0, 1, 0])  # 0.5 + 0.5 half turns: 3 cm farther
    expected = [1, 0, 1, 1, 1]
    np.testing.assert_allclose(label_tolerances(replace(five, rotations=rotations)), expected)
