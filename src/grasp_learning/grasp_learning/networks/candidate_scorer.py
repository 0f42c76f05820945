"""Scorers of grasp candidates: how likely each of many grasps in a scene holds.

They are trained on grasps that a free gripper executed in physics, so that a score is a probability
of success. Geometry proposes the grasps; a scorer looks at the points around each of them, in its
own frame, which makes the score independent of where the grasp is.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

#: Plastic on rubber has more; who presumes little prefers the grasps that hold with little.
FRICTION = 0.35
#: Probabilities nearer to 0 or 1 are taken for this when they are calibrated.
NEAREST = 1e-6


class CandidateScorer(nn.Module):
    """What all scorers share.

    A scorer classifies how a grasp ends; class 0 is a grasp that is held.

    Attributes
    ----------
    class_of_outcome : class of each `grasp_sim.trial.Outcome`, in its order.
    classes : number of classes.
    friction : coefficient that a detection presumes; no cloud tells it.
    slope, offset : of the log odds of a detection's scores (Platt 1999); 1 and 0 leave them. See
        `grasp_learning.calibration`.
    """

    def __init__(self, class_of_outcome: tuple[int, ...], friction: float = FRICTION) -> None:
        super().__init__()
        self.friction = friction
        self.slope, self.offset, self.nearest = 1.0, 0.0, NEAREST
        self.class_of_outcome = class_of_outcome
        self.classes = max(class_of_outcome) + 1

    def describe(
        self,
        points: Tensor,
        rotations: Tensor,
        positions: Tensor,
        widths: Tensor,
        friction: float,
    ) -> list[Tensor]:
        """Crop and normalise what the scorer sees of C grasps; nothing here is learned.

        Parameters
        ----------
        points : (N, 3) metres, in the approach frame (z = preferred approach, down in a cell),
            support and walls included, in random order.
        rotations, positions, widths : (C, 3, 3), (C, 3), (C,) grasps in that frame.
        friction : coefficient between the objects and the pads.

        Returns
        -------
        Tensors (C, ...) that `logits` takes.
        """
        raise NotImplementedError

    def logits(self, description: list[Tensor]) -> Tensor:
        """Logits (C, classes) of what `describe` gives."""
        raise NotImplementedError

    def forward(
        self, points: Tensor, rotations: Tensor, positions: Tensor, widths: Tensor
    ) -> Tensor:
        """Scores (C,) in [0, 1] of C grasps; parameters as those of `describe`."""
        described = self.describe(points, rotations, positions, widths, self.friction)
        return self.calibrated(self.logits(described).softmax(dim=1)[:, 0])

    def calibrated(self, probability: Tensor) -> Tensor:
        """Correct probabilities (C,); their order stays."""
        return torch.sigmoid(self.slope * torch.logit(probability, self.nearest) + self.offset)


class PointEncoder(nn.Module):
    """PointNet (Qi et al. 2017): the same layers for every point, then the maximum over them.

    Parameters
    ----------
    inputs : features per point.
    widths : channels of the layers.
    """

    def __init__(self, inputs: int, widths: tuple[int, ...]) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for width in widths:
            layers += [nn.Linear(inputs, width, bias=False), nn.BatchNorm1d(width), nn.ReLU()]
            inputs = width
        self.layers = nn.Sequential(*layers)

    def forward(self, points: Tensor) -> Tensor:
        """Encode (C, K, inputs) as (C, widths[-1])."""
        # All points as one matrix: on a CPU 1.6 times as fast as a convolution of width 1.
        encoded = self.layers(points.flatten(0, 1))
        shape = (points.shape[0], points.shape[1], encoded.shape[1])
        regions: Tensor = encoded.view(shape).amax(dim=1)
        return regions
