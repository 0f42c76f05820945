"""`GraspGrid`: the grasps that Scale-Balanced Grasp chooses from at each seed point."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

from grasp_learning.graspnet1b.labels import ANGLES, DEPTHS_M, VIEWS, grid_rotations, views


class GraspGrid(nn.Module):
    """300 views x 12 angles x 4 depths, those of GraspNet-1Billion.

    A grasp on seed p has its origin midway between the fingertips, o = p + depth approach.

    Attributes
    ----------
    approaches : (300, 3) approach directions: a lattice over the sphere.
    rotations : (300, 12, 3, 3), columns approach, closing direction and their cross product, for
        closing directions turned by 15 degrees each from the level one.
    depths : (4,) metres from the seed to the fingertips.
    """

    def __init__(self) -> None:
        super().__init__()
        view = np.repeat(views(), ANGLES, axis=0)
        angle = np.tile(np.arange(ANGLES) * np.pi / ANGLES, VIEWS)
        rotations = grid_rotations(view, angle).astype(np.float32)
        grid = torch.from_numpy(rotations).view(VIEWS, ANGLES, 3, 3)
        self.rotations = nn.Buffer(grid)
        self.approaches = nn.Buffer(grid[:, 0, :, 0].clone())
        self.depths = nn.Buffer(torch.from_numpy(DEPTHS_M.astype(np.float32)))
