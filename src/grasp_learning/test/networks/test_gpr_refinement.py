from __future__ import annotations

import pytest
import torch

from grasp_learning.networks.gpr_codec import GraspBatch
from grasp_learning.networks.gpr_params import GprParams
from grasp_learning.networks.gpr_refinement import ENLARGEMENT_M, Refinement


@pytest.fixture(scope="module")
def refinement() -> Refinement:
    torch.manual_seed(0)
    return Refinement(GprParams(channels=1, region_points=16, neighbors=4), features=8).eval()


#: Approach along z of the scene, closing along its x.
DOWN = torch.tensor([[0.0, 1, 0], [0, 0, 1], [1, 0, 0]])


def one_proposal(width: float) -> GraspBatch:
    return GraspBatch(
        DOWN[None, None],
        torch.tensor([[[0.1, 0.2, 0.3]]]),
        torch.tensor([[width]]),
        torch.ones((1, 1)),
    )


def test_the_region_is_the_enlarged_closing_area_in_the_proposals_frame(
    refinement: Refinement,
) -> None:
    # Between pads 4 cm long and 2 cm wide that are 5 cm apart; 2 cm more on each side.
    inside = torch.tensor([[0.019, 0, 0], [-0.059, 0, 0], [0, 0.044, 0], [0, 0, -0.029]])
    outside = torch.tensor([[0.021, 0, 0], [-0.061, 0, 0], [0, 0.046, 0], [0, 0, -0.031]])
    local = torch.cat([outside, inside])
    points = (local @ DOWN.T + torch.tensor([0.1, 0.2, 0.3]))[None]
    features = torch.arange(8.0)[None, :, None].expand(1, 8, 8)
    cropped, described = refinement.crop(points, features, one_proposal(0.05))
    torch.testing.assert_close(cropped[0, 0, :4], inside)
    # The first one fills the rest.
    torch.testing.assert_close(cropped[0, 0, 4:], inside[:1].expand(12, 3))
    assert described[0, 0, :, 0].tolist() == [4, 5, 6, 7] + [4] * 12
    assert ENLARGEMENT_M == 0.02


def test_an_empty_region_is_all_zero_and_is_judged_all_the_same(refinement: Refinement) -> None:
    points, features = torch.ones((1, 20, 3)), torch.ones((1, 20, 8))
    cropped, described = refinement.crop(points, features, one_proposal(0.05))
    assert not cropped.any()
    assert not described.any()
    confidence, codes = refinement(points, features, one_proposal(0.05))
    assert confidence.isfinite().all()
    assert codes.isfinite().all()


def test_what_is_said_does_not_depend_on_where_the_proposal_is(refinement: Refinement) -> None:
    generator = torch.Generator().manual_seed(0)
    points = torch.rand((1, 50, 3), generator=generator) * 0.06 + torch.tensor([0.07, 0.17, 0.25])
    features = torch.rand((1, 50, 8), generator=generator)
    here = one_proposal(0.05)
    R = torch.linalg.qr(torch.rand((3, 3), generator=generator))[0]
    R = R * torch.linalg.det(R)
    shift = torch.tensor([0.3, -0.1, 0.05])
    there = GraspBatch(R @ here.rotations, here.positions @ R.T + shift, *here[2:])
    before = refinement(points, features, here)
    after = refinement(points @ R.T + shift, features, there)
    for a, b in zip(before, after, strict=True):
        torch.testing.assert_close(a, b, atol=1e-4, rtol=1e-3)
