"""`GprTask`: trains GPR end to end on the contact points and grasp labels of each view."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from grasp_learning.networks.gpr import GprDetector, GprNetwork, Stage1
from grasp_learning.networks.gpr_codec import GraspBatch
from grasp_learning.networks.gpr_losses import stage1_losses, stage2_losses
from grasp_learning.networks.gpr_params import GprParams
from grasp_learning.networks.gpr_targets import (
    NO_CONTACT,
    describable,
    jittered,
    point_labels,
    refinable,
)
from grasp_learning.scene_cloud import SceneCloud
from grasp_learning.task import EmptySampleError
from grasp_learning.view_sample import Float32, View

#: Labels of one view at most: 15 objects of 256. Of more, a part is drawn.
MAX_LABELS = 4096
#: What the rows that are no label hold: far from any proposal.
NOWHERE_M = 1e3
#: Parts of the grasps of a sample.
PARTS = ("rotations", "positions", "widths")
#: Of the proposals in training, one in so many is a label that was moved and turned at random.
GUIDED_RATIO = 4
#: Metres, for the metric that counts exact widths (the paper's Table I).
EXACT_WIDTH_M = 0.005


class GprTask:
    """Views in, loss out."""

    def __init__(self, params: GprParams) -> None:
        self.params = params
        self.network = GprNetwork(params)

    @property
    def exportable(self) -> GprDetector:
        """The module that becomes a TorchScript file."""
        return GprDetector(self.network, self.params.proposals)

    def prepare(self, view: View, rng: np.random.Generator) -> dict[str, Tensor]:
        """Draw a cloud from a view, with the labels that are free and that stage 1 can express.

        Returns
        -------
        points (n, 3); label_rows (n,) of `point_labels`; the labels with `MAX_LABELS` rows; the
        labels moved at random, which are proposals in training, as guide_rotations and so on.

        Raises
        ------
        EmptySampleError : the camera measured nothing, or no contact point of a free grasp.
        """
        cloud = SceneCloud.draw(view, self.params.points, False, rng)
        rotations = cloud.rotations(view.rotations)
        usable = view.free & (view.quality > 0) & describable(rotations[:, :, 0])
        rows = rng.permutation(np.flatnonzero(usable))[:MAX_LABELS]
        label_rows = point_labels(
            view.grasp_index[cloud.pixels], cloud.instances > 0, rows, len(usable)
        )
        if not (label_rows > NO_CONTACT).any():
            raise EmptySampleError(f"the cloud shows no contact of {len(rows)} usable grasps")
        labels = rotations[rows], cloud.positions(view.positions[rows]), view.widths[rows]
        drawn = rng.integers(len(rows), size=self.params.training_proposals // GUIDED_RATIO)
        near = labels[0][drawn], labels[1][drawn], labels[2][drawn]
        guides = jittered(near, self.params.max_width, rng)
        return {
            "points": torch.from_numpy(cloud.points),
            "label_rows": torch.from_numpy(label_rows),
            **{name: _filled(part) for name, part in zip(PARTS, labels, strict=True)},
            **{f"guide_{name}": torch.from_numpy(p) for name, p in zip(PARTS, guides, strict=True)},
        }

    def loss(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Sum of both stages' losses. Proposals pass on no gradients, the features of points do."""
        network, points, labels = self.network, batch["points"], _grasps(batch, "")
        stage1: Stage1 = network(points)
        guides = _grasps(batch, "guide_")
        own = network.propose(
            points, stage1, self.params.training_proposals - guides.widths.shape[1]
        )
        proposals = GraspBatch(*(torch.cat(pair, dim=1) for pair in zip(own, guides, strict=True)))
        confidence, codes = network.refinement(points, stage1.features, proposals)
        parts = {
            **stage1_losses(stage1, network.regression, points, batch["label_rows"], labels),
            **stage2_losses(
                confidence,
                codes,
                network.refinement.regression,
                proposals,
                refinable(proposals, labels),
            ),
        }
        return {"total": torch.stack(list(parts.values())).sum(), **parts}

    def metrics(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Tell how good mask, proposals and refined grasps are.

        Returns
        -------
        mask : share of contacts among the points of the best mask, taken as many as there are
        contacts. stage1_pose, stage2_pose : share of the proposals after NMS, and of the same after
        refinement, that are near a label (Table II). stage1_width, stage2_width : share of those
        whose width is exact (Table I). best_pose : as stage2_pose, of the tenth with the highest
        confidence.
        """
        points, labels = batch["points"], _grasps(batch, "")
        stage1: Stage1 = self.network(points)
        contact = (batch["label_rows"] != NO_CONTACT).flatten()
        best = stage1.mask.flatten().topk(int(contact.sum())).indices
        proposals = self.network.propose(points, stage1, self.params.proposals)
        refined = self.network.refine(points, stage1, proposals)
        kept = proposals.scores > 0
        measured = {"mask": contact[best].float().mean().nan_to_num(0.0)}
        for name, grasps in (("stage1", proposals), ("stage2", refined)):
            targets = refinable(grasps, labels)
            exact = (grasps.widths - targets.labels.widths).abs() < EXACT_WIDTH_M
            measured[f"{name}_pose"] = targets.good[kept].float().mean()
            measured[f"{name}_width"] = exact[kept & targets.good].float().mean().nan_to_num(0.0)
        order = refined.scores[kept].argsort(descending=True)[: max(1, int(kept.sum()) // 10)]
        measured["best_pose"] = refinable(refined, labels).good[kept][order].float().mean()
        return measured


def _grasps(batch: dict[str, Tensor], prefix: str) -> GraspBatch:
    """Grasps of a batch; those of data have no score."""
    rotations, positions, widths = (batch[f"{prefix}{name}"] for name in PARTS)
    return GraspBatch(rotations, positions, widths, torch.zeros_like(widths))


def _filled(values: Float32) -> Tensor:
    """Values (K, ...) with rows up to `MAX_LABELS` that are far from everything."""
    rows = np.full((MAX_LABELS, *values.shape[1:]), NOWHERE_M, np.float32)
    rows[: len(values)] = values
    return torch.from_numpy(rows)
