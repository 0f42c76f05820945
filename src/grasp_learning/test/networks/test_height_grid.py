from __future__ import annotations

import torch

from grasp_learning.networks.height_grid import GridEncoder, height_map, over_surface

#: A step: z = 0.1 where x < 0, 3 cm higher where x > 0 (z is down). Every cell holds a point.
SIDE = torch.arange(-60, 60) * 0.003 + 0.0015
STEP = torch.cartesian_prod(SIDE, SIDE)
STEP = torch.cat([STEP, torch.where(STEP[:, :1] < 0, 0.1, 0.07)], dim=1)


def places(*rows: tuple[float, float, float]) -> torch.Tensor:
    return torch.tensor(rows).view(1, len(rows), 1, 1, 3)


def test_a_place_over_the_surface_is_positive_and_one_below_it_negative() -> None:
    top = height_map(STEP)
    found = over_surface(top, places((-0.05, 0, 0.09), (0.05, 0, 0.09), (0.05, 0, 0.0)), 0.04)
    torch.testing.assert_close(found.flatten(), torch.tensor([0.25, -0.5, 1.0, 1.0, 1.0, 1.0]))


def test_the_highest_of_several_points_is_the_surface() -> None:
    both = torch.cat([STEP, STEP + torch.tensor([0.0, 0.0, -0.02])])
    found = over_surface(height_map(both), places((-0.05, 0, 0.09)), 0.04)
    torch.testing.assert_close(found[0, 0, 0, 0], torch.tensor(-0.25))


def test_what_was_not_seen_is_unknown_and_a_missing_point_is_not() -> None:
    hole = STEP[(STEP[:, :2] - torch.tensor([-0.0495, 0.0015])).norm(dim=1) > 0.001]
    assert len(hole) == len(STEP) - 1
    found = over_surface(
        height_map(hole), places((-0.0495, 0.0015, 0.09), (0.3, 0, 0.09), (9.0, -9.0, 0.09)), 0.04
    )
    torch.testing.assert_close(found.flatten(), torch.tensor([0.25, 0.0, 0.0, 1.0, 0.0, 0.0]))


def test_points_beyond_the_map_do_not_reach_its_border() -> None:
    far = torch.tensor([[5.0, 0.0, -1.0], [0.0, -5.0, -1.0]])
    assert torch.equal(height_map(torch.cat([STEP, far])), height_map(STEP))


def test_an_encoder_halves_the_grid_once() -> None:
    encoder = GridEncoder(6, (4, 4, 4), 1, 4 * 3, 5).eval()
    assert encoder(torch.zeros(2, 6, 8, 6)).shape == (2, 5)
