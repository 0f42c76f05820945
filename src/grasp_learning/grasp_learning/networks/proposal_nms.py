"""Distance of grasps and non-maximum suppression in torch (GPR, eq. 1 and section V-B).

`grasp_core.nms` has both for arrays; a test holds the two against each other.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from grasp_core.nms import BETA_APPROACH, BETA_CLOSING, BETA_ORIGIN
from grasp_learning.networks.gpr_codec import GraspBatch

#: GPR eq. 1, per metre and per half turn of the closing and of the approach direction.
BETAS = (BETA_ORIGIN, BETA_CLOSING, BETA_APPROACH)


def grasp_distances(
    a: GraspBatch, b: GraspBatch, betas: tuple[float, float, float] = BETAS
) -> Tensor:
    """Distances (B, P, M) in metres between grasps (B, P) and (B, M), eq. 1."""
    origin, closing, approach = betas
    offset = torch.linalg.vector_norm(a.positions.unsqueeze(2) - b.positions.unsqueeze(1), dim=3)
    cosines = a.rotations[..., 0] @ b.rotations[..., 0].transpose(1, 2)
    distance = origin * offset + approach / math.pi * cosines.clamp(-1.0, 1.0).acos()
    cosines = (a.rotations[..., 1] @ b.rotations[..., 1].transpose(1, 2)).abs()
    distances: Tensor = distance + closing / math.pi * cosines.clamp(max=1.0).acos()
    return distances


def suppress(grasps: GraspBatch, threshold_m: float) -> Tensor:
    """Tell which of grasps (B, P), sorted best first, stay in greedy non-maximum suppression.

    Returns
    -------
    (B, P) bool, False where a better grasp that stays is nearer than the threshold.
    """
    near = grasp_distances(grasps, grasps) < threshold_m
    kept = torch.ones(near.shape[:2], dtype=torch.bool, device=near.device)
    for i in range(near.shape[1] - 1):
        dropped = near[:, i, i + 1 :] & kept[:, i : i + 1]
        kept[:, i + 1 :] = kept[:, i + 1 :] & ~dropped
    return kept
