"""`PointNetGpd`: scores candidates like PointNetGPD (Liang et al. 2019), GPR's second baseline.

It sees only the points between the fingers, in the grasp's frame. The paper grades its training
grasps by friction and Ferrari-Canny; here the three classes are how a grasp ended in physics, the
data that all scorers are trained on.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from grasp_learning.networks.candidate_scorer import CandidateScorer, PointEncoder
from grasp_learning.networks.grasp_regions import crop_regions

#: Held, slipped after a grip, never gripped ("3 classes" in GPR's Table III).
CLASS_OF_OUTCOME = (0, 2, 2, 1, 1)
#: Corners of the space between the fingers, metres, to which half the width is added along y:
#: from the palm's side to the tips, and a finger's breadth.
LOW_M, HIGH_M = (-0.045, 0.0, -0.012), (0.0, 0.0, 0.012)
#: The paper takes 500 to 1000 points of a dense cloud; voxels of 2 mm leave fewer.
POINTS = 256
#: Lengths are fed in units of this.
UNIT_M = 0.03


class PointNetGpd(CandidateScorer):
    """Class of each grasp from the points between its fingers.

    Parameters
    ----------
    channels : of PointNet's layers; the paper's are the default.
    """

    def __init__(self, channels: tuple[int, ...] = (64, 128, 1024)) -> None:
        super().__init__(CLASS_OF_OUTCOME)
        self.points, self.unit = POINTS, UNIT_M
        self.low = nn.Buffer(torch.tensor(LOW_M))
        self.high = nn.Buffer(torch.tensor(HIGH_M))
        self.encoder = PointEncoder(4, channels)
        self.head = nn.Sequential(
            nn.Linear(channels[-1], 512),
            nn.BatchNorm1d(512),
            nn.ReLU(),
            nn.Linear(512, 256),
            nn.BatchNorm1d(256),
            nn.ReLU(),
            nn.Linear(256, self.classes),
        )

    def describe(
        self,
        points: Tensor,
        rotations: Tensor,
        positions: Tensor,
        widths: Tensor,
        friction: float,  # noqa: ARG002 - not told in the paper
    ) -> list[Tensor]:
        """Give the points between the fingers, (C, POINTS, 4): x, y, z, and 1 where one is."""
        half = torch.zeros((widths.shape[0], 3), device=widths.device)
        half[:, 1] = widths / 2
        local, _, inside = crop_regions(
            points, rotations, positions, self.low - half, self.high + half, self.points
        )
        return [torch.cat([local / self.unit, inside.unsqueeze(2).to(local.dtype)], dim=2)]

    def logits(self, description: list[Tensor]) -> Tensor:
        """Logits (C, 3): held, slipped, never gripped."""
        logits: Tensor = self.head(self.encoder(description[0]))
        return logits
