from __future__ import annotations

import numpy as np
import pytest

from grasp_cli.eval_rows import ablation_rows, gpr_rows, judge_rows, setting_name
from grasp_cli.eval_views import Options, ViewResult
from grasp_cli.results import Row
from grasp_learning.evaluation.gpr_tables import LabelErrors
from grasp_learning.evaluation.precision import precision_at
from grasp_learning.evaluation.scales import ScaleCount
from grasp_learning.evaluation.trial_check import TrialCheck
from grasp_learning.evaluation.view_scores import ViewScores


def result(needed: list[float], scene: int, errors: LabelErrors | None) -> ViewResult:
    """A view in which the small grasps are all, and as good as `needed` says."""
    precision = precision_at(np.array(needed), 50)
    none = np.zeros((50, 6))
    counts = ScaleCount(
        np.array([len(needed), 0, 0]), np.array([sum(n <= 0.8 for n in needed), 0, 0])
    )
    scores = ViewScores(precision, np.stack([precision, none, none]), counts)
    return ViewResult("novel objects", scene, scores, errors, {"detect": 5.0, "judge": 2.0})


ERRORS = LabelErrors(np.array([0.004, 0.012, np.inf]), np.array([0.004, 0.001, np.inf]))
VIEWS = [result([0.0] * 50, 3, ERRORS), result([np.inf, 0.0], 4, None)]


def by_metric(rows: list[Row]) -> dict[str, Row]:
    assert {row.setting for row in rows} == {"novel objects"}
    return {row.metric: row for row in rows}


def test_figures_by_hand() -> None:
    rows = by_metric(ablation_rows("sbg", VIEWS, Options()))
    second = sum(1.0 / k for k in range(2, 51)) / 50  # precision@k: 0, 1/2, 1/3, ...
    assert rows["ap"].value == pytest.approx((1.0 + second) / 2)
    assert rows["ap_08"].value == rows["ap_s"].value == pytest.approx((1.0 + second) / 2)
    assert rows["ap_m"].value == rows["ap_l"].value == 0.0
    assert rows["ap_mean_of_scales"].value == pytest.approx(rows["ap_s"].value / 3)
    assert (rows["ap"].n, rows["ap"].seeds, rows["ap"].detector) == (2, (3, 4), "sbg")
    assert rows["small_grasps_per_view"].value == 26
    assert rows["small_success_rate"].value == pytest.approx(51 / 52)
    assert "medium_success_rate" not in rows  # of no grasps
    assert rows["judge_cpu_ms"].value == 2.0


def test_tables_of_gpr_by_hand() -> None:
    rows = by_metric(gpr_rows("gpr", VIEWS))
    assert list(rows) == [
        "width_within_2_5mm",
        "width_within_5mm",
        "width_within_7_5mm",
        "width_within_10mm",
        "pose_d_below_0_005",
        "pose_d_below_0_01",
        "pose_d_below_0_015",
        "pose_d_below_0_02",
    ]
    assert rows["width_within_2_5mm"].value == 1 / 2
    assert rows["width_within_5mm"].value == 1.0
    assert rows["pose_d_below_0_005"].value == pytest.approx(1 / 3)
    assert rows["pose_d_below_0_02"].value == pytest.approx(2 / 3)
    assert (rows["pose_d_below_0_02"].n, rows["width_within_5mm"].n) == (3, 2)
    assert rows["width_within_5mm"].subject == "gpr"


def test_without_labels_there_are_no_tables_of_gpr() -> None:
    assert gpr_rows("gpr", [VIEWS[1]]) == []


def test_options_are_part_of_the_setting() -> None:
    assert setting_name("novel objects", Options()) == "novel objects"
    both = Options(collision_detection=True, released=True)
    assert setting_name("novel", both) == "novel, collision detection, released script"


def test_the_judge_by_hand() -> None:
    checks = [TrialCheck(3, 2, 1, 1), TrialCheck(0, 0, 4, 1)]
    rows = {row.metric: row for row in judge_rows(checks, np.array([0, 1]), "x", Options())}
    assert rows["held_of_passed"].value == pytest.approx(2 / 3)
    assert rows["held_of_failed"].value == pytest.approx(2 / 5)
    assert rows["passed_of_held"].value == pytest.approx(2 / 4)
    assert rows["held_of_passed"].subject == "exact judge"
    assert judge_rows([TrialCheck(0, 0, 0, 0)], np.array([0]), "x", Options()) == []
