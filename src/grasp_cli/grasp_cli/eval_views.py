"""Evaluate a detector view by view, in several processes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import joblib

from grasp_cli.bench_timing import TwoClocks
from grasp_cli.eval_detectors import find_grasps
from grasp_cli.eval_sources import SimulatedViews, Source
from grasp_core.gripper import Gripper
from grasp_learning.evaluation.exact_judge import ExactJudge
from grasp_learning.evaluation.gpr_tables import LabelErrors, label_errors
from grasp_learning.evaluation.released_judge import ReleasedJudge
from grasp_learning.evaluation.scales import PAPER_RULES, RELEASED_RULES
from grasp_learning.evaluation.scene_sources import simulated_scene
from grasp_learning.evaluation.trial_check import TrialCheck, check_trials
from grasp_learning.evaluation.view_scores import Judge, ViewScores, score_view


@dataclass(frozen=True)
class Options:
    """How detectors are evaluated.

    Attributes
    ----------
    collision_detection : drop grasps that meet the measured cloud before.
    released : judge and cut as graspnetAPI and evaluate_scale do.
    """

    collision_detection: bool = False
    released: bool = False


@dataclass(frozen=True, eq=False)
class ViewResult:
    """What one detector is worth in one view.

    Attributes
    ----------
    setting, scene : that the view belongs to.
    scores : by GraspNet-1Billion's protocol.
    errors : against the labels, by GPR's tables; None where there are no labels.
    stage_cpu_ms : CPU milliseconds of the stages "detect" and "judge".
    """

    setting: str
    scene: int
    scores: ViewScores
    errors: LabelErrors | None
    stage_cpu_ms: dict[str, float]


def evaluate(
    name: str, source: Source, numbers: list[int], options: Options
) -> Iterator[ViewResult]:
    """Evaluate a detector in views; gives the results in their order."""
    calls = [joblib.delayed(evaluate_view)(name, source, each, options) for each in numbers]
    yield from joblib.Parallel(return_as="generator")(calls)


def evaluate_view(name: str, source: Source, number: int, options: Options) -> ViewResult:
    """Evaluate a detector in one view.

    Raises
    ------
    GraspError : the view is damaged, or the detector does not fit it.
    """
    sample, watch = source.sample(number), TwoClocks()
    with watch("detect"):
        found = find_grasps(name, sample, source.gripper)
    judge = judge_of(source.gripper, options)
    rules = RELEASED_RULES if options.released else PAPER_RULES
    grasps = found.free if options.collision_detection else found.grasps
    with watch("judge"):
        scores = score_view(grasps, sample.scene, judge, rules)
    errors = None if sample.labels is None else label_errors(found.grasps, sample.labels)
    return ViewResult(sample.setting, sample.scene_number, scores, errors, watch.stage_cpu_ms)


def judge_of(gripper: Gripper, options: Options) -> Judge:
    """Give the judge that the options ask for."""
    return ReleasedJudge() if options.released else ExactJudge(gripper)


def check_view(source: SimulatedViews, number: int, options: Options) -> TrialCheck:
    """Compare the judge with the executed grasps of one view."""
    view = source.view(number)
    return check_trials(view, simulated_scene(view.spec), judge_of(source.gripper, options))


def check_judge(
    source: SimulatedViews, numbers: list[int], options: Options
) -> Iterator[TrialCheck]:
    """Compare the judge with the executed grasps of views; gives the results in their order."""
    calls = [joblib.delayed(check_view)(source, each, options) for each in numbers]
    yield from joblib.Parallel(return_as="generator")(calls)
