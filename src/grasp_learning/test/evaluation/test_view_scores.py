from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from grasp_core.errors import FrameError
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.transforms import inverse, transform
from grasp_learning.evaluation.exact_judge import ExactJudge
from grasp_learning.evaluation.judged_scene import JudgedScene
from grasp_learning.evaluation.precision import average_precisions
from grasp_learning.evaluation.released_judge import ReleasedJudge
from grasp_learning.evaluation.scales import PAPER_RULES, RELEASED_RULES
from grasp_learning.evaluation.view_scores import ViewScores, score_view

#: A good grasp of the cube, a good one of the plate, and one between them that holds nothing.
PLACES = [[0.0, 0.0, 0.03], [0.15, 0.0, 0.03], [0.08, 0.2, 0.05]]
WIDTHS = np.array([0.06, 0.02, 0.02])


@pytest.fixture
def three(down: Callable[..., Grasps]) -> Grasps:
    return down(PLACES, WIDTHS)


def harmonic(first: int, last: int) -> float:
    """Sum of 1 / k for k = first .. last."""
    return sum(1.0 / k for k in range(first, last + 1))


def test_two_good_grasps_before_a_bad_one(
    three: Grasps, table_scene: JudgedScene, wide: Gripper
) -> None:
    scores = score_view(three, table_scene, ExactJudge(wide), PAPER_RULES)
    # Precision@k: 1, 1, 2/3, 2/4, ... at every friction.
    expected = (1 + 1 + 2 * harmonic(3, 50)) / 50
    assert average_precisions(scores.precision)["ap"] == pytest.approx(expected)
    of_scale = scores.of_scale.mean(axis=(1, 2))
    # Small: the plate's 2 cm, then the bad one; medium: the cube's 6 cm; large: none.
    np.testing.assert_allclose(of_scale, [harmonic(1, 50) / 50, harmonic(1, 50) / 50, 0.0])
    assert scores.counts.grasps.tolist() == [2, 1, 0]
    assert scores.counts.successes.tolist() == [1, 1, 0]


def test_the_order_of_the_grasps_counts_by_score_alone(
    three: Grasps, table_scene: JudgedScene, wide: Gripper
) -> None:
    expected = score_view(three, table_scene, ExactJudge(wide), PAPER_RULES).precision
    shuffled = score_view(three[np.array([2, 0, 1])], table_scene, ExactJudge(wide), PAPER_RULES)
    np.testing.assert_array_equal(shuffled.precision, expected)
    worst_first = three.rescored(np.array([0.1, 0.2, 0.9]))
    scores = score_view(worst_first, table_scene, ExactJudge(wide), PAPER_RULES)
    assert scores.precision[:3, 0].tolist() == pytest.approx([0.0, 1 / 2, 2 / 3])


def test_moving_everything_changes_nothing(
    three: Grasps, table_scene: JudgedScene, wide: Gripper
) -> None:
    T = inverse(transform([[0, 0, 1], [1, 0, 0], [0, 1, 0]], [0.3, -0.2, 0.7]))
    moved = replace(
        table_scene,
        T_frame_object=T @ table_scene.T_frame_object,
        T_frame_support=T @ table_scene.T_frame_support,
        frame_id="camera",
    )
    for judge in (ExactJudge(wide), ReleasedJudge()):
        expected = score_view(three, table_scene, judge, PAPER_RULES)
        scores = score_view(three.transformed(T, "camera"), moved, judge, PAPER_RULES)
        np.testing.assert_array_equal(scores.precision, expected.precision)


def along_the_cube(down: Callable[..., Grasps], count: int, width: float) -> Grasps:
    """So many good grasps of the cube and what stands in its row, which NMS leaves alone.

    They are spread by turning the approach: each is the one before turned by 31 degrees about the
    closing direction, and every other one upside down.
    """
    grasps = down(np.tile([0.0, 0.0, 0.03], (count, 1)), width)
    turns = np.deg2rad(31.0 * np.arange(count))
    about_x = np.array(
        [[[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]] for a in turns]
    )
    return replace(grasps, rotations=about_x @ grasps.rotations)


class AllGood:
    """Judge for whom every grasp is one of object 0 and needs no friction."""

    def nearest_objects(self, grasps: Grasps, *_: object) -> np.ndarray:
        return np.zeros(len(grasps), dtype=np.int64)

    def needed_friction(self, grasps: Grasps, *_: object) -> np.ndarray:
        return np.zeros(len(grasps))


def test_ten_grasps_of_an_object_count_and_five_of_a_scale_in_the_released_script(
    table_scene: JudgedScene, down: Callable[..., Grasps]
) -> None:
    grasps = along_the_cube(down, 11, 0.06)
    paper = score_view(grasps, table_scene, AllGood(), PAPER_RULES)
    # Ten are good, then nothing follows: precision@50 = 10 / 50.
    assert paper.precision[[9, 10, 49], 0].tolist() == pytest.approx([1.0, 10 / 11, 10 / 50])
    np.testing.assert_array_equal(paper.of_scale[1], paper.precision)
    released = score_view(grasps, table_scene, AllGood(), RELEASED_RULES)
    np.testing.assert_array_equal(released.precision, paper.precision)
    assert released.of_scale.shape == (3, 20, 6)
    assert released.of_scale[1, [4, 5, 19], 0].tolist() == pytest.approx([1.0, 5 / 6, 5 / 20])


def test_the_released_script_parts_the_scales_before_nms(
    table_scene: JudgedScene, down: Callable[..., Grasps]
) -> None:
    """A wide grasp suppresses a narrow one in the same place, unless they are parted first."""
    grasps = down([[0.0, 0.0, 0.03], [0.0, 0.0, 0.03]], np.array([0.08, 0.03]))
    for rules, small in ((PAPER_RULES, 0.0), (RELEASED_RULES, 1.0)):
        scores = score_view(grasps, table_scene, AllGood(), rules)
        assert scores.of_scale[0, 0, 0] == small
        assert scores.of_scale[2, 0, 0] == 1.0


def test_widths_are_clipped_to_the_stroke(
    table_scene: JudgedScene, down: Callable[..., Grasps]
) -> None:
    seen: list[float] = []

    class Looks(AllGood):
        def needed_friction(self, grasps: Grasps, *_: object) -> np.ndarray:
            seen.extend(grasps.widths)
            return np.zeros(len(grasps))

    score_view(down([[0.0, 0.0, 0.03]], 0.14), table_scene, Looks(), PAPER_RULES)
    assert seen == [0.1]


@pytest.mark.parametrize("rules", [PAPER_RULES, RELEASED_RULES])
def test_no_grasps_score_zero(table_scene: JudgedScene, wide: Gripper, rules: object) -> None:
    scores: ViewScores = score_view(Grasps.empty("world"), table_scene, ExactJudge(wide), rules)
    assert scores.precision.shape == (50, 6)
    assert not scores.precision.any()
    assert not scores.of_scale.any()
    assert scores.counts.grasps.tolist() == [0, 0, 0]


def test_another_frame_is_refused(table_scene: JudgedScene, wide: Gripper) -> None:
    with pytest.raises(FrameError, match="camera"):
        score_view(Grasps.empty("camera"), table_scene, ExactJudge(wide), PAPER_RULES)
