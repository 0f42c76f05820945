"""`CylinderGrouping`: the shape around a grasp at several scales (MsCG, Fig. 3 b)."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from grasp_learning.networks.point_ops import cylinder_neighbors, gather
from grasp_learning.networks.sbg_params import SbgParams
from grasp_learning.networks.shared_mlp import shared_mlp

#: Metres along the approach before a seed, where a cylinder begins (the repository's value).
BEGIN_M = -0.02
#: Largest radius over the largest width: 8 cm for the repository's gripper of 10 cm.
WIDEST = 0.8
#: Radius of the baseline's only cylinder over the largest width (GraspNet-baseline).
BASELINE = 0.5


def cylinder_radii(cylinders: int, max_width: float) -> list[float]:
    """Radii in metres, evenly spaced up to the widest; a single one is the baseline's."""
    if cylinders == 1:
        return [BASELINE * max_width]
    return [WIDEST * max_width * (i + 1) / cylinders for i in range(cylinders)]


class Cylinder(nn.Module):
    """Describe the points of one cylinder around each grasp, for each depth.

    The cylinders of all depths begin in one plane, and a deeper one holds the others. The points of
    the deepest one are encoded once; each depth takes the maximum over those before its end.
    """

    def __init__(self, radius: float, count: int, channels: int, depths: Tensor) -> None:
        super().__init__()
        self.radius = radius
        self.count = count
        self.begin = BEGIN_M
        self.deepest = float(depths.max())
        self.ends = nn.Buffer(depths.clone())
        self.layers = shared_mlp(3, channels, 2 * channels, 4 * channels)

    def forward(self, points: Tensor, seeds: Tensor, rotations: Tensor) -> Tensor:
        """Describe as (B, S, depths, 4 channels) by the points (B, N, 3); 0 where there is none.

        Parameters
        ----------
        seeds, rotations : (B, S, 3), (B, S, 3, 3) metres; columns x = approach, y, z.
        """
        index, mask = cylinder_neighbors(
            points, seeds, rotations, self.radius, self.begin, self.deepest, self.count
        )
        local = (gather(points, index) - seeds.unsqueeze(2)) @ rotations  # (B, S, count, 3)
        local = local * mask.unsqueeze(3)
        features = self.layers(local / self.radius)  # (B, S, count, C), not negative
        depths: list[Tensor] = []
        for i in range(self.ends.shape[0]):
            before = mask & (local[:, :, :, 0] < self.ends[i])
            depths.append((features * before.unsqueeze(3)).max(dim=2).values)
        return torch.stack(depths, dim=2)


class CylinderGrouping(nn.Module):
    """Join cylinders of several radii; the seed's feature, through a gate, tells the context.

    A single cylinder is the baseline of the paper, which has no gate.
    """

    def __init__(self, params: SbgParams, depths: Tensor) -> None:
        super().__init__()
        c = params.channels
        radii = cylinder_radii(params.cylinders, params.max_width)
        self.scales = nn.ModuleList(
            Cylinder(radius, params.cylinder_points, c, depths) for radius in radii
        )
        self.join = shared_mlp(4 * c * len(radii), 4 * c)
        self.gated = len(radii) > 1
        self.gate = nn.Linear(4 * c, 4 * c) if self.gated else nn.Identity()

    def forward(self, points: Tensor, seeds: Tensor, features: Tensor, rotations: Tensor) -> Tensor:
        """Describe grasps as (B, S, depths, 4 channels).

        Parameters
        ----------
        points : (B, N, 3) metres, the whole cloud.
        seeds, features : (B, S, 3) metres, (B, S, 4 channels).
        rotations : (B, S, 3, 3), columns x = approach, y, z.
        """
        scales: list[Tensor] = []
        for scale in self.scales:
            scales.append(scale(points, seeds, rotations))
        joined: Tensor = self.join(torch.cat(scales, dim=3))
        if self.gated:
            joined = joined + (torch.sigmoid(self.gate(features)) * features).unsqueeze(2)
        return joined
