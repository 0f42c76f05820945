"""Mixed precision that leaves geometry alone."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

#: The layers that nearly all of a network's arithmetic is in.
LAYERS = (nn.Linear, nn.Conv1d, nn.Conv2d)


def layers_in_bfloat16(network: nn.Module) -> None:
    """Let the layers with weights compute in bfloat16; what goes in and out stays float32.

    Plain autocast would do the same to every product of matrices, and with them to coordinates:
    bfloat16 has 8 bits, 2 mm in 0.5 m.
    """
    for layer in network.modules():
        if isinstance(layer, LAYERS):
            layer.forward = _in_bfloat16(layer.forward)  # type: ignore[assignment,method-assign]


def _in_bfloat16(forward: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    def wrapped(values: Tensor) -> Tensor:
        with torch.autocast(values.device.type, torch.bfloat16):
            return forward(values).float()

    return wrapped
