"""The loss of Scale-Balanced Grasp (eq. 2, with the terms of its repository)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from grasp_learning.networks.operation_head import Operations
from grasp_learning.networks.sbg import SbgOutput
from grasp_learning.networks.sbg_targets import OperationTargets, SeedTargets

#: Weight of the operation head's terms beside the approach head's (alpha of eq. 2).
OPERATION_WEIGHT = 0.2


def sbg_losses(
    output: SbgOutput,
    seeds: SeedTargets,
    operations: OperationTargets,
    on_object: Tensor,
    weights: Tensor,
    max_width: float,
) -> dict[str, Tensor]:
    """Give `total` and its terms.

    Every term is a mean over seeds in which each has its weight. All seeds count for whether they
    are graspable, those on objects for the view; of the candidates those on objects for the score,
    and what has a label for the rest.

    Parameters
    ----------
    on_object, weights : (B, S) whether a seed is on an object, and its weight W.
    """
    entropy = functional.cross_entropy(
        output.graspable.transpose(1, 2), seeds.graspable.long(), reduction="none"
    )
    views = (output.view_scores - seeds.views).square().mean(dim=2)
    approach = {
        "graspable": _mean(entropy, weights),
        "view": _mean(views, weights * on_object),
    }
    rotation = _operation_losses(
        output.operations,
        operations,
        on_object.gather(1, output.candidates),
        weights.gather(1, output.candidates),
        max_width,
    )
    total = torch.stack([*approach.values()]).sum()
    total = total + OPERATION_WEIGHT * torch.stack([*rotation.values()]).sum()
    return {"total": total, **approach, **rotation}


def _operation_losses(
    predicted: Operations,
    targets: OperationTargets,
    on_object: Tensor,
    weights: Tensor,
    max_width: float,
) -> dict[str, Tensor]:
    scores = functional.huber_loss(predicted.scores, targets.scores, reduction="none")
    labelled = targets.scores > 0  # (B, S, 4, 12)
    angles = functional.cross_entropy(
        predicted.angles.permute(0, 3, 1, 2), targets.scores.argmax(dim=3), reduction="none"
    )
    widths = functional.huber_loss(predicted.widths, targets.widths / max_width, reduction="none")
    tolerances = functional.huber_loss(predicted.tolerances, targets.tolerances, reduction="none")
    each = weights[:, :, None, None]
    return {
        "score": _mean(scores.mean(dim=(2, 3)), weights * on_object),
        "angle": _mean(angles, each[..., 0] * labelled.any(dim=3)),
        "width": _mean(widths, each * labelled),
        "tolerance": _mean(tolerances, each * labelled),
    }


def _mean(terms: Tensor, weights: Tensor) -> Tensor:
    """Mean of terms with weights of the same shape; 0 where all weights are 0."""
    return (terms * weights).sum() / weights.sum().clamp(min=torch.finfo(terms.dtype).tiny)
