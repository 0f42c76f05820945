from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grasp_core.errors import ArrayError, FrameError
from grasp_core.grasps import Grasps
from grasp_core.transforms import grasp_rotation
from grasp_learning.evaluation.gpr_tables import PROPOSALS, LabelErrors, label_errors

DOWN = grasp_rotation([0.0, 0.0, -1.0], [1.0, 0.0, 0.0])


def along_x(*places: float, width: float = 0.03) -> Grasps:
    n = len(places)
    positions = np.column_stack([places, np.zeros(n), np.zeros(n)])
    scores = np.linspace(1.0, 0.0, n)
    return Grasps(np.tile(DOWN, (n, 1, 1)), positions, np.full(n, width), scores, "world")


def test_the_tables_of_known_grasps() -> None:
    labels = Grasps.concatenate([along_x(0.0, width=0.030), along_x(0.1, width=0.050)])
    # 4, 9 and 18 mm beside a label, and 25 mm: negative.
    found = replace(
        along_x(0.004, 0.109, 0.082, -0.025), widths=np.array([0.032, 0.057, 0.058, 0.030])
    )
    errors = label_errors(found, labels)
    np.testing.assert_allclose(errors.poses, [0.004, 0.009, 0.018, 0.025])
    np.testing.assert_allclose(errors.widths, [0.002, 0.007, 0.008, 0.0], atol=1e-12)
    np.testing.assert_array_equal(errors.pose_hits, [1, 2, 2, 3])
    assert errors.positives == 3
    np.testing.assert_array_equal(errors.width_hits, [1, 1, 2, 3])  # the negative does not count


def test_a_turn_counts_by_equation_1() -> None:
    turned = replace(along_x(0.0), rotations=grasp_rotation([0, 0, -1], [0, 1, 0])[None])
    # Closing directions at a right angle: beta 0.03 times a half.
    np.testing.assert_allclose(label_errors(turned, along_x(0.0)).poses, [0.015])


def test_only_the_best_hundred_count() -> None:
    found = along_x(*np.linspace(0.0, 1.0, PROPOSALS + 20))
    assert len(label_errors(found, along_x(0.0)).poses) == PROPOSALS


def test_without_labels_every_grasp_is_negative() -> None:
    errors = label_errors(along_x(0.0, 0.1), along_x())
    assert errors.positives == 0
    assert errors.pose_hits.tolist() == [0, 0, 0, 0]


def test_bad_values_are_refused() -> None:
    with pytest.raises(ArrayError, match=r"widths: shape \(3,\), poses have \(2,\)"):
        LabelErrors(np.zeros(2), np.zeros(3))
    with pytest.raises(FrameError, match="camera"):
        label_errors(along_x(0.0), replace(along_x(0.0), frame_id="camera"))
