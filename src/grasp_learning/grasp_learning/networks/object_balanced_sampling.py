"""Seeds where the objects are: foreground sampling, and the paper's object balanced sampling (OBS).

Scale-Balanced Grasp, section 3.2: the features of a new seed are interpolated from the three
nearest seeds of the encoder. Both compile as TorchScript.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from grasp_learning.networks.instance_segmentation import InstanceNetwork, segment
from grasp_learning.networks.point_ops import farthest_points, interpolate
from grasp_learning.networks.point_transformer import Encoding, Levels


class ForegroundSeeds(nn.Module):
    """Spread the seeds over the points that are on objects."""

    def __init__(self, instances: InstanceNetwork) -> None:
        super().__init__()
        self.instances = instances

    def forward(self, points: Tensor, levels: Levels, encoding: Encoding) -> tuple[Tensor, Tensor]:
        """Give seeds (1, S, 3) and features (1, S, C); the encoder's own without any object."""
        foreground, _ = self.instances(points, levels)
        on_object = foreground[0].argmax(dim=1) == 1
        if not bool(on_object.any()):
            return encoding.seeds, encoding.seed_features
        candidates = points[0, on_object].unsqueeze(0)
        index = farthest_points(candidates, encoding.seeds.shape[1])
        return _with_features(candidates[:, index[0]], encoding)


class ObjectBalancedSeeds(nn.Module):
    """Spread the same number of seeds over each object."""

    def __init__(self, instances: InstanceNetwork) -> None:
        super().__init__()
        self.instances = instances

    def forward(self, points: Tensor, levels: Levels, encoding: Encoding) -> tuple[Tensor, Tensor]:
        """Give seeds (1, S, 3) and features (1, S, C); the encoder's own without any object."""
        foreground, offsets = self.instances(points, levels)
        objects = segment(points[0], foreground[0], offsets[0])
        if not bool((objects > 0).any()):
            return encoding.seeds, encoding.seed_features
        seeds = balanced_points(points[0], objects, encoding.seeds.shape[1])
        return _with_features(seeds.unsqueeze(0), encoding)


def balanced_points(points: Tensor, objects: Tensor, count: int) -> Tensor:
    """Choose `count` points, as many from each of K objects; the last takes the rest of count / K.

    Parameters
    ----------
    points, objects : (N, 3), (N,) object of each point, 1 to K <= count, or 0.

    Returns
    -------
    (count, 3); of an object with fewer points than its share, some come again.
    """
    total = int(objects.max())
    share = count // total
    parts: list[Tensor] = []
    for number in range(1, total + 1):
        own = points[objects == number].unsqueeze(0)
        wanted = share if number < total else count - share * (total - 1)
        parts.append(own[0, farthest_points(own, wanted)[0]])
    return torch.cat(parts)


def _with_features(seeds: Tensor, encoding: Encoding) -> tuple[Tensor, Tensor]:
    return seeds, interpolate(encoding.seed_features, encoding.seeds, seeds)
