"""`GpdImages`: scores candidates like GPD (ten Pas et al. 2017), GPR's first baseline.

The points between the fingers are projected along the three axes of the grasp frame. Each image
holds how deep the surface lies, its normal, and how deep the space that the camera cannot see
lies: 5 channels in 3 views make GPD's 15. With 3 channels it sees only the normals of one view.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from grasp_learning.networks.candidate_scorer import CandidateScorer
from grasp_learning.networks.grasp_regions import crop_regions
from grasp_learning.networks.height_grid import height_map, surface_over
from grasp_learning.networks.point_ops import nearest_neighbors

#: Held or not: GPD is a classifier of two classes.
CLASS_OF_OUTCOME = (0, 1, 1, 1, 1)
#: The box that the images show, metres: the closing region of a gripper of 10 cm.
DEPTH_M, WIDTH_M, BREADTH_M = 0.05, 0.10, 0.03
#: Pixels of an image's side; GPD's 60 would be finer than the points.
PIXELS = 28
POINTS = 384
#: Neighbours that a normal is estimated from.
NORMAL_NEIGHBORS = 12
#: Hidden space is sampled on a grid of this many points along each side of the box.
HIDDEN_SIDE = 10
#: What a surface may be thick: only what lies deeper is hidden.
THICKNESS_M = 0.004


class GpdImages(CandidateScorer):
    """Probability that each grasp holds, from projections of the points between its fingers.

    Parameters
    ----------
    channels : 15 (three views) or 3 (normals seen along the approach).

    Raises
    ------
    ValueError : another number of channels.
    """

    def __init__(self, channels: int = 15) -> None:
        super().__init__(CLASS_OF_OUTCOME)
        if channels not in (3, 15):
            raise ValueError(f"channels {channels}: expected 3 or 15")
        self.channels = channels
        self.pixels, self.points, self.neighbors = PIXELS, POINTS, NORMAL_NEIGHBORS
        self.thickness = THICKNESS_M
        self.layers = nn.Sequential(  # LeNet, as in GPD
            nn.Conv2d(channels, 20, 5),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Conv2d(20, 50, 5),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(50 * (((PIXELS - 4) // 2 - 4) // 2) ** 2, 500),
            nn.ReLU(),
            nn.Linear(500, self.classes),
        )
        side = (torch.arange(HIDDEN_SIDE) + 0.5) / HIDDEN_SIDE
        grid = torch.stack(torch.meshgrid(side, side, side, indexing="ij"), dim=-1)
        box = torch.tensor([DEPTH_M, WIDTH_M, BREADTH_M])
        corner = torch.tensor([-DEPTH_M, -WIDTH_M / 2, -BREADTH_M / 2])
        self.corner = nn.Buffer(corner)
        self.box = nn.Buffer(box)
        self.hidden_grid = nn.Buffer(corner + grid.reshape(-1, 3) * box)

    def describe(
        self,
        points: Tensor,
        rotations: Tensor,
        positions: Tensor,
        widths: Tensor,  # noqa: ARG002 - the images show the whole stroke, as GPD's do
        friction: float,  # noqa: ARG002 - not told in the paper
    ) -> list[Tensor]:
        """Give the images, (C, channels, PIXELS, PIXELS)."""
        low = self.corner.expand(rotations.shape[0], 3)
        local, index, inside = crop_regions(
            points, rotations, positions, low, low + self.box, self.points
        )
        shown = torch.unique(index[inside])
        normals = torch.zeros_like(points)
        normals[shown] = surface_normals(points, points[shown], self.neighbors)
        turned = normals[index] @ rotations
        place = (local - self.corner) / self.box  # 0..1 in the box
        hidden = self.hidden(points, rotations, positions)
        where = ((self.hidden_grid - self.corner) / self.box).expand(rotations.shape[0], -1, 3)
        views = []
        for axis in range(3):
            seen = torch.cat([place[:, :, axis : axis + 1], turned.abs()], dim=2)
            views.append(project(place, seen, inside, axis, self.pixels))
            views.append(project(where, where[:, :, axis : axis + 1], hidden, axis, self.pixels))
        images = torch.cat(views, dim=1)
        return [images if self.channels == 15 else images[:, 1:4]]

    def hidden(self, points: Tensor, rotations: Tensor, positions: Tensor) -> Tensor:
        """Tell which points of each box's grid, (C, G), lie below a surface that was seen."""
        there = self.hidden_grid @ rotations.transpose(1, 2) + positions.unsqueeze(1)
        return there[:, :, 2] > surface_over(height_map(points), there) + self.thickness

    def logits(self, description: list[Tensor]) -> Tensor:
        """Logits (C, 2): held, not held."""
        logits: Tensor = self.layers(description[0])
        return logits


def surface_normals(points: Tensor, places: Tensor, neighbors: int) -> Tensor:
    """Fit planes to the points of a cloud (N, 3) nearest to each place (M, 3); unit normals."""
    count = min(neighbors, points.shape[0])
    _, index = nearest_neighbors(points.unsqueeze(0), places.unsqueeze(0), count)
    near = points[index[0]]
    near = near - near.mean(dim=1, keepdim=True)
    normals: Tensor = torch.linalg.eigh(near.transpose(1, 2) @ near).eigenvectors[:, :, 0]
    return normals


def project(place: Tensor, values: Tensor, inside: Tensor, axis: int, pixels: int) -> Tensor:
    """Average values per pixel of the view along an axis of the box.

    Parameters
    ----------
    place : (C, K, 3) in 0..1.
    values : (C, K, V) of each point.
    inside : (C, K) whether there is a point.

    Returns
    -------
    (C, V, pixels, pixels), 0 where no point falls.
    """
    grasps, _, channels = values.shape
    pixel = (place * pixels).long().clamp(0, pixels - 1)
    cell = pixel[:, :, (axis + 1) % 3] * pixels + pixel[:, :, (axis + 2) % 3]
    weight = inside.to(values.dtype).unsqueeze(2)
    cells = pixels * pixels
    total = torch.zeros((grasps, cells, channels), device=values.device).scatter_add(
        1, cell.unsqueeze(2).expand(-1, -1, channels), values * weight
    )
    count = torch.zeros((grasps, cells, 1), device=values.device).scatter_add(
        1, cell.unsqueeze(2), weight
    )
    image = (total / count.clamp(min=1.0)).transpose(1, 2)
    return image.reshape(grasps, channels, pixels, pixels)
