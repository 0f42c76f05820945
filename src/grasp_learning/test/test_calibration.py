from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import Tensor

from grasp_core.camera import Camera
from grasp_core.model_metadata import CALIBRATED, ModelMetadata
from grasp_learning.calibration import calibrate, fit
from grasp_learning.errors import CalibrationError
from grasp_learning.export import calibrated
from grasp_learning.manifest import Manifest
from grasp_learning.networks.candidate_scorer import CandidateScorer
from grasp_learning.networks.pick_scorer import PickScorer
from grasp_learning.shard_writer import ShardWriter
from grasp_learning.view_arrays import encode_view
from grasp_learning.view_sample import TrialSource, View


class WidthScorer(CandidateScorer):
    """Its probability is the width in decimetres."""

    def __init__(self) -> None:
        super().__init__((0, 1, 1, 1, 1))

    def describe(self, points: Tensor, *grasps: Tensor | float) -> list[Tensor]:
        rotations, positions, widths, _ = grasps
        assert points.shape[1:] == positions.shape[1:] == (3,)
        assert rotations.shape[1:] == (3, 3)
        return [widths]

    def logits(self, description: list[Tensor]) -> Tensor:
        odds = torch.logit(description[0] * 10)
        return torch.stack([odds, torch.zeros_like(odds)], dim=1)


def with_trials(view: View, widths: list[float], outcomes: list[int], sources: list[int]) -> View:
    assert len(view.trial_widths) == len(widths)
    return replace(
        view,
        trial_widths=np.array(widths, np.float32),
        trial_outcomes=np.array(outcomes, np.uint8),
        trial_sources=np.array(sources, np.uint8),
    )


@pytest.fixture
def folder(
    random_view: Callable[[int, int, int], tuple[View, NDArray[np.int64]]],
    small_camera: Camera,
    tmp_path: Path,
) -> Path:
    """Forty views: the wide candidate is the best and holds in three of four."""
    candidate, label = TrialSource.CANDIDATE, TrialSource.LABEL
    writer = ShardWriter(tmp_path, Manifest(40, 40, {"gripper_name": "hand"}))

    def make(number: int) -> dict[str, NDArray[Any]]:
        view, pixels = random_view(number, 2, 3)
        ended = 0 if number % 4 else 3
        trials = [0.09, 0.02, 0.095], [ended, 0, 0], [candidate, candidate, label]
        return encode_view(with_trials(view, *trials), small_camera, pixels)

    writer.write(0, make)
    return tmp_path


def test_the_best_candidates_hold_as_often_as_their_calibrated_scores_say(folder: Path) -> None:
    scorer = WidthScorer()
    found = calibrate(scorer, [folder])
    assert (found.views, found.held) == (40, 0.75)
    assert found.expected == pytest.approx(0.9, abs=1e-4)
    scorer.slope, scorer.offset = found.slope, found.offset
    assert float(scorer.calibrated(torch.tensor([0.9]))[0]) == pytest.approx(0.75, abs=1e-3)


def test_metadata_tell_that_a_scorer_was_calibrated(folder: Path) -> None:
    before = ModelMetadata(
        architecture="test", variant="", kind="scorer", points=0, margin_m=0.1, voxel_m=0.0,
        params={}, gripper="hand", data_digest="", metrics={"auc": 0.8}, commit="", trained_sec=0.0,
        licence="",
    )  # fmt: skip
    scorer = WidthScorer()
    metrics = calibrated(scorer, [folder], before).metrics
    assert scorer.slope == metrics["calibration_slope"] != 1.0
    assert (metrics["auc"], metrics[CALIBRATED], metrics["calibration_held"]) == (0.8, 40, 0.75)


def test_a_known_distortion_is_undone() -> None:
    rng = np.random.default_rng(0)
    odds = rng.normal(0.5, 1.5, 20_000)
    held = rng.random(len(odds)) < 1 / (1 + np.exp(-odds))
    overrated = 1 / (1 + np.exp(-(odds / 0.6 + 0.5)))
    found = fit(list(zip(overrated.tolist(), held.tolist(), strict=True)))
    assert found.slope == pytest.approx(0.6, abs=0.03)
    assert found.offset == pytest.approx(-0.3, abs=0.05)


def test_calibration_keeps_the_order_and_is_none_by_default() -> None:
    scorer = PickScorer(width=8)
    scores = torch.linspace(0.01, 0.99, 50)
    torch.testing.assert_close(scorer.calibrated(scores), scores, rtol=0.0, atol=1e-6)
    scorer.slope, scorer.offset = 0.5, -0.7
    assert (scorer.calibrated(scores).diff() > 0).all()
    assert torch.isfinite(scorer.calibrated(torch.tensor([0.0, 1.0]))).all()


@pytest.mark.parametrize(
    ("best", "message"),
    [
        ([], "0 views with executed candidates"),
        ([(0.5, True), (0.6, False)] * 10, "20 views .* in 10 of them .* at least 30"),
        ([(0.5, True)] * 40, "40 views .* in 40 of them"),
        ([(0.9, False), (0.2, True)] * 30, "higher scores hold less often"),
    ],
)
def test_what_tells_nothing_is_refused(best: list[tuple[float, bool]], message: str) -> None:
    with pytest.raises(CalibrationError, match=message):
        fit(best)
