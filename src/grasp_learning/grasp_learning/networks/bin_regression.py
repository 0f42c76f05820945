"""Regression of a number by the bin that it lies in and its place there (GPR, eq. 3 and 4)."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class Bins:
    """Even bins of one quantity: `count` bins of `size`, the first one from `start`."""

    start: float
    size: float
    count: int


class BinRegression(nn.Module):
    """Codes of Q quantities: logits of the bins of each, and a residual for each bin.

    A residual is the distance from the middle of the bin in units of the bin, so that it is in
    [-1/2, 1/2] inside. A value beyond all bins belongs to the bin at the end, with a larger one.

    Attributes
    ----------
    channels : length of a code. Quantity by quantity, it holds the logits, then the residuals.
    """

    def __init__(self, quantities: tuple[Bins, ...]) -> None:
        super().__init__()
        self.starts = [bins.start for bins in quantities]
        self.sizes = [bins.size for bins in quantities]
        self.counts = [bins.count for bins in quantities]
        self.lengths = [2 * bins.count for bins in quantities]
        self.channels = sum(self.lengths)

    def encode(self, values: Tensor) -> tuple[Tensor, Tensor]:
        """Give the bins, int64, and the residuals of values (..., Q), both (..., Q)."""
        bins: list[Tensor] = []
        residuals: list[Tensor] = []
        for i, value in enumerate(values.unbind(-1)):
            place = (value - self.starts[i]) / self.sizes[i]
            number = place.floor().clamp(0, self.counts[i] - 1)
            bins.append(number.long())
            residuals.append(place - number - 0.5)
        return torch.stack(bins, dim=-1), torch.stack(residuals, dim=-1)

    def decode(self, codes: Tensor) -> Tensor:
        """Give the values (..., Q) that codes (..., channels) stand for: the most likely bins."""
        values: list[Tensor] = []
        for i, code in enumerate(torch.split(codes, self.lengths, dim=-1)):
            logits, residuals = code.chunk(2, dim=-1)
            number = logits.argmax(dim=-1, keepdim=True)
            place = (number + 0.5 + residuals.gather(-1, number)).squeeze(-1)
            values.append(self.starts[i] + self.sizes[i] * place)
        return torch.stack(values, dim=-1)

    def loss(self, codes: Tensor, values: Tensor) -> Tensor:
        """Compare K codes (K, channels) with values (K, Q), eq. 5.

        Returns
        -------
        (K,) sum over the quantities of the cross entropy of the bin and the smooth L1 distance of
        the residual of the right bin.
        """
        bins, residuals = self.encode(values)
        total = torch.zeros(len(codes), dtype=codes.dtype, device=codes.device)
        for i, code in enumerate(torch.split(codes, self.lengths, dim=-1)):
            logits, predicted = code.chunk(2, dim=-1)
            right = predicted.gather(1, bins[:, i : i + 1]).squeeze(1)
            total = total + functional.cross_entropy(logits, bins[:, i], reduction="none")
            total = total + functional.smooth_l1_loss(right, residuals[:, i], reduction="none")
        return total
