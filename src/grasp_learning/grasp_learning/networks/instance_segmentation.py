"""`InstanceNetwork`: which points are on objects, and where the centre of each one's object is.

The auxiliary network of Object Balanced Sampling (Scale-Balanced Grasp, section 3.2), after the
depth seeding network of UOIS-Net (Xie et al. 2021), on the encoder of the grasp network.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from grasp_learning.networks.mean_shift import mean_shift
from grasp_learning.networks.point_ops import interpolate
from grasp_learning.networks.point_transformer import Levels, PointTransformer
from grasp_learning.networks.sbg_params import EncoderParams
from grasp_learning.networks.shared_mlp import shared_mlp

#: Metres in one unit of the predicted offsets, which makes them of order 1.
OFFSET_UNIT_M = 0.01
#: Metres, kernel of the mean shift over the centres that points vote for, and the distance between
#: two centres of one object. The repository's 2 and 5 cm are for tables: in our bins they join 28 %
#: of the objects to others even where every vote is exact, these 8 %.
BANDWIDTH_M = 0.01
MERGED_M = 0.02


class InstanceNetwork(nn.Module):
    """Segments a cloud into objects."""

    def __init__(self, params: EncoderParams) -> None:
        super().__init__()
        c = params.channels
        self.offset_unit = OFFSET_UNIT_M
        self.encoder = PointTransformer(params)
        self.to_level = shared_mlp(6 * c, 4 * c, 4 * c)
        self.to_points = shared_mlp(4 * c, 4 * c, 4 * c)
        self.head = nn.Sequential(shared_mlp(4 * c, 4 * c), nn.Linear(4 * c, 5))

    def forward(self, points: Tensor, levels: Levels) -> tuple[Tensor, Tensor]:
        """Judge each point of clouds (B, N, 3).

        Returns
        -------
        foreground : (B, N, 2) logits of the background and of an object.
        offsets : (B, N, 3) metres, from the point to the centre of its object.
        """
        encoding = self.encoder(points, levels)
        level = interpolate(encoding.seed_features, encoding.seeds, encoding.level)
        level = self.to_level(torch.cat([level, encoding.level_features], dim=2))
        outputs = self.head(self.to_points(interpolate(level, encoding.level, points)))
        return outputs[:, :, :2], outputs[:, :, 2:] * self.offset_unit


def segment(
    points: Tensor, foreground: Tensor, offsets: Tensor,
    bandwidth: float = BANDWIDTH_M, merged: float = MERGED_M,
) -> Tensor:  # fmt: skip
    """Give the object (N,) int64 of each point of a cloud (N, 3): 1, 2, ..., or 0 for none.

    Parameters
    ----------
    foreground, offsets : (N, 2), (N, 3) of the network.
    bandwidth, merged : metres, of `mean_shift`.
    """
    on_object = foreground.argmax(dim=1) == 1
    objects = torch.zeros(points.shape[0], dtype=torch.int64, device=points.device)
    votes = (points + offsets)[on_object]
    objects[on_object] = mean_shift(votes, bandwidth, merged) + 1
    return objects
