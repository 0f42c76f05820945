"""The figures of an evaluation, from its views."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from grasp_cli.eval_views import Options, ViewResult
from grasp_cli.results import Row
from grasp_core.checks import Float
from grasp_learning.evaluation.gpr_tables import POSE_THRESHOLDS_M, WIDTH_THRESHOLDS_M
from grasp_learning.evaluation.intervals import ratio
from grasp_learning.evaluation.precision import FRICTIONS
from grasp_learning.evaluation.scales import SCALES
from grasp_learning.evaluation.trial_check import TrialCheck
from grasp_learning.physics_labels import Estimate


def setting_name(setting: str, options: Options) -> str:
    """Name of a setting under these options."""
    added = {
        "collision detection": options.collision_detection,
        "released script": options.released,
    }
    return ", ".join([setting, *(text for text, on in added.items() if on)])


def ablation_rows(detector: str, results: Sequence[ViewResult], options: Options) -> list[Row]:
    """AP of all kinds, and number and success of grasps by scale, for each setting."""
    rows = []
    for setting in dict.fromkeys(result.setting for result in results):
        views = [result for result in results if result.setting == setting]
        figures = {**_precisions(views), **_scales(views), **_times(views)}
        rows += _rows(setting_name(setting, options), figures, views, detector=detector)
    return rows


def gpr_rows(subject: str, results: Sequence[ViewResult]) -> list[Row]:
    """GPR's Tables I and II, for each setting with labels; without collision detection."""
    rows = []
    for setting in dict.fromkeys(result.setting for result in results):
        views = [r for r in results if r.setting == setting and r.errors is not None]
        errors = [view.errors for view in views if view.errors is not None]
        if not errors:
            continue
        scenes = np.array([view.scene for view in views])
        positives = np.array([each.positives for each in errors], dtype=float)
        counts = np.array([len(each.poses) for each in errors], dtype=float)
        widths = np.array([each.width_hits for each in errors])
        poses = np.array([each.pose_hits for each in errors])
        figures = {
            f"width_within_{_number(1e3 * limit)}mm": ratio(widths[:, i], positives, scenes)
            for i, limit in enumerate(WIDTH_THRESHOLDS_M)
        } | {
            f"pose_d_below_{_number(limit)}": ratio(poses[:, i], counts, scenes)
            for i, limit in enumerate(POSE_THRESHOLDS_M)
        }
        rows += _rows(setting, figures, views, subject=subject)
    return rows


def judge_rows(
    checks: Sequence[TrialCheck], scenes: NDArray[np.int64], setting: str, options: Options
) -> list[Row]:
    """Compare the judge with physics; those of no executed grasps are left out.

    Parameters
    ----------
    scenes : number of the scene of each check.
    """
    passed, passed_held, failed, failed_held = np.array(checks, dtype=float).T
    figures = {
        "held_of_passed": ratio(passed_held, passed, scenes),
        "held_of_failed": ratio(failed_held, failed, scenes),
        "passed_of_held": ratio(passed_held, passed_held + failed_held, scenes),
    }
    seeds = tuple(np.unique(scenes).tolist())
    subject = "released judge" if options.released else "exact judge"
    return [
        Row(setting, metric, *figure, seeds, subject=subject)
        for metric, figure in figures.items()
        if figure is not None
    ]


def _precisions(views: list[ViewResult]) -> dict[str, Estimate | None]:
    tables = np.array([view.scores.precision for view in views])  # (V, 50, 6)
    of_scale = np.array([view.scores.of_scale for view in views]).mean(axis=(2, 3))  # (V, 3)
    figures = {
        "ap": tables.mean(axis=(1, 2)),
        "ap_04": tables[..., FRICTIONS.index(0.4)].mean(axis=1),
        "ap_08": tables[..., FRICTIONS.index(0.8)].mean(axis=1),
        **{f"ap_{name[0]}": of_scale[:, i] for i, name in enumerate(SCALES)},
        "ap_mean_of_scales": of_scale.mean(axis=1),
    }
    return {name: _mean(values, views) for name, values in figures.items()}


def _scales(views: list[ViewResult]) -> dict[str, Estimate | None]:
    grasps = np.array([view.scores.counts.grasps for view in views], dtype=float)  # (V, 3)
    successes = np.array([view.scores.counts.successes for view in views], dtype=float)
    scenes = np.array([view.scene for view in views])
    figures: dict[str, Estimate | None] = {}
    for i, name in enumerate(SCALES):
        figures[f"{name}_grasps_per_view"] = _mean(grasps[:, i], views)
        figures[f"{name}_success_rate"] = ratio(successes[:, i], grasps[:, i], scenes)
    return figures


def _times(views: list[ViewResult]) -> dict[str, Estimate | None]:
    figures: dict[str, Estimate | None] = {}
    for stage in views[0].stage_cpu_ms:
        times = [view.stage_cpu_ms[stage] for view in views]
        low, middle, high = map(float, np.percentile(times, [10, 50, 90]))
        figures[f"{stage}_cpu_ms"] = Estimate(middle, low, high, len(times))
    return figures


def _mean(values: Float, views: list[ViewResult]) -> Estimate | None:
    return ratio(values, np.ones(len(views)), np.array([view.scene for view in views]))


def _rows(
    setting: str,
    figures: dict[str, Estimate | None],
    views: list[ViewResult],
    detector: str = "",
    subject: str = "",
) -> list[Row]:
    """One row for each figure that is known; seeds are the numbers of the scenes."""
    seeds = tuple(sorted({view.scene for view in views}))
    return [
        Row(setting, metric, *figure, seeds, detector=detector, subject=subject)
        for metric, figure in figures.items()
        if figure is not None
    ]


def _number(value: float) -> str:
    """Write 7.5 as 7_5."""
    return f"{value:g}".replace(".", "_")
