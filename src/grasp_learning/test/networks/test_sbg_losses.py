from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from grasp_learning.networks.operation_head import Operations
from grasp_learning.networks.sbg import SbgOutput
from grasp_learning.networks.sbg_losses import sbg_losses
from grasp_learning.networks.sbg_targets import OperationTargets, SeedTargets


def zeros() -> tuple[SbgOutput, SeedTargets, OperationTargets]:
    """One cloud, 4 seeds, of which 2 and 1 are candidates; nothing predicted, no label."""
    grids = [torch.zeros((1, 2, 4, 12), requires_grad=True) for _ in range(4)]
    output = SbgOutput(
        torch.zeros((1, 4, 2), requires_grad=True),
        torch.zeros((1, 4, 300), requires_grad=True),
        torch.tensor([[2, 1]]),
        torch.zeros((1, 2), dtype=torch.int64),
        Operations(*grids),
    )
    seeds = SeedTargets(torch.zeros((1, 4, 300)), torch.zeros((1, 4)))
    operations = OperationTargets(*(torch.zeros((1, 2, 4, 12)) for _ in range(3)))
    return output, seeds, operations


ON_OBJECT = torch.tensor([[True, True, True, False]])
ONES = torch.ones((1, 4))


def values(losses: dict[str, Tensor]) -> dict[str, float]:
    return {name: float(loss.detach()) for name, loss in losses.items()}


def test_every_term_by_hand() -> None:
    output, seeds, operations = zeros()
    seeds.widths[0, 2] = 0.05
    seeds.views[0, 2, :3] = 0.5
    operations.scores[0, 0, 1, 7] = 0.5
    operations.widths[0, 0, 1, 7] = 0.05
    operations.tolerances[0, 0, 1, 7] = 0.8
    losses = values(sbg_losses(output, seeds, operations, ON_OBJECT, ONES, 0.1))
    assert losses["graspable"] == pytest.approx(math.log(2))
    assert losses["view"] == pytest.approx(3 * 0.25 / 300 / 3)  # 3 seeds on objects
    assert losses["score"] == pytest.approx(0.5 * 0.25 / 48 / 2)  # 2 candidates, both on objects
    assert losses["angle"] == pytest.approx(math.log(12))
    assert losses["width"] == pytest.approx(0.5 * 0.25)  # 0.05 of 0.1
    assert losses["tolerance"] == pytest.approx(0.5 * 0.64)
    rotation = sum(losses[name] for name in ("score", "angle", "width", "tolerance"))
    expected = losses["graspable"] + losses["view"] + 0.2 * rotation
    assert losses["total"] == pytest.approx(expected)


def test_a_seed_counts_by_its_weight() -> None:
    output, seeds, operations = zeros()
    seeds.widths[0, 2] = 0.01
    seeds.views[0, 2] = 1.0
    operations.scores[0, 0] = 1.0
    weights = torch.tensor([[1.0, 1.0, 4.0, 1.0]])
    losses = values(sbg_losses(output, seeds, operations, ON_OBJECT, weights, 0.1))
    assert losses["graspable"] == pytest.approx(math.log(2))
    assert losses["view"] == pytest.approx(4 / 6)
    assert losses["score"] == pytest.approx(0.5 * 4 / 5)


def test_the_background_does_not_count_for_views_and_scores() -> None:
    output, seeds, operations = zeros()
    with torch.no_grad():
        output.view_scores[0, 3] = 9.0
        output.operations.scores[0, 1] = 9.0
    on_object = torch.tensor([[True, False, True, False]])
    losses = values(sbg_losses(output, seeds, operations, on_object, ONES, 0.1))
    assert losses["view"] == 0
    assert losses["score"] == 0


def test_without_a_label_the_loss_is_finite_and_teaches_that_there_is_none() -> None:
    output, seeds, operations = zeros()
    losses = sbg_losses(output, seeds, operations, ON_OBJECT, ONES, 0.1)
    assert values(losses)["total"] == pytest.approx(math.log(2))
    losses["total"].backward()
    gradient = output.graspable.grad
    assert gradient is not None
    assert (gradient[..., 0] < 0).all()
    assert output.operations.angles.grad is not None
    assert not output.operations.angles.grad.any()


def test_without_an_object_the_loss_is_finite() -> None:
    output, seeds, operations = zeros()
    losses = sbg_losses(output, seeds, operations, torch.zeros_like(ON_OBJECT), ONES, 0.1)
    assert values(losses)["total"] == pytest.approx(math.log(2))
