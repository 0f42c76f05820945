from __future__ import annotations

import math

import torch

from grasp_learning.networks.grasp_grid import GraspGrid


def test_the_first_view_by_hand() -> None:
    grid = GraspGrid()
    # View 0 of the lattice is (r, 0, -299/300), r = sqrt(1 - z^2); the approach is its opposite.
    z = 299 / 300
    r = math.sqrt(1 - z**2)
    torch.testing.assert_close(grid.approaches[0], torch.tensor([-r, 0.0, z]))
    level = torch.tensor([0.0, -1.0, 0.0])  # (-a_y, a_x, 0) for approach a, normalised
    torch.testing.assert_close(grid.rotations[0, 0, :, 1], level)
    # Angle 6 is 90 degrees: the closing direction is what z of the grasp frame was.
    torch.testing.assert_close(grid.rotations[0, 6, :, 1], grid.rotations[0, 0, :, 2])


def test_rotations_are_right_handed_and_have_the_approaches() -> None:
    grid = GraspGrid()
    assert grid.rotations.shape == (300, 12, 3, 3)
    gram = grid.rotations.mT @ grid.rotations
    torch.testing.assert_close(gram, torch.eye(3).expand_as(gram), atol=1e-5, rtol=0)
    assert (torch.linalg.det(grid.rotations) > 0).all()
    approaches = grid.approaches.unsqueeze(1).expand(300, 12, 3)
    torch.testing.assert_close(grid.rotations[..., 0], approaches)


def test_angles_are_fifteen_degrees_apart() -> None:
    closing = GraspGrid().rotations[:, :, :, 1]
    cosines = (closing[:, 1:] * closing[:, :-1]).sum(2)
    expected = torch.full_like(cosines, math.cos(math.radians(15)))
    torch.testing.assert_close(cosines, expected, atol=1e-5, rtol=0)


def test_no_direction_is_farther_from_a_view_than_ten_degrees() -> None:
    directions = torch.randn((20000, 3), generator=torch.Generator().manual_seed(0))
    cosines = torch.nn.functional.normalize(directions, dim=1) @ GraspGrid().approaches.T
    assert cosines.amax(dim=1).min() > math.cos(math.radians(10))
