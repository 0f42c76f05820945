"""The backbone of GPR: PointNet++ with multi-scale grouping (Qi et al. 2017, section 3).

Four set abstractions, then four feature propagations back to every point; the sizes are those of
PointRCNN. Only differences of places enter, so that the features do not depend on the origin.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from grasp_learning.networks.gpr_params import GprParams
from grasp_learning.networks.point_ops import farthest_points, gather, interpolate
from grasp_learning.networks.point_transformer import SetAbstraction
from grasp_learning.networks.shared_mlp import shared_mlp

#: Metres, two balls per level. PointRCNN's 0.1 to 4 m are for streets; these are from the contact
#: of a finger to the size of an object and its neighbour.
RADII_M = ((0.01, 0.02), (0.02, 0.04), (0.04, 0.08), (0.08, 0.16))
#: Each level has this share of the points of the one below.
LEVEL_RATIO = 4


class MultiScaleAbstraction(nn.Module):
    """Describe each centre by balls of two radii around it.

    Parameters
    ----------
    inputs : features per point beside its place.
    width : channels of the first layers; a ball ends with twice as many.
    neighbors : points taken from the smaller ball; from the larger one twice as many.
    """

    def __init__(self, inputs: int, width: int, radii: tuple[float, float], neighbors: int) -> None:
        super().__init__()
        self.small = SetAbstraction(inputs, (width, width, 2 * width), radii[0], neighbors)
        self.large = SetAbstraction(inputs, (width, width, 2 * width), radii[1], 2 * neighbors)
        self.channels = 4 * width

    def forward(self, points: Tensor, features: Tensor, centers: Tensor) -> Tensor:
        """Describe centres (B, M, 3) by points (B, N, 3) and features (B, N, inputs)."""
        small = self.small(points, features, centers)
        return torch.cat([small, self.large(points, features, centers)], dim=2)


class FeaturePropagation(nn.Module):
    """Bring the features of a coarse level to the points of a finer one."""

    def __init__(self, coarse: int, fine: int, width: int) -> None:
        super().__init__()
        self.layers = shared_mlp(coarse + fine, width, width)

    def forward(
        self, coarse: Tensor, coarse_features: Tensor, fine: Tensor, fine_features: Tensor
    ) -> Tensor:
        """Join features at fine points (B, N, 3), from coarse ones (B, M, 3), to (B, N, width)."""
        lifted = interpolate(coarse_features, coarse, fine)
        joined: Tensor = self.layers(torch.cat([lifted, fine_features], dim=2))
        return joined


class PointNet2(nn.Module):
    """Features for every point of a cloud.

    Attributes
    ----------
    channels : of the features.
    """

    def __init__(self, params: GprParams) -> None:
        super().__init__()
        c = params.channels
        self.level_points = params.level_points
        self.ratio = LEVEL_RATIO
        widths = (c, 4 * c, 8 * c, 16 * c)
        inputs = [0, *(4 * width for width in widths)]  # features of the cloud and of the levels
        self.abstractions = nn.ModuleList(
            MultiScaleAbstraction(before, width, radii, params.neighbors)
            for before, width, radii in zip(inputs[:4], widths, RADII_M, strict=True)
        )
        outputs = (32 * c, 32 * c, 16 * c, 8 * c)  # of the propagations, the coarsest first
        coarse = (inputs[4], *outputs[:3])
        self.propagations = nn.ModuleList(
            FeaturePropagation(*sizes)
            for sizes in zip(coarse, reversed(inputs[:4]), outputs, strict=True)
        )
        self.channels = outputs[3]

    def forward(self, points: Tensor) -> Tensor:
        """Features (B, N, channels) of clouds (B, N, 3)."""
        places = [points]
        features = [points[:, :, :0]]
        count = self.level_points
        for abstraction in self.abstractions:
            centers = gather(places[-1], farthest_points(places[-1], count))
            features.append(abstraction(places[-1], features[-1], centers))
            places.append(centers)
            count = count // self.ratio
        lifted = features[-1]
        level = len(places) - 1
        for propagation in self.propagations:
            fine = level - 1
            lifted = propagation(places[level], lifted, places[fine], features[fine])
            level = fine
        return lifted
