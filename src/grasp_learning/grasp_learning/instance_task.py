"""`InstanceTask`: trains the segmentation that object balanced sampling uses."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from grasp_learning.networks.instance_segmentation import OFFSET_UNIT_M, InstanceNetwork, segment
from grasp_learning.networks.point_transformer import sample_levels
from grasp_learning.networks.sbg_params import EncoderParams
from grasp_learning.scene_cloud import SceneCloud
from grasp_learning.view_sample import View

#: Weights of the two terms of the loss (the repository's values).
FOREGROUND_WEIGHT = 0.5
OFFSET_WEIGHT = 0.5
#: Overlap over union from which a found object is a true one.
FOUND_IOU = 0.5


class InstanceTask:
    """Views in, loss out."""

    def __init__(self, params: EncoderParams) -> None:
        self.params = params
        self.network = InstanceNetwork(params)

    @property
    def exportable(self) -> nn.Module:
        """The network: a part of the detectors that `object_balanced_sampling` makes."""
        return self.network

    def prepare(self, view: View, rng: np.random.Generator) -> dict[str, Tensor]:
        """Draw a measured cloud from a view.

        Returns
        -------
        points (n, 3), instances (n,) and offsets (n, 3), metres to the mean of the points of the
        same object.

        Raises
        ------
        EmptySampleError : the camera measured no object.
        """
        cloud = SceneCloud.draw(view, self.params.points, noisy_clean=False, rng=rng)
        offsets = np.zeros_like(cloud.points)
        for instance in np.unique(cloud.instances[cloud.instances > 0]):
            own = cloud.instances == instance
            offsets[own] = cloud.points[own].mean(axis=0) - cloud.points[own]
        return {
            "points": torch.from_numpy(cloud.points),
            "instances": torch.from_numpy(cloud.instances),
            "offsets": torch.from_numpy(offsets),
        }

    def loss(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Cross entropy of the foreground, both classes alike, and smooth L1 of the offsets."""
        foreground, offsets = self.predict(batch)
        on_object = batch["instances"] > 0
        shares = torch.bincount(on_object.flatten().long(), minlength=2).clamp(min=1)
        entropy = functional.cross_entropy(
            foreground.flatten(0, 1), on_object.flatten().long(), 1.0 / shares
        )
        distance = functional.smooth_l1_loss(
            offsets[on_object] / OFFSET_UNIT_M, batch["offsets"][on_object] / OFFSET_UNIT_M
        )
        total = FOREGROUND_WEIGHT * entropy + OFFSET_WEIGHT * distance
        return {"total": total, "foreground": entropy, "offset": distance}

    def metrics(self, batch: dict[str, Tensor]) -> dict[str, Tensor]:
        """Tell how well objects are found.

        Returns
        -------
        foreground : intersection over union. offset_mm : mean error of the centres. found : share
        of the objects that a segment covers with an overlap of `FOUND_IOU`.
        """
        foreground, offsets = self.predict(batch)
        on_object, said = batch["instances"] > 0, foreground.argmax(dim=2) == 1
        error = (offsets - batch["offsets"])[on_object].norm(dim=1)
        found = [
            found_share(segment(*cloud), true)
            for *cloud, true in zip(
                batch["points"], foreground, offsets, batch["instances"], strict=True
            )
        ]
        return {
            "foreground": (said & on_object).sum() / (said | on_object).sum(),
            "offset_mm": 1000.0 * error.mean(),
            "found": torch.stack(found).mean(),
        }

    def predict(self, batch: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Foreground logits (B, n, 2) and offsets (B, n, 3)."""
        levels = sample_levels(batch["points"], self.params.level_points, self.params.seeds)
        foreground, offsets = self.network(batch["points"], levels)
        return foreground, offsets


def found_share(segments: Tensor, instances: Tensor) -> Tensor:
    """Share of the objects in `instances` (N,) that one of `segments` (N,) overlaps; 0 is none."""
    size = int(max(segments.max(), instances.max())) + 1
    both = torch.bincount(instances * size + segments, minlength=size * size).view(size, size)
    union = both.sum(dim=1, keepdim=True) + both.sum(dim=0) - both
    overlap = both[1:, 1:] / union[1:, 1:].clamp(min=1)
    objects = both[1:].sum(dim=1) > 0
    return (overlap.amax(dim=1)[objects] >= FOUND_IOU).float().mean()
