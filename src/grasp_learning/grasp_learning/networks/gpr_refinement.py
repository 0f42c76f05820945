"""Stage 2 of GPR: look at the closing area of each proposal, refine it and say how good it is.

Section V-B. The encoder is PointRCNN's (Shi et al. 2019): local coordinates are lifted, merged with
the features of stage 1 and described by two set abstractions and a maximum.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from grasp_learning.networks.bin_regression import BinRegression
from grasp_learning.networks.gpr_codec import GraspBatch, refinement_bins
from grasp_learning.networks.gpr_params import GprParams
from grasp_learning.networks.point_ops import box_neighbors, farthest_points, gather
from grasp_learning.networks.point_transformer import SetAbstraction
from grasp_learning.networks.shared_mlp import shared_mlp

#: Metres that the closing area is enlarged by on each side (the paper's epsilon): the thickness of
#: a finger, so that it is seen where the fingers go, and the size of a bin of stage 1.
ENLARGEMENT_M = 0.02
#: Lengths in a region are in units of this, which makes them of order 1.
UNIT_M = 0.02
#: Metres, radii of the two set abstractions.
REGION_RADII_M = (0.015, 0.03)
#: Points of a region for each of its centres; and centres of the first for each of the second.
REGION_RATIO = 4


class Refinement(nn.Module):
    """The second stage.

    Parameters
    ----------
    features : channels of stage 1's features.
    """

    def __init__(self, params: GprParams, features: int) -> None:
        super().__init__()
        c = 2 * features  # 256 in full size
        self.region_points = params.region_points
        self.lower_points = params.region_points // REGION_RATIO
        self.upper_points = self.lower_points // REGION_RATIO
        self.enlargement, self.unit = ENLARGEMENT_M, UNIT_M
        self.pad_length, self.finger_width = params.pad_length, params.finger_width
        self.regression = BinRegression(refinement_bins())
        self.lift = shared_mlp(4, features, features)
        self.merge = shared_mlp(2 * features, features)
        self.lower = SetAbstraction(
            features, (features, features, features), REGION_RADII_M[0], params.neighbors
        )
        self.upper = SetAbstraction(
            features, (features, features, c), REGION_RADII_M[1], params.neighbors
        )
        self.whole = shared_mlp(3 + c, c, 2 * c)
        self.confidence = nn.Sequential(shared_mlp(2 * c, c, c), nn.Linear(c, 1))
        self.codes = nn.Sequential(shared_mlp(2 * c, c, c), nn.Linear(c, self.regression.channels))

    def forward(
        self, points: Tensor, features: Tensor, proposals: GraspBatch
    ) -> tuple[Tensor, Tensor]:
        """Judge and refine proposals (B, P).

        Parameters
        ----------
        points, features : (B, N, 3) metres, (B, N, C) of stage 1.

        Returns
        -------
        confidence : (B, P) logits of being near a good grasp.
        codes : (B, P, channels) of `gpr_codec.from_proposal`.
        """
        local, described = self.crop(points, features, proposals)
        batch, count = local.shape[0], local.shape[1]
        local, described = local.flatten(0, 1), described.flatten(0, 1)  # regions are clouds
        half = (proposals.widths.flatten() / 2)[:, None, None]
        to_finger = half - local[:, :, 1:2].abs()
        lifted = self.lift(torch.cat([local, to_finger], dim=2) / self.unit)
        merged = self.merge(torch.cat([lifted, described], dim=2))
        lower = gather(local, farthest_points(local, self.lower_points))
        merged = self.lower(local, merged, lower)
        upper = gather(lower, farthest_points(lower, self.upper_points))
        merged = self.upper(lower, merged, upper)
        whole = self.whole(torch.cat([upper / self.unit, merged], dim=2)).amax(dim=1)
        confidence = self.confidence(whole).view(batch, count)
        return confidence, self.codes(whole).view(batch, count, -1)

    def crop(
        self, points: Tensor, features: Tensor, proposals: GraspBatch
    ) -> tuple[Tensor, Tensor]:
        """Take the points in the enlarged closing area of each proposal (Fig. 4).

        Returns
        -------
        local : (B, P, K, 3) metres in the frames of the proposals; all 0 where there is no point.
        features : (B, P, K, C) of the points.
        """
        half = torch.zeros_like(proposals.positions)
        half[:, :, 1] = proposals.widths / 2
        half[:, :, 2] = self.finger_width / 2
        half = half + self.enlargement
        low = -half
        low[:, :, 0] -= self.pad_length
        index, inside = box_neighbors(
            points, proposals.positions, proposals.rotations, low, half, self.region_points
        )
        offset = gather(points, index) - proposals.positions.unsqueeze(2)
        some = inside[:, :, :1].unsqueeze(3)  # the first one fills what is missing
        return (offset @ proposals.rotations) * some, gather(features, index) * some
