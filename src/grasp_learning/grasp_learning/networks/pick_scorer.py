"""`PickScorer`: the stack's own scorer, which looks at each grasp closely and at its surroundings.

The close look has what lies between and beside the fingers, the wide one how far the object reaches
and where its neighbours stand. Gravity enters as a direction and as the height of each point over
the fingertips.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from grasp_learning.networks.candidate_scorer import FRICTION, CandidateScorer, PointEncoder
from grasp_learning.networks.grasp_regions import crop_regions

#: Each way to fail is a class of its own: a collision looks different from a slip.
CLASS_OF_OUTCOME = (0, 1, 2, 3, 4)

#: Corners of the two boxes in the grasp frame, metres. The close one goes along the approach from
#: the palm's side of a deep contact to past the fingertips, along y a finger's thickness past each
#: finger's inner face (half the width is added), along z a finger's breadth to both sides. The wide
#: one has the reach of hand-sized objects.
CLOSE_CORNERS_M = ((-0.045, -0.016, -0.018), (0.02, 0.016, 0.018))
WIDE_CORNERS_M = ((-0.10, -0.10, -0.10), (0.08, 0.10, 0.10))
CLOSE_POINTS, WIDE_POINTS = 192, 96
#: Of the scene's points in random order, the wide look is at so many: it needs few of those that
#: it reaches, and the search for them takes the most time.
WIDE_SEARCHED = 16384

#: Lengths are fed in units of this, which makes them of order 1.
UNIT_M = 0.03
#: The distance to a finger's face saturates here, in units.
FACE_LIMIT = 2.0
#: x, y, z, distance from a finger's inner face, height over the fingertips, 1 where a point is.
POINT_FEATURES = 6
#: The coefficient of friction is fed as its distance from this, in units of this.
FRICTION_MIDDLE, FRICTION_UNIT = 0.5, 0.15
#: Gravity in the grasp frame, width, share of the close box's rows that hold a point, friction.
WHOLE_FEATURES = 6


class PickScorer(CandidateScorer):
    """Probability that each grasp holds.

    Parameters
    ----------
    width : channels of the first layers; the others follow.
    dropout : share of the head's features that is dropped in training.
    friction : coefficient that a detection presumes.
    """

    def __init__(self, width: int = 64, dropout: float = 0.2, friction: float = FRICTION) -> None:
        super().__init__(CLASS_OF_OUTCOME, friction)
        self.friction_middle, self.friction_unit = FRICTION_MIDDLE, FRICTION_UNIT
        self.close_points, self.wide_points = CLOSE_POINTS, WIDE_POINTS
        self.wide_searched = WIDE_SEARCHED
        self.unit, self.face_limit = UNIT_M, FACE_LIMIT
        self.close_low, self.close_high = (nn.Buffer(torch.tensor(c)) for c in CLOSE_CORNERS_M)
        self.wide_low, self.wide_high = (nn.Buffer(torch.tensor(c)) for c in WIDE_CORNERS_M)
        self.close = PointEncoder(POINT_FEATURES, (width, width, 2 * width, 4 * width))
        self.wide = PointEncoder(POINT_FEATURES, (width, width, 2 * width))
        self.head = nn.Sequential(
            nn.Linear(6 * width + WHOLE_FEATURES, 4 * width),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(4 * width, 2 * width),
            nn.ReLU(),
            nn.Linear(2 * width, self.classes),
        )

    def describe(
        self,
        points: Tensor,
        rotations: Tensor,
        positions: Tensor,
        widths: Tensor,
        friction: float,
    ) -> list[Tensor]:
        """Give the close points, the wide ones, (C, K, 6) each, and the whole grasp, (C, 6)."""
        half = torch.zeros((widths.shape[0], 3), device=widths.device)
        half[:, 1] = widths / 2
        low, high = self.close_low - half, self.close_high + half
        regions = crop_regions(points, rotations, positions, low, high, self.close_points)
        close = self.features(regions, rotations, widths)
        low, high = self.wide_low.expand_as(half), self.wide_high.expand_as(half)
        sparse = points[: self.wide_searched]
        regions = crop_regions(sparse, rotations, positions, low, high, self.wide_points)
        wide = self.features(regions, rotations, widths)
        gravity = rotations[:, 2, :]  # the frame's z in each grasp's frame
        holds = torch.full_like(widths, (friction - self.friction_middle) / self.friction_unit)
        filled = close[:, :, -1].mean(dim=1)
        numbers = torch.stack([widths / self.unit, filled, holds], dim=1)
        return [close, wide, torch.cat([gravity, numbers], dim=1)]

    def features(
        self, regions: tuple[Tensor, Tensor, Tensor], rotations: Tensor, widths: Tensor
    ) -> Tensor:
        """Features (C, K, 6) of cropped points; all 0 where there is none."""
        local, _, inside = regions
        face = (local[:, :, 1].abs() - widths.unsqueeze(1) / 2) / self.unit
        height = -(local @ rotations[:, 2, :].unsqueeze(2)) / self.unit
        filled = inside.unsqueeze(2).to(local.dtype)
        face = face.clamp(-self.face_limit, self.face_limit).unsqueeze(2)
        return torch.cat([local / self.unit, face, height, filled], dim=2) * filled

    def logits(self, description: list[Tensor]) -> Tensor:
        """Logits (C, 5) of the outcomes."""
        close, wide, whole = description
        described = torch.cat([self.close(close), self.wide(wide), whole], dim=1)
        outcomes: Tensor = self.head(described)
        return outcomes

    def forward(
        self, points: Tensor, rotations: Tensor, positions: Tensor, widths: Tensor
    ) -> Tensor:
        """Scores (C,) in [0, 1]: the mean over each grasp's mirror images.

        Neither gripper nor physics has a left and a right, along the closing direction and beside
        it; both together are a gripper turned by half about its approach.
        """
        described = self.describe(points, rotations, positions, widths, self.friction)
        close, wide, whole = described
        score = torch.zeros_like(widths)
        for y in (1.0, -1.0):
            for z in (1.0, -1.0):
                signs = torch.tensor([1.0, y, z, 1.0, 1.0, 1.0], device=widths.device)
                mirrored = [close * signs, wide * signs, whole * signs]
                score = score + self.logits(mirrored).softmax(dim=1)[:, 0]
        return score / 4
