"""Measures how well force closure, and what else labels tell, predict grasps in physics."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

import joblib
import numpy as np
from numpy.typing import NDArray
from rich.progress import track

from grasp_cli.results import Row
from grasp_core.checks import Float
from grasp_core.gripper import Gripper
from grasp_learning.executed_labels import FRICTIONS, ExecutedLabels
from grasp_learning.label_predictors import PREDICTORS
from grasp_learning.label_trials import (
    DISPLACED_COLUMNS,
    NEEDED_EDGES,
    WIDTH_EDGES_M,
    Setting,
    execute_labels,
)
from grasp_learning.object_labels import LabelParams
from grasp_learning.physics_labels import Estimate, by_rank, ranking, rate, regression_scores
from grasp_learning.trials import UNSTABLE
from grasp_learning.view_sample import OUTCOMES
from grasp_sim.objects.catalogue import TRAINING
from grasp_sim.trial import Outcome

#: The 100 mm stroke that the width classes presume.
GRIPPER = "parallel_100mm"

FULL = (
    Setting("one object", 1, len(TRAINING), takes=(8, 2, 2, 2, 2)),
    Setting("pile of eight", 8, 12, takes=(16, 3, 3, 3, 3)),
)
_FEW = LabelParams(contacts=256)
QUICK = (
    Setting("one object", 1, 3, (2, 1, 1, 1, 1), _FEW, replace(_FEW, friction=NEEDED_EDGES[-1])),
)

#: Parts of the labels by rising quality.
FIFTHS = 5

#: Metres of engagement, of depth and of room beyond which more does not help a grasp.
ENOUGH_M = 0.005

#: How grasps end that do not hold, as metrics.
FAILURES = {
    "collision": Outcome.COLLISION,
    "empty": Outcome.EMPTY,
    "slipped_in_lift": Outcome.SLIPPED_IN_LIFT,
    "slipped_in_shake": Outcome.SLIPPED_IN_SHAKE,
}


def physics_rows(settings: tuple[Setting, ...], gripper: Gripper, jobs: int) -> Iterator[Row]:
    """Execute the grasps of each setting and report on them; always the same."""
    for setting in settings:
        executed = execute_setting(setting, gripper, jobs)
        for rows in (closure_rows, needed_rows, label_rows):
            yield from rows(setting.name, executed)


def execute_setting(setting: Setting, gripper: Gripper, jobs: int) -> ExecutedLabels:
    """Execute all scenes of a setting, in `jobs` processes."""
    work = [
        joblib.delayed(execute_labels)(setting, number, gripper) for number in range(setting.scenes)
    ]
    parallel = joblib.Parallel(n_jobs=jobs, return_as="generator")
    done = track(parallel(work), description=setting.name, total=len(work))
    return ExecutedLabels.concatenate(list(done))


def closure_rows(name: str, executed: ExecutedLabels) -> Iterator[Row]:
    """Force closure at the friction of the trial as a prediction of success, by width."""
    for column, friction in enumerate(FRICTIONS):
        known = executed[executed.outcomes[:, column] != UNSTABLE]
        closed = known.needed_friction <= friction
        held = _held(known.outcomes[:, column])
        of_width = np.digitize(known.widths_m, WIDTH_EDGES_M[1:-1])
        classes = {"": np.ones(len(known), dtype=np.bool_)}
        for i, (low, high) in enumerate(pairwise(WIDTH_EDGES_M)):
            classes[f", {low * 100:.0f} to {high * 100:.0f} cm"] = of_width == i
        for width, within in classes.items():
            setting = f"friction {friction}{width}"
            figures = {
                "precision": rate(held[closed & within]),
                "success_of_negatives": rate(held[~closed & within]),
                "recall": rate(closed[held & within]),
            }
            yield from _rows(f"force closure, {name}", setting, figures)


def needed_rows(name: str, executed: ExecutedLabels) -> Iterator[Row]:
    """Success by the friction that a grasp needs for force closure."""
    for column, friction in enumerate(FRICTIONS):
        known = executed[executed.outcomes[:, column] != UNSTABLE]
        held = _held(known.outcomes[:, column])
        bins = np.searchsorted(NEEDED_EDGES[1:], known.needed_friction)
        figures = {
            f"success_needing_{low:g}_to_{high:g}": rate(held[bins == i])
            for i, (low, high) in enumerate(pairwise(NEEDED_EDGES))
        }
        yield from _rows(f"needed friction, {name}", f"friction {friction}", figures)


def label_rows(name: str, executed: ExecutedLabels) -> Iterator[Row]:
    """Show what tells which labels hold, in their own poses and displaced."""
    labels = executed.positives
    subject = f"labels, {name}"
    for column, friction in enumerate(FRICTIONS):
        outcomes = labels.outcomes[:, column]
        yield from _rows(subject, f"friction {friction}", label_figures(labels, outcomes))
    for column in DISPLACED_COLUMNS:
        setting = f"friction {FRICTIONS[column]}, displaced"
        outcomes = labels.displaced[:, column]
        yield from _rows(subject, setting, label_figures(labels, outcomes))


def label_figures(labels: ExecutedLabels, outcomes: NDArray[np.int8]) -> dict[str, Estimate | None]:
    """Rates of the outcomes (N,), success by quality, and the area under each ranking's curve."""
    known = outcomes != UNSTABLE
    labels, outcomes = labels[known], outcomes[known]
    held = _held(outcomes)
    figures = {"success": rate(held)}
    for failure, outcome in FAILURES.items():
        figures[failure] = rate(outcomes == OUTCOMES.index(outcome))
    fifths = by_rank(labels.predictor("quality"), held, FIFTHS)
    figures |= {f"success_quality_fifth_{i}": fifth for i, fifth in enumerate(fifths, start=1)}
    for score, values in _scores(labels, held).items():
        figures[f"auc_{score}"] = ranking(values, held, labels.scenes)
    return figures


def _scores(labels: ExecutedLabels, held: NDArray[np.bool_]) -> dict[str, Float]:
    """Scores (N,) that labels could be ranked by: each predictor, products, a regression."""
    scores = {name: labels.predictor(name) for name in PREDICTORS}
    quality = scores["quality"]
    depth, engagement, room = (
        np.clip(scores[name] / ENOUGH_M, 0.0, 1.0) for name in ("depth", "engagement", "room")
    )
    return scores | {
        "quality_x_depth": quality * depth,
        "quality_x_depth_x_room": quality * depth * room,
        "quality_x_engagement_x_room": quality * engagement * room,
        "engagement_x_room": engagement * room,
        "regression": regression_scores(labels.predictors, held, labels.scenes),
    }


def _held(outcomes: NDArray[np.int8]) -> NDArray[np.bool_]:
    held: NDArray[np.bool_] = outcomes == OUTCOMES.index(Outcome.HELD)
    return held


def _rows(subject: str, setting: str, figures: dict[str, Estimate | None]) -> Iterator[Row]:
    """One row for each figure that is known."""
    for metric, figure in figures.items():
        if figure is not None:
            yield Row(setting, metric, *figure, subject=subject)
