"""`SbgNetwork`: Scale-Balanced Grasp (Ma and Huang, CoRL 2022), and `SbgDetector` around it.

Points -> encoder -> seeds -> approach head -> the most graspable seeds and the best view of each
-> cylinders along it -> operation head. Section 3 and Fig. 2 of the paper; sizes from its
repository.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from grasp_learning.networks.cylinder_grouping import CylinderGrouping
from grasp_learning.networks.grasp_grid import GraspGrid
from grasp_learning.networks.operation_head import ApproachHead, OperationHead, Operations
from grasp_learning.networks.point_ops import gather
from grasp_learning.networks.point_transformer import (
    Encoding,
    Levels,
    PointTransformer,
    sample_levels,
)
from grasp_learning.networks.sbg_params import SbgParams
from grasp_learning.scale_balance import SCALES

#: Stands for the view of the highest score.
OWN_VIEW = -1


class SbgOutput(NamedTuple):
    """Predictions at S seeds, and grasps at K of them.

    graspable : (B, S, 2) logits of not and of graspable. view_scores : (B, S, 300). candidates :
    (B, K) index of the seeds with grasps. views : (B, K) view that `operations` are for.
    """

    graspable: Tensor
    view_scores: Tensor
    candidates: Tensor
    views: Tensor
    operations: Operations


class SbgNetwork(nn.Module):
    """The network as it is trained."""

    def __init__(self, params: SbgParams) -> None:
        super().__init__()
        self.level_points = params.level_points
        self.seeds = params.seeds
        self.candidates = min(params.candidates, params.seeds)
        self.max_width = params.max_width
        self.grid = GraspGrid()
        self.encoder = PointTransformer(params)
        self.approach = ApproachHead(4 * params.channels)
        self.cylinders = CylinderGrouping(params, self.grid.depths)
        self.operation = OperationHead(4 * params.channels)
        #: (32,) seeds of each class of scale that were seen in training (SBL).
        self.scale_counts = nn.Buffer(torch.zeros(SCALES, dtype=torch.int64))

    def forward(
        self, points: Tensor, levels: Levels, candidates: Tensor | None, views: Tensor
    ) -> SbgOutput:
        """Predict at the seeds of the encoder; parameters as those of `predict`.

        Parameters
        ----------
        levels : of `sample_levels`.
        """
        encoding = self.encoder(points, levels)
        return self.predict(points, encoding.seeds, encoding.seed_features, candidates, views)

    def predict(
        self,
        points: Tensor,
        seeds: Tensor,
        features: Tensor,
        candidates: Tensor | None,
        views: Tensor,
    ) -> SbgOutput:
        """Predict at any seeds that have features.

        Parameters
        ----------
        points : (B, N, 3) metres, in the approach frame.
        seeds, features : (B, S, 3) metres, (B, S, 4 channels).
        candidates : (B, K) index of seeds to predict grasps for; None takes the most graspable.
        views : (B, S) int64, view to predict the grasp of a seed for, or `OWN_VIEW`.
        """
        graspable, view_scores = self.approach(features)
        if candidates is None:
            rank = graspable[:, :, 1] - graspable[:, :, 0]
            candidates = rank.topk(min(self.candidates, seeds.shape[1]), dim=1).indices
        views = torch.where(views < 0, view_scores.argmax(dim=2), views).gather(1, candidates)
        described = self.cylinders(
            points,
            gather(seeds, candidates),
            gather(features, candidates),
            self.grid.rotations[views, 0],
        )
        operations = self.operation(described)
        return SbgOutput(graspable, view_scores, candidates, views, operations)

    def choose(self, output: SbgOutput) -> tuple[Tensor, Tensor]:
        """Choose the best grasp of each candidate.

        Each depth has its most likely angle; of the depths the one of the highest score is taken.
        The score is multiplied by the tolerance and the probability that the seed is graspable.

        Returns
        -------
        scores (B, K) in [0, 1], and cells (B, K): 12 depth + angle.
        """
        scores, angles, _, tolerances = output.operations
        angle = angles.argmax(dim=3, keepdim=True)  # (B, K, 4, 1)
        score, depth = scores.gather(3, angle).squeeze(3).max(dim=2)
        angle = angle.squeeze(3).gather(2, depth.unsqueeze(2)).squeeze(2)
        cell = depth * scores.shape[3] + angle
        tolerance = tolerances.flatten(2).gather(2, cell.unsqueeze(2)).squeeze(2)
        graspable = torch.softmax(output.graspable, dim=2)[:, :, 1].gather(1, output.candidates)
        return score.clamp(0.0, 1.0) * tolerance.clamp(0.0, 1.0) * graspable, cell

    def decode(self, seeds: Tensor, output: SbgOutput) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Give the chosen grasps, by the seeds (B, S, 3).

        Returns
        -------
        rotations (B, K, 3, 3), positions (B, K, 3), widths (B, K) in metres and scores (B, K).
        """
        scores, cell = self.choose(output)
        angles = self.grid.rotations.shape[1]
        depth, angle = torch.div(cell, angles, rounding_mode="floor"), cell % angles
        rotations = self.grid.rotations[output.views, angle]
        approach = rotations[:, :, :, 0]
        positions = (
            gather(seeds, output.candidates) + self.grid.depths[depth].unsqueeze(2) * approach
        )
        width = output.operations.widths.flatten(2).gather(2, cell.unsqueeze(2)).squeeze(2)
        return rotations, positions, width.clamp(0.0, 1.0) * self.max_width, scores


class EncoderSeeds(nn.Module):
    """Grasp at the seeds of the encoder, which cover the whole cloud evenly."""

    def forward(
        self, _points: Tensor, _levels: Levels, encoding: Encoding
    ) -> tuple[Tensor, Tensor]:
        """Give seeds (1, S, 3) and features (1, S, C)."""
        return encoding.seeds, encoding.seed_features


class SbgDetector(nn.Module):
    """Points of one cloud in, grasps out; compiles as TorchScript.

    Parameters
    ----------
    network : trained.
    sampler : moves the seeds, as `EncoderSeeds` and the samplers of `object_balanced_sampling`.
    """

    def __init__(self, network: SbgNetwork, sampler: nn.Module) -> None:
        super().__init__()
        self.network = network
        self.sampler = sampler
        self.own_view = OWN_VIEW

    def forward(self, points: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Find a grasp at each of the K most graspable seeds.

        Parameters
        ----------
        points : (N, 3) metres, N >= 1, in the approach frame, support and walls included, in random
            order.

        Returns
        -------
        rotations (K, 3, 3), positions (K, 3) midway between the fingertips, widths (K,) in metres
        and scores (K,) in [0, 1].
        """
        cloud = points.unsqueeze(0)
        levels = sample_levels(cloud, self.network.level_points, self.network.seeds)
        encoding = self.network.encoder(cloud, levels)
        seeds, features = self.sampler(cloud, levels, encoding)
        views = torch.full(seeds.shape[:2], self.own_view, dtype=torch.int64, device=points.device)
        output = self.network.predict(cloud, seeds, features, None, views)
        rotations, positions, widths, scores = self.network.decode(seeds, output)
        return rotations[0], positions[0], widths[0], scores[0]
