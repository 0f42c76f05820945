"""`PickScorer`: the stack's own scorer, which looks at each grasp closely and at its surroundings.

It sees the points between and beside the fingers, and two grids of places, near and far: which of
them are free, and which are below the surface that was seen. Gravity enters as a direction and as
the height of each point over the fingertips.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from grasp_learning.networks.candidate_scorer import FRICTION, CandidateScorer, PointEncoder
from grasp_learning.networks.grasp_regions import crop_regions
from grasp_learning.networks.height_grid import GridEncoder, height_map, over_surface

#: Each way to fail is a class of its own: a collision looks different from a slip.
CLASS_OF_OUTCOME = (0, 1, 2, 3, 4)

#: Corners of the box of points in the grasp frame, metres: along the approach from the palm's side
#: of a deep contact to past the fingertips, along y a finger's thickness past each finger's inner
#: face (half the width is added), along z a finger's breadth to both sides.
CLOSE_CORNERS_M = ((-0.045, -0.016, -0.018), (0.02, 0.016, 0.018))
CLOSE_POINTS = 192

#: The near grid, metres: along the approach; beside each finger's inner face, where the finger is
#: and the room that it needs; along the finger's breadth. Between the fingers it has as many
#: columns for every width.
NEAR_X_M = tuple(0.008 * i - 0.055 for i in range(11))
NEAR_BESIDE_M = (0.003, 0.009, 0.015, 0.021)
NEAR_BETWEEN = 8
NEAR_Z_M = tuple(0.007 * i - 0.0245 for i in range(8))
#: The far grid has the reach of hand-sized objects.
FAR_X_M = tuple(0.02 * i - 0.08 for i in range(7))
FAR_SIDE_M = tuple(0.02 * i - 0.09 for i in range(10))
#: Heights over the surface saturate here, metres.
NEAR_LIMIT_M, FAR_LIMIT_M = 0.02, 0.06

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
        self.close_points = CLOSE_POINTS
        self.unit, self.face_limit = UNIT_M, FACE_LIMIT
        self.near_limit, self.far_limit = NEAR_LIMIT_M, FAR_LIMIT_M
        self.close_low, self.close_high = (nn.Buffer(torch.tensor(c)) for c in CLOSE_CORNERS_M)
        self.near_x, self.near_z = (nn.Buffer(torch.tensor(c)) for c in (NEAR_X_M, NEAR_Z_M))
        self.far_x, self.far_side = (nn.Buffer(torch.tensor(c)) for c in (FAR_X_M, FAR_SIDE_M))
        self.beside = nn.Buffer(torch.tensor(NEAR_BESIDE_M))
        self.between = nn.Buffer((torch.arange(NEAR_BETWEEN) + 0.5) / NEAR_BETWEEN - 0.5)
        w = width
        self.close = PointEncoder(POINT_FEATURES, (w, w, 2 * w, 4 * w))
        halved = (NEAR_BETWEEN // 2 + len(NEAR_BESIDE_M)) * len(NEAR_Z_M) // 2
        self.near = GridEncoder(2 * len(NEAR_X_M), (w, w, 2 * w, w), 2, halved, 4 * w)
        halved = (len(FAR_SIDE_M) // 2) ** 2
        self.far = GridEncoder(2 * len(FAR_X_M), (w, w, w), 1, halved, 2 * w)
        self.head = nn.Sequential(
            nn.Linear(10 * width + WHOLE_FEATURES, 4 * width),
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
        """Give the close points (C, K, 6), the near and the far grid, the whole grasp (C, 6).

        The grids are (C, 22, 16, 8) and (C, 14, 10, 10): what `over_surface` gives.
        """
        half = torch.zeros((widths.shape[0], 3), device=widths.device)
        half[:, 1] = widths / 2
        low, high = self.close_low - half, self.close_high + half
        regions = crop_regions(points, rotations, positions, low, high, self.close_points)
        close = self.features(regions, rotations, widths)
        top = height_map(points)
        places = in_scene(self.near_places(widths), rotations, positions)
        near = over_surface(top, places, self.near_limit)
        side = self.far_side.expand(widths.shape[0], -1)
        places = in_scene(grid_places(self.far_x, side, self.far_side), rotations, positions)
        far = over_surface(top, places, self.far_limit)
        gravity = rotations[:, 2, :]  # the frame's z in each grasp's frame
        holds = torch.full_like(widths, (friction - self.friction_middle) / self.friction_unit)
        filled = close[:, :, -1].mean(dim=1)
        numbers = torch.stack([widths / self.unit, filled, holds], dim=1)
        return [close, near, far, torch.cat([gravity, numbers], dim=1)]

    def near_places(self, widths: Tensor) -> Tensor:
        """Places (C, X, Y, Z, 3) of the near grid, metres in the frame of each grasp."""
        half = widths.unsqueeze(1) / 2
        left = half + self.beside
        across = torch.cat([-left.flip([1]), 2 * half * self.between, left], dim=1)
        return grid_places(self.near_x, across, self.near_z)

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
        close, near, far, whole = description
        described = torch.cat([self.close(close), self.near(near), self.far(far), whole], dim=1)
        outcomes: Tensor = self.head(described)
        return outcomes

    def forward(
        self, points: Tensor, rotations: Tensor, positions: Tensor, widths: Tensor
    ) -> Tensor:
        """Scores (C,) in [0, 1]: the mean over each grasp and the same one turned by half.

        Turned by half about its approach, a parallel gripper makes the same grasp. (Two more mirror
        images, each across one axis, would double the time and tell hardly more.)
        """
        described = self.describe(points, rotations, positions, widths, self.friction)
        turned = self.mirrored(self.mirrored(described, 1), 2)
        score = self.logits(described).softmax(dim=1)[:, 0]
        return self.calibrated((score + self.logits(turned).softmax(dim=1)[:, 0]) / 2)

    def mirrored(self, description: list[Tensor], axis: int) -> list[Tensor]:
        """Describe the mirror images of the grasps along their y (1) or their z (2)."""
        close, near, far, whole = description
        signs = torch.ones(whole.shape[1], device=whole.device)
        signs[axis] = -1.0
        return [close * signs, near.flip([axis + 1]), far.flip([axis + 1]), whole * signs]


def grid_places(x: Tensor, y: Tensor, z: Tensor) -> Tensor:
    """Places (C, X, Y, Z, 3) of a grid from its coordinates (X,), (C, Y) and (Z,)."""
    shape = (y.shape[0], x.shape[0], y.shape[1], z.shape[0])
    along, across = x.view(1, -1, 1, 1).expand(shape), y.unsqueeze(1).unsqueeze(3).expand(shape)
    return torch.stack([along, across, z.expand(shape)], dim=-1)


def in_scene(places: Tensor, rotations: Tensor, positions: Tensor) -> Tensor:
    """Express places (C, X, Y, Z, 3) in the frame of each grasp in that of the scene."""
    turned = (places.flatten(1, 3) @ rotations.transpose(1, 2)).view_as(places)
    return turned + positions.view(-1, 1, 1, 1, 3)
