from __future__ import annotations

import torch
from torch import nn

from grasp_learning.layer_precision import layers_in_bfloat16


class Turn(nn.Module):
    """A product of matrices that is geometry, then a layer."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(2, 1, bias=False)

    def forward(self, points: torch.Tensor, rotation: torch.Tensor) -> torch.Tensor:
        self.turned = points @ rotation
        return self.layer(self.turned)


def test_layers_round_and_geometry_does_not() -> None:
    network = Turn()
    with torch.no_grad():
        network.layer.weight.copy_(torch.tensor([[1.0, 0.0]]))
    exact = 1.0 + 2.0**-10  # bfloat16 has 8 bits
    points = torch.tensor([[exact, 0.0]])
    assert network(points, torch.eye(2)).item() == exact
    layers_in_bfloat16(network)
    result = network(points, torch.eye(2))
    assert network.turned[0, 0].item() == exact
    assert result.item() == 1.0
    assert result.dtype == torch.float32


def test_gradients_reach_the_weights_in_float32() -> None:
    network = nn.Sequential(nn.Conv1d(2, 3, 1), nn.Flatten(), nn.Linear(12, 1))
    layers_in_bfloat16(network)
    network(torch.randn(5, 2, 4, generator=torch.Generator().manual_seed(0))).sum().backward()
    for parameter in network.parameters():
        assert parameter.grad is not None
        assert parameter.grad.dtype == torch.float32
        assert parameter.grad.abs().sum() > 0
