"""The heads: where and from which side to grasp, and how."""

from __future__ import annotations

from typing import NamedTuple

from torch import Tensor, nn

from grasp_learning.graspnet1b.labels import ANGLES, VIEWS
from grasp_learning.networks.shared_mlp import shared_mlp


class Operations(NamedTuple):
    """What is predicted for one view of each seed, each (B, S, 4 depths, 12 angles).

    scores : of grasps, higher is better. angles : logits of the angle. widths : over the largest
    width. tolerances : of grasps, in [0, 1].
    """

    scores: Tensor
    angles: Tensor
    widths: Tensor
    tolerances: Tensor


class ApproachHead(nn.Module):
    """Whether a seed can be grasped, and from which side."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            shared_mlp(channels, channels, VIEWS + 2), nn.Linear(VIEWS + 2, VIEWS + 2)
        )

    def forward(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Give logits (B, S, 2) of not and of graspable, and view scores (B, S, 300)."""
        outputs: Tensor = self.layers(features)
        return outputs[:, :, :2], outputs[:, :, 2:]


class OperationHead(nn.Module):
    """Angle, depth and width of a grasp from a given side, its score and its tolerance."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        half = channels // 2
        self.operation = nn.Sequential(
            shared_mlp(channels, half, half), nn.Linear(half, 3 * ANGLES)
        )
        self.tolerance = nn.Sequential(shared_mlp(channels, half, half), nn.Linear(half, ANGLES))

    def forward(self, features: Tensor) -> Operations:
        """Map (B, S, depths, channels)."""
        scores, angles, widths = self.operation(features).chunk(3, dim=3)
        return Operations(scores, angles, widths, self.tolerance(features))
