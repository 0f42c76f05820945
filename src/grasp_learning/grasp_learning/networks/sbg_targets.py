"""Targets of Scale-Balanced Grasp: what the labels near a seed say of the grasps of its grid.

GraspNet-1Billion has a label for every grasp of the grid of every point. Ours are fewer: the grasps
in force closure that were found by sampling, thinned out. So a label counts for every grasp of the
grid near it: one on the same object whose origin is within `NEAR_M`, whose approach is within
`NEAR_ANGLE_RAD`, and whose angle is the nearest of the grid.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from grasp_learning.graspnet1b.labels import ANGLES, VIEWS
from grasp_learning.networks.grasp_grid import GraspGrid

#: Metres. Depths are 1 cm apart, so that a label on the line of approach is within 5 mm of a grasp
#: of the grid; the line may pass the label by 5 mm too, the radius of a contact pad's patch.
NEAR_M = 0.007
#: Half the angle between the 12 approaches around one contact pair (`object_labels`), and less than
#: the friction cone at 0.3 (16.7 degrees), in which a turned closing direction must stay.
NEAR_ANGLE_RAD = math.radians(15.0)
#: Metres, the instance number of rows that only fill a batch.
FILLER = -1


class GraspLabels(NamedTuple):
    """Free grasps of a batch of views, in the frame of its points; rows may be filler.

    rotations (B, G, 3, 3), columns approach, closing direction, their cross product. positions (B,
    G, 3) metres, midway between the fingertips. widths (B, G) metres. scores (B, G) in (0, 1].
    tolerances (B, G) in [0, 1]. instances (B, G) int64, `FILLER` where the row is empty.
    """

    rotations: Tensor
    positions: Tensor
    widths: Tensor
    scores: Tensor
    tolerances: Tensor
    instances: Tensor


class Pairs(NamedTuple):
    """P pairs of a seed and a label of the same object that may be near the grid of the seed.

    seed, grasp (P,): index into all seeds and all labels of the batch. offset (P, 3) metres: from
    the origin of the label to the seed.
    """

    seed: Tensor
    grasp: Tensor
    offset: Tensor

    def at(self, seeds: Tensor, total: int) -> Pairs:
        """Keep the pairs of K of the `total` seeds of each cloud, `seeds` (B, K), in this order."""
        batch, kept = seeds.shape
        first = torch.arange(batch, device=seeds.device).unsqueeze(1) * total
        place = torch.full((batch * total,), -1, dtype=torch.int64, device=seeds.device)
        place[(first + seeds).flatten()] = torch.arange(batch * kept, device=seeds.device)
        seed = place[self.seed]
        return Pairs(seed[seed >= 0], self.grasp[seed >= 0], self.offset[seed >= 0])


class SeedTargets(NamedTuple):
    """What the approach head should say of each seed.

    views (B, S, 300): best score of the labels near the grid's grasps from this side, 0 for none.
    widths (B, S): metres, width of the best label: the paper's scale of the seed; 0 without one.
    """

    views: Tensor
    widths: Tensor

    @property
    def graspable(self) -> Tensor:
        """(B, S) whether the seed has a label."""
        return self.widths > 0


class OperationTargets(NamedTuple):
    """What the operation head should say of one view of K seeds, each (B, K, 4, 12).

    scores: 0 where no label is near. widths: metres, and tolerances, of the best label.
    """

    scores: Tensor
    widths: Tensor
    tolerances: Tensor


def find_pairs(seeds: Tensor, instances: Tensor, labels: GraspLabels, grid: GraspGrid) -> Pairs:
    """Find the labels near each seed.

    Parameters
    ----------
    seeds, instances : (B, S, 3) metres, (B, S) int64; 0 is the background.
    """
    approach = labels.rotations[:, :, :, 0]
    along = (labels.positions * approach).sum(2).unsqueeze(1) - seeds @ approach.transpose(1, 2)
    aside = torch.cdist(seeds, labels.positions).square() - along.square()  # (B, S, G)
    deepest = float(grid.depths.max())
    # A grasp within both limits starts no farther than this from the label's line of approach.
    widest = NEAR_M + deepest * math.sin(NEAR_ANGLE_RAD)
    same = instances.unsqueeze(2) == labels.instances.unsqueeze(1)
    near = same & (along > 0) & (along < deepest + NEAR_M) & (aside < widest**2)
    batch, seed, grasp = near.nonzero(as_tuple=True)
    offset = seeds[batch, seed] - labels.positions[batch, grasp]
    return Pairs(batch * seeds.shape[1] + seed, batch * labels.widths.shape[1] + grasp, offset)


def seed_targets(
    pairs: Pairs, labels: GraspLabels, grid: GraspGrid, shape: tuple[int, int]
) -> SeedTargets:
    """Judge all views of the seeds.

    Parameters
    ----------
    shape : (B, S).
    """
    approach = labels.rotations.flatten(0, 1)[pairs.grasp, :, 0]
    facing = approach @ grid.approaches.T > math.cos(NEAR_ANGLE_RAD)  # (P, 300)
    along = pairs.offset @ grid.approaches.T
    square = pairs.offset.square().sum(1, keepdim=True)
    near = torch.zeros_like(facing)
    for depth in grid.depths:  # |offset + depth approach|^2
        near |= square + 2.0 * depth * along + depth**2 < NEAR_M**2
    pair, view = (facing & near).nonzero(as_tuple=True)
    seed, grasp = pairs.seed[pair], pairs.grasp[pair]
    score, width = labels.scores.flatten()[grasp], labels.widths.flatten()[grasp]
    count = shape[0] * shape[1]
    views = _greatest(seed * VIEWS + view, score, count * VIEWS)
    best = score == views.view(count, VIEWS).amax(dim=1)[seed]
    widths = _greatest(seed[best], width[best], count)
    return SeedTargets(views.view(*shape, VIEWS), widths.view(shape))


def operation_targets(
    pairs: Pairs, labels: GraspLabels, grid: GraspGrid, views: Tensor, max_width: float
) -> OperationTargets:
    """Judge the grid's grasps from one side of each seed.

    One beside its label opens wider, by what its fingers need to pass the same contacts.

    Parameters
    ----------
    pairs : of these seeds.
    views : (B, K).
    """
    rotation = labels.rotations.flatten(0, 1)[pairs.grasp]
    level = grid.rotations[views.flatten()[pairs.seed], 0]  # (P, 3, 3)
    approach = level[:, :, 0]
    facing = (rotation[:, :, 0] * approach).sum(1) > math.cos(NEAR_ANGLE_RAD)
    across = (level * rotation[:, :, 1:2]).sum(1)  # closing direction in the level frame
    turn = torch.atan2(across[:, 2], across[:, 1]) * (ANGLES / math.pi)
    angle = torch.remainder(torch.round(turn).long(), ANGLES)  # the jaws are alike
    aside = pairs.offset.unsqueeze(1) + grid.depths.view(-1, 1) * approach.unsqueeze(1)
    near = facing.unsqueeze(1) & (aside.square().sum(2) < NEAR_M**2)  # (P, 4)
    pair, depth = near.nonzero(as_tuple=True)
    seed, angle, grasp = pairs.seed[pair], angle[pair], pairs.grasp[pair]
    closing = grid.rotations[views.flatten()[seed], angle, :, 1]
    beside = (aside[pair, depth] * closing).sum(1).abs()
    width = (labels.widths.flatten()[grasp] + 2.0 * beside).clamp(max=max_width)
    score = labels.scores.flatten()[grasp]
    shape = (*views.shape, len(grid.depths), ANGLES)
    count = math.prod(shape)
    cell = (seed * len(grid.depths) + depth) * ANGLES + angle
    scores = _greatest(cell, score, count)
    best = score == scores[cell]
    widths = _greatest(cell[best], width[best], count)
    tolerances = _greatest(cell[best], labels.tolerances.flatten()[grasp[best]], count)
    return OperationTargets(scores.view(shape), widths.view(shape), tolerances.view(shape))


def _greatest(cell: Tensor, values: Tensor, count: int) -> Tensor:
    """Greatest of the positive values in each cell (count,); 0 in an empty one."""
    empty = torch.zeros(count, dtype=values.dtype, device=values.device)
    return empty.scatter_reduce(0, cell, values, "amax")
