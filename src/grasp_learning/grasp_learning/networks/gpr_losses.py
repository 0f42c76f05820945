"""The losses of GPR's two stages (eq. 5 and section V-B)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from grasp_learning.networks.bin_regression import BinRegression
from grasp_learning.networks.gpr import Stage1
from grasp_learning.networks.gpr_codec import GraspBatch, from_contact, from_proposal, take
from grasp_learning.networks.gpr_targets import IGNORED, Refinable

#: Of focal loss (Lin et al. 2017, section 5.1).
FOCAL_ALPHA, FOCAL_GAMMA = 0.25, 2.0


def focal_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Focal loss of each logit: - alpha_t (1 - p_t)^gamma log p_t.

    Parameters
    ----------
    targets : bool, of the shape of `logits`.
    """
    entropy = functional.binary_cross_entropy_with_logits(
        logits, targets.to(logits.dtype), reduction="none"
    )  # - log p_t
    alpha = torch.where(targets, FOCAL_ALPHA, 1.0 - FOCAL_ALPHA)
    return alpha * (1.0 - torch.exp(-entropy)) ** FOCAL_GAMMA * entropy


def stage1_losses(
    stage1: Stage1,
    regression: BinRegression,
    points: Tensor,
    label_rows: Tensor,
    labels: GraspBatch,
) -> dict[str, Tensor]:
    """Losses of mask and proposals, each over the number of contact points (eq. 5).

    Parameters
    ----------
    points : (B, N, 3) metres.
    label_rows : (B, N) row of each point's label, `NO_CONTACT` or `IGNORED`.
    labels : (B, M).
    """
    contact = label_rows >= 0
    count = contact.sum().clamp(min=1)
    focal = focal_loss(stage1.mask, contact) * (label_rows != IGNORED)
    own = take(labels, label_rows.clamp(min=0))
    wanted = from_contact(points, own)[contact]
    proposal = regression.loss(stage1.codes[contact], wanted)
    return {"mask": focal.sum() / count, "proposal": proposal.sum() / count}


def stage2_losses(
    confidence: Tensor,
    codes: Tensor,
    regression: BinRegression,
    proposals: GraspBatch,
    targets: Refinable,
) -> dict[str, Tensor]:
    """Losses of the confidence, a mean over proposals (B, P), and of refining the good ones."""
    good = targets.good
    entropy = functional.binary_cross_entropy_with_logits(confidence, good.to(confidence.dtype))
    wanted = from_proposal(proposals, targets.labels)[good]
    refinement = regression.loss(codes[good], wanted).sum() / good.sum().clamp(min=1)
    return {"confidence": entropy, "refinement": refinement}
