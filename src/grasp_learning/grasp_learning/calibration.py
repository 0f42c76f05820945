"""Makes the score of a view's best grasp the probability that it holds.

The best of many candidates is the one whose score errs upwards: of grasps that a scorer ranks first
fewer hold than it expects, though of all grasps together as many do. So the log odds of its scores
are stretched and shifted (Platt 1999) until the first-ranked grasps of views that it has not
learned from hold as often as they say. The order of grasps stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from scipy.optimize import minimize
from scipy.special import log_expit, logit

from grasp_core.checks import Float
from grasp_core.transforms import transform_points
from grasp_learning.errors import CalibrationError
from grasp_learning.networks.candidate_scorer import NEAREST, CandidateScorer
from grasp_learning.scorer_task import scorer_scene
from grasp_learning.view_data import ViewFolders
from grasp_learning.view_sample import OUTCOMES, TrialSource, View
from grasp_sim.trial import Outcome

#: Fewer first-ranked grasps tell too little.
LEAST_VIEWS = 30


@dataclass(frozen=True)
class Calibration:
    """Correction of a scorer's log odds.

    Attributes
    ----------
    slope, offset : see `CandidateScorer`.
    views : number of first-ranked grasps that it is from.
    held : share of them that held.
    expected : mean of their scores before.
    """

    slope: float
    offset: float
    views: int
    held: float
    expected: float


def calibrate(scorer: CandidateScorer, folders: Sequence[Path]) -> Calibration:
    """Find the correction for a scorer on the executed candidates of data sets.

    They should be of views that a detector with this scorer, or one much like it, has emptied
    (`emptied=true`, `best_share=1`), so that the first-ranked grasps are those that it would take.

    Raises
    ------
    ShardError : a data set is incomplete or damaged.
    CalibrationError : too few views with candidates, all of them held or none, or those with higher
        scores hold less often.
    """
    views = ViewFolders(folders)
    best = [_best(scorer, views.read(index)) for index in range(len(views))]
    return fit([found for found in best if found is not None])


def fit(best: Sequence[tuple[float, bool]]) -> Calibration:
    """Find the correction for first-ranked grasps: score of each, and whether it held.

    Raises
    ------
    CalibrationError : see `calibrate`.
    """
    scores = np.array([score for score, _ in best])
    held = np.array([good for _, good in best], dtype=bool)
    if len(best) < LEAST_VIEWS or held.all() or not held.any():
        raise CalibrationError(
            f"{len(best)} views with executed candidates, in {held.sum()} of them the best one "
            f"held; expected at least {LEAST_VIEWS}, some of which held and some not"
        )
    odds = logit(np.clip(scores, NEAREST, 1 - NEAREST))
    sign = np.where(held, 1.0, -1.0)

    def loss(x: Float) -> float:
        return float(-log_expit(sign * (x[0] * odds + x[1])).mean())

    slope, offset = minimize(loss, [1.0, 0.0]).x
    if not slope > 0:
        raise CalibrationError(f"grasps with higher scores hold less often (slope {slope:.2f})")
    return Calibration(
        float(slope), float(offset), len(best), float(held.mean()), float(scores.mean())
    )


def _best(scorer: CandidateScorer, view: View) -> tuple[float, bool] | None:
    """Score the executed candidates of a view; give the best score, and whether that one held."""
    chosen = np.flatnonzero(view.trial_sources == TrialSource.CANDIDATE)
    if len(chosen) == 0 or not view.measured_valid.any():
        return None
    T, scene = scorer_scene(view, np.random.default_rng(0))
    with torch.no_grad():
        scores = scorer(
            torch.from_numpy(scene),
            torch.from_numpy((T[:3, :3] @ view.trial_rotations[chosen]).astype(np.float32)),
            torch.from_numpy(transform_points(T, view.trial_positions[chosen]).astype(np.float32)),
            torch.from_numpy(view.trial_widths[chosen].astype(np.float32)),
        )
    first = int(scores.argmax())
    outcome = OUTCOMES[view.trial_outcomes[chosen[first]]]
    return float(scores[first]), outcome is Outcome.HELD
