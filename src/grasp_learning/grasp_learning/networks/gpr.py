"""`GprNetwork`: Grasp Pose Refinement (Wei et al., ICRA 2021), and `GprDetector` around it.

Points -> backbone -> mask and one proposal per point -> NMS -> closing areas -> refined grasps with
confidence. Section V and Fig. 4 of the paper.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from grasp_learning.networks.bin_regression import BinRegression
from grasp_learning.networks.gpr_codec import (
    GraspBatch,
    at_contact,
    at_proposal,
    proposal_bins,
    take,
)
from grasp_learning.networks.gpr_params import GprParams
from grasp_learning.networks.gpr_refinement import Refinement
from grasp_learning.networks.point_ops import gather
from grasp_learning.networks.pointnet2 import PointNet2
from grasp_learning.networks.proposal_nms import suppress
from grasp_learning.networks.shared_mlp import shared_mlp

#: Metres of eq. 1: proposals nearer than this to a better one are dropped.
NMS_THRESHOLD_M = 0.02
#: Score of a proposal that is kept, at least; one that is suppressed has 0.
MIN_SCORE = 1e-30
#: Probability of being a contact that every point starts with, because few are. Without it focal
#: loss begins with the sum over all others (Lin et al. 2017, section 3.3).
MASK_PRIOR = 0.01


class Stage1(NamedTuple):
    """What stage 1 says of N points.

    mask : (B, N) logits of being a contact. codes : (B, N, channels) of `gpr_codec.from_contact`.
    features : (B, N, C).
    """

    mask: Tensor
    codes: Tensor
    features: Tensor


class GprNetwork(nn.Module):
    """Both stages as they are trained; `forward` is stage 1."""

    def __init__(self, params: GprParams) -> None:
        super().__init__()
        self.candidates = params.candidates
        self.max_width = params.max_width
        self.threshold, self.min_score = NMS_THRESHOLD_M, MIN_SCORE
        self.backbone = PointNet2(params)
        c = self.backbone.channels
        self.regression = BinRegression(proposal_bins(params.max_width))
        last = nn.Linear(c, 1)
        nn.init.constant_(last.bias, -math.log(1.0 / MASK_PRIOR - 1.0))
        self.mask = nn.Sequential(shared_mlp(c, c), last)
        self.codes = nn.Sequential(shared_mlp(c, c), nn.Linear(c, self.regression.channels))
        self.refinement = Refinement(params, c)

    def forward(self, points: Tensor) -> Stage1:
        """Look at points (B, N, 3), metres, in the approach frame."""
        features = self.backbone(points)
        return Stage1(self.mask(features).squeeze(2), self.codes(features), features)

    def propose(self, points: Tensor, stage1: Stage1, count: int) -> GraspBatch:
        """Take the best proposals of points (B, N, 3) and suppress those near to a better one.

        Returns
        -------
        (B, P) proposals without gradients, P = `count` or less where there are fewer candidates,
        best first. Suppressed ones come last, with score 0.
        """
        candidates = min(self.candidates, points.shape[1])
        logits, index = stage1.mask.detach().topk(candidates, dim=1)
        values = self.regression.decode(gather(stage1.codes.detach(), index))
        grasps = at_contact(gather(points, index), values, logits.sigmoid(), self.max_width)
        kept = suppress(grasps, self.threshold)
        kept, order = kept.sort(dim=1, descending=True, stable=True)
        best = take(grasps, order[:, :count])
        scores = best.scores.clamp(min=self.min_score) * kept[:, :count]
        return GraspBatch(best.rotations, best.positions, best.widths, scores)

    def refine(self, points: Tensor, stage1: Stage1, proposals: GraspBatch) -> GraspBatch:
        """Refine proposals (B, P); their scores become the confidence."""
        confidence, codes = self.refinement(points, stage1.features, proposals)
        values = self.refinement.regression.decode(codes)
        return at_proposal(proposals, values, confidence.sigmoid(), self.max_width)


class GprDetector(nn.Module):
    """Points of one cloud in, grasps out; compiles as TorchScript.

    Parameters
    ----------
    network : trained.
    proposals : grasps at most.
    stage1_only : give the proposals as they are, with the mask's probability as score.
    """

    def __init__(self, network: GprNetwork, proposals: int, stage1_only: bool = False) -> None:
        super().__init__()
        self.network = network
        self.proposals = proposals
        self.stage1_only = stage1_only

    def forward(self, points: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Find grasps.

        Parameters
        ----------
        points : (N, 3) metres, N >= 1, in the approach frame, support and walls included, in random
            order.

        Returns
        -------
        rotations (G, 3, 3), positions (G, 3) midway between the fingertips, widths (G,) in metres
        and scores (G,) in [0, 1].
        """
        cloud = points.unsqueeze(0)
        stage1 = self.network(cloud)
        grasps = self.network.propose(cloud, stage1, self.proposals)
        grasps = take(grasps, torch.nonzero(grasps.scores[0]).transpose(0, 1))
        if not self.stage1_only:
            grasps = self.network.refine(cloud, stage1, grasps)
        return grasps.rotations[0], grasps.positions[0], grasps.widths[0], grasps.scores[0]
