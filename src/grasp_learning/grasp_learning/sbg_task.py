"""`SbgTask`: trains Scale-Balanced Grasp on the grasp labels of each view."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from grasp_learning.networks.point_ops import gather
from grasp_learning.networks.point_transformer import sample_levels
from grasp_learning.networks.sbg import OWN_VIEW, EncoderSeeds, SbgDetector, SbgNetwork, SbgOutput
from grasp_learning.networks.sbg_losses import sbg_losses
from grasp_learning.networks.sbg_params import SbgParams
from grasp_learning.networks.sbg_targets import (
    FILLER,
    GraspLabels,
    OperationTargets,
    SeedTargets,
    find_pairs,
    operation_targets,
    seed_targets,
)
from grasp_learning.sbg_labels import label_scores, label_tolerances
from grasp_learning.scale_balance import scale_counts, seed_weights
from grasp_learning.scene_cloud import SceneCloud
from grasp_learning.task import EmptySampleError
from grasp_learning.view_sample import Float32, View

#: Labels of one view at most: 15 objects of 256. Of more, a part is drawn.
MAX_LABELS = 4096
#: Share of the graspable seeds whose operations are trained for a view that has a label. The others
#: are trained for the view that the network takes, so that it learns how good its own choice is.
GUIDED = 0.5


class Step(NamedTuple):
    """One pass over a batch: what the network said and what it should have said."""

    output: SbgOutput
    seeds: SeedTargets
    operations: OperationTargets
    on_object: Tensor


class SbgTask:
    """Views in, loss out."""

    def __init__(self, params: SbgParams) -> None:
        self.params = params
        self.network = SbgNetwork(params)

    @property
    def exportable(self) -> SbgDetector:
        """The module that becomes a TorchScript file; it keeps the seeds of the encoder."""
        return SbgDetector(self.network, EncoderSeeds())

    def prepare(self, view: View, rng: np.random.Generator) -> dict[str, Tensor]:
        """Draw a cloud from a view, with the labels that are free.

        Returns
        -------
        points (n, 3), instances (n,), the labels as `GraspLabels` for one view, with `MAX_LABELS`
        rows, and draws (seeds, 3) in [0, 1), which choose the grasps that are trained.

        Raises
        ------
        EmptySampleError : the camera measured nothing, or no grasp is free.
        """
        usable = np.flatnonzero(view.free & (view.quality > 0))
        if len(usable) == 0:
            raise EmptySampleError(f"none of {len(view.free)} grasps is free")
        cloud = SceneCloud.draw(view, self.params.points, self.params.noisy_clean, rng)
        usable = rng.permutation(usable)[:MAX_LABELS]
        labels = {
            "rotations": cloud.rotations(view.rotations[usable]),
            "positions": cloud.positions(view.positions[usable]),
            "widths": view.widths[usable],
            "scores": label_scores(view)[usable],
            "tolerances": label_tolerances(view)[usable],
        }
        sample = {name: _filled(values, 0) for name, values in labels.items()}
        sample["instances"] = _filled(view.grasp_instances[usable].astype(np.int64), FILLER)
        return {
            "points": torch.from_numpy(cloud.points),
            "point_instances": torch.from_numpy(cloud.instances),
            "draws": torch.from_numpy(rng.random((self.params.seeds, 3), dtype=np.float32)),
            **sample,
        }

    def loss(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Loss of eq. 2; the classes of scale are counted as training goes on."""
        step = self.step(batch, GUIDED)
        weights = torch.ones_like(step.seeds.widths)
        if self.params.scale_balanced:
            if self.network.training:
                self.network.scale_counts.add_(
                    scale_counts(step.seeds.widths, self.params.max_width)
                )
            weights = seed_weights(
                step.seeds.widths, self.network.scale_counts, self.params.max_width
            )
        return sbg_losses(
            step.output, step.seeds, step.operations, step.on_object, weights,
            self.params.max_width,
        )  # fmt: skip

    def metrics(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Tell how well seeds, views and grasps are chosen.

        Returns
        -------
        graspable : balanced accuracy over all seeds. view : share of the graspable candidates whose
        view has a label. score : mean label score of the grasps that the network takes at the best
        quarter of the candidates, 0 where no label is near.
        """
        step = self.step(batch, 0.0)
        graspable = step.seeds.graspable
        said = step.output.graspable.argmax(dim=2) == 1
        balanced = (said[graspable].float().mean() + (~said[~graspable]).float().mean()) / 2
        scores = step.operations.scores.flatten(2)  # (B, K, 48)
        hit = (scores.amax(dim=2) > 0)[graspable.gather(1, step.output.candidates)]
        rank, taken = self.network.choose(step.output)
        best = rank.flatten().topk(max(1, rank.numel() // 4)).indices
        reached = scores.gather(2, taken.unsqueeze(2)).flatten()[best]
        return {
            "graspable": balanced.nan_to_num(0.5),
            "view": hit.float().mean().nan_to_num(0.0),
            "score": reached.mean(),
        }

    def step(self, batch: dict[str, Tensor], guided: float) -> Step:
        """Predict and give targets.

        Parameters
        ----------
        guided : share of the graspable seeds that get a view with a label. Above 0, the candidates
            are seeds on objects, those with a label first; else the network takes its own.
        """
        points, grid = batch["points"], self.network.grid
        levels = sample_levels(points, self.params.level_points, self.params.seeds)
        index = levels.first.gather(1, levels.second)
        seeds, instances = gather(points, index), batch["point_instances"].gather(1, index)
        rows = int((batch["instances"] != FILLER).sum(dim=1).max())  # the others are filler
        labels = GraspLabels(*(batch[name][:, :rows] for name in GraspLabels._fields))
        pairs = find_pairs(seeds, instances, labels, grid)
        targets = seed_targets(pairs, labels, grid, (seeds.shape[0], seeds.shape[1]))
        candidates = None
        if guided > 0:
            rank = targets.graspable.float() + (instances > 0) + 0.5 * batch["draws"][:, :, 2]
            candidates = rank.topk(self.network.candidates, dim=1).indices
        views = _guided_views(targets, batch["draws"], guided)
        output: SbgOutput = self.network(points, levels, candidates, views)
        near = pairs.at(output.candidates, seeds.shape[1])
        operations = operation_targets(near, labels, grid, output.views, self.params.max_width)
        return Step(output, targets, operations, instances > 0)


def _filled(values: Float32, filler: int) -> Tensor:
    """Values (K, ...) with rows of filler up to `MAX_LABELS`."""
    rows = np.full((MAX_LABELS, *values.shape[1:]), filler, values.dtype)
    rows[: len(values)] = values
    return torch.from_numpy(rows)


def _guided_views(targets: SeedTargets, draws: Tensor, guided: float) -> Tensor:
    """View to train at each seed (B, S): one with a label, by its score, or the network's own."""
    cumulative = targets.views.cumsum(dim=2)
    reach = draws[:, :, 1:2] * cumulative[:, :, -1:]
    labelled = torch.searchsorted(cumulative, reach, right=True).squeeze(2)
    labelled = labelled.clamp(max=targets.views.shape[2] - 1)
    chosen = targets.graspable & (draws[:, :, 0] < guided)
    return torch.where(chosen, labelled, OWN_VIEW)
