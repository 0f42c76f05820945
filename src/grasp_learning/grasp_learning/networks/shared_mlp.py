"""Layers that are the same for every point."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn


class SharedLayer(nn.Module):
    """A linear layer over the last axis, batch normalisation over all others, and ReLU.

    Parameters
    ----------
    inputs, outputs : channels.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.linear = nn.Linear(inputs, outputs, bias=False)
        self.norm = nn.BatchNorm1d(outputs)

    def forward(self, features: Tensor) -> Tensor:
        """Map (..., inputs) to (..., outputs)."""
        mixed: Tensor = self.linear(features)
        normal: Tensor = self.norm(mixed.flatten(0, -2))
        return torch.relu(normal).view_as(mixed)


def shared_mlp(*channels: int) -> nn.Sequential:
    """Stack layers of the given widths, the inputs' first."""
    return nn.Sequential(*(SharedLayer(*pair) for pair in pairwise(channels)))
