"""`Task`: what the training loop asks of a network, and nothing else."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from torch import Tensor, nn

from grasp_learning.errors import LearningError
from grasp_learning.view_sample import View


class EmptySampleError(LearningError):
    """A view holds nothing that a task could learn from; training takes another one."""


class Task(Protocol):
    """A network with its targets and its loss.

    Lengths and poses are in the approach frame: z is the preferred approach direction (gravity in a
    cell), the origin is the mean of the points.
    """

    @property
    def network(self) -> nn.Module:
        """What is trained: all parameters and buffers."""
        ...

    @property
    def exportable(self) -> nn.Module:
        """The module that becomes a TorchScript file.

        A *proposer* has ``forward(points (N, 3)) -> (rotations (G, 3, 3), positions (G, 3), widths
        (G,), scores (G,))``. A *scorer* has ``forward(points (N, 3), rotations (C, 3, 3), positions
        (C, 3), widths (C,)) -> scores (C,)``. Scores are in [0, 1].
        """
        ...

    def prepare(self, view: View, rng: np.random.Generator) -> dict[str, Tensor]:
        """Turn a view into one sample of fixed sizes, augmented with `rng`; runs in a worker.

        Raises
        ------
        EmptySampleError : the view holds nothing to learn from.
        """
        ...

    def loss(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Give the scalar loss `total` of a batch, and its parts."""
        ...

    def metrics(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Give scalars that tell how good the network is; validation averages them."""
        ...
