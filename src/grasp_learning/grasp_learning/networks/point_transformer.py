"""The point encoder: two set abstractions, each followed by attention among near points.

Scale-Balanced Grasp, section 3, with the sizes of its repository: set abstraction of PointNet++ (Qi
et al. 2017), vector attention of Point Transformer (Zhao et al. 2021, eq. 3).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn

from grasp_learning.networks.point_ops import (
    ball_neighbors,
    farthest_points,
    gather,
    nearest_neighbors,
)
from grasp_learning.networks.sbg_params import EncoderParams
from grasp_learning.networks.shared_mlp import shared_mlp

#: Metres, radii of the balls of the two levels.
RADII_M = (0.04, 0.1)


class Levels(NamedTuple):
    """Which points the two levels of the encoder stand on, as indices into the cloud.

    first : (B, level_points). second : (B, seeds), a part of the first, as indices into `first`.
    """

    first: Tensor
    second: Tensor


class Encoding(NamedTuple):
    """Features of both levels.

    level : (B, L, 3) metres. level_features : (B, L, 2 channels).
    seeds : (B, S, 3) metres. seed_features : (B, S, 4 channels).
    """

    level: Tensor
    level_features: Tensor
    seeds: Tensor
    seed_features: Tensor


def sample_levels(points: Tensor, level_points: int, seeds: int) -> Levels:
    """Choose the points of both levels from a cloud (B, N, 3) by farthest point sampling."""
    first = farthest_points(points, level_points)
    return Levels(first, farthest_points(gather(points, first), seeds))


class SetAbstraction(nn.Module):
    """Describe each centre by the largest features of the points in a ball around it.

    Parameters
    ----------
    inputs : features per point beside its place.
    channels : of the layers.
    radius : metres of the ball, and the unit of places in it.
    count : points taken from a ball.
    """

    def __init__(self, inputs: int, channels: tuple[int, ...], radius: float, count: int) -> None:
        super().__init__()
        self.radius = radius
        self.count = count
        self.layers = shared_mlp(3 + inputs, *channels)

    def forward(self, points: Tensor, features: Tensor, centers: Tensor) -> Tensor:
        """Describe centres (B, M, 3) by points (B, N, 3) and features (B, N, inputs)."""
        index = ball_neighbors(points, centers, self.radius, self.count)
        places = (gather(points, index) - centers.unsqueeze(2)) / self.radius
        grouped = torch.cat([places, gather(features, index)], dim=3)  # (B, M, count, 3 + inputs)
        # amax would be faster here, but its gradient takes twice as long.
        described: Tensor = self.layers(grouped).max(dim=2).values
        return described


class TransformerBlock(nn.Module):
    """Vector attention of each point to its nearest ones, with a residual.

    Parameters
    ----------
    channels : of features, in and out.
    attended : nearest points, itself among them.
    unit : metres that differences of places are measured in.
    """

    def __init__(self, channels: int, attended: int, unit: float) -> None:
        super().__init__()
        self.attended = attended
        self.unit = unit
        self.scale = 1.0 / math.sqrt(channels)
        self.enter = nn.Linear(channels, channels)
        self.query = nn.Linear(channels, channels, bias=False)
        self.key = nn.Linear(channels, channels, bias=False)
        self.value = nn.Linear(channels, channels, bias=False)
        self.place = _two_layers(3, channels)
        self.weight = _two_layers(channels, channels)
        self.leave = nn.Linear(channels, channels)

    def forward(self, points: Tensor, features: Tensor) -> Tensor:
        """Refine features (B, M, channels) of points (B, M, 3)."""
        _, index = nearest_neighbors(points, points, min(self.attended, points.shape[1]))
        entered = self.enter(features)
        query = self.query(entered).unsqueeze(2)  # (B, M, 1, C)
        key = gather(self.key(entered), index)  # (B, M, k, C)
        value = gather(self.value(entered), index)
        place = self.place((points.unsqueeze(2) - gather(points, index)) / self.unit)
        weight = torch.softmax(self.weight(query - key + place) * self.scale, dim=2)
        attended = (weight * (value + place)).sum(dim=2)
        refined: Tensor = self.leave(attended) + features
        return refined


class PointTransformer(nn.Module):
    """Encode a cloud at its seeds."""

    def __init__(self, params: EncoderParams) -> None:
        super().__init__()
        c = params.channels
        self.lower = SetAbstraction(0, (c, c, 2 * c), RADII_M[0], params.neighbors)
        self.lower_block = TransformerBlock(2 * c, params.attended, RADII_M[0])
        self.upper = SetAbstraction(
            2 * c, (2 * c, 2 * c, 4 * c), RADII_M[1], params.level_neighbors
        )
        self.upper_block = TransformerBlock(4 * c, params.attended, RADII_M[1])

    def forward(self, points: Tensor, levels: Levels) -> Encoding:
        """Encode clouds (B, N, 3); only differences of places enter."""
        level = gather(points, levels.first)
        nothing = points[:, :, :0]
        level_features = self.lower_block(level, self.lower(points, nothing, level))
        seeds = gather(level, levels.second)
        seed_features = self.upper_block(seeds, self.upper(level, level_features, seeds))
        return Encoding(level, level_features, seeds, seed_features)


def _two_layers(inputs: int, channels: int) -> nn.Sequential:
    return nn.Sequential(nn.Linear(inputs, channels), nn.ReLU(), nn.Linear(channels, channels))
