from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from grasp_learning.networks.bin_regression import BinRegression, Bins
from grasp_learning.networks.gpr import Stage1
from grasp_learning.networks.gpr_codec import GraspBatch, from_contact, proposal_bins
from grasp_learning.networks.gpr_losses import focal_loss, stage1_losses, stage2_losses
from grasp_learning.networks.gpr_targets import IGNORED, NO_CONTACT, Refinable

REGRESSION = BinRegression(proposal_bins(0.1))


def straight_down(positions: Tensor, width: float) -> GraspBatch:
    """Grasps (1, M) at positions (M, 3) that approach along z and close along x."""
    rotation = torch.tensor([[0.0, 1, 0], [0, 0, 1], [1, 0, 0]])
    m = len(positions)
    return GraspBatch(
        rotation.expand(1, m, 3, 3), positions[None], torch.full((1, m), width), torch.zeros((1, m))
    )


def turned(grasps: GraspBatch, R: Tensor) -> GraspBatch:
    return GraspBatch(R @ grasps.rotations, grasps.positions @ R.T, *grasps[2:])


def test_focal_loss_by_hand() -> None:
    # Probabilities 3/4 and 1/4 of being a contact.
    logits = torch.tensor([math.log(3.0), math.log(3.0), -math.log(3.0)])
    expected = [
        0.25 * 0.25**2 * -math.log(0.75),
        0.75 * 0.75**2 * -math.log(0.25),
        0.25 * 0.75**2 * -math.log(0.25),
    ]
    focal = focal_loss(logits, torch.tensor([True, False, True]))
    assert focal.tolist() == pytest.approx(expected)


def test_stage1_losses_by_hand() -> None:
    """Four points: a contact, two that are none, one that does not count."""
    points = torch.tensor([[[0.024, 0.0, 0.001], [0.1, 0, 0], [0.2, 0, 0], [0.3, 0, 0]]])
    rows = torch.tensor([[1, NO_CONTACT, NO_CONTACT, IGNORED]])
    labels = straight_down(torch.tensor([[9.0, 9, 9], [0.0, 0.0, 0.0]]), 0.0475)
    mask = torch.zeros((1, 4))
    codes = torch.zeros((1, 4, REGRESSION.channels))
    losses = stage1_losses(Stage1(mask, codes, mask), REGRESSION, points, rows, labels)
    focal = -math.log(0.5) * 0.5**2
    assert losses["mask"].item() == pytest.approx(focal * (0.25 + 0.75 + 0.75))
    # All bins are as likely, and all residuals 0.
    entropy = math.log(12) + math.log(6) + 4 * math.log(12) + math.log(20)
    # Azimuth 0 and tilt 0 begin their bins, closing azimuth 0 does (of 15 degrees from -90);
    # 24, 0 and 1 mm are 4, 0 and 1 mm into bins of 10; 47.5 mm is the middle of one of 5.
    residuals = [-0.5, -0.5, -0.5, -0.1, -0.5, -0.4, 0.0]
    smooth = sum(0.5 * r**2 for r in residuals)
    assert losses["proposal"].item() == pytest.approx(entropy + smooth, rel=1e-4)


def test_stage2_losses_by_hand() -> None:
    regression = BinRegression((Bins(-0.5, 1.0, 1),) * 7)  # no bin to choose
    proposals = straight_down(torch.zeros((2, 3)), 0.05)
    labels = straight_down(torch.tensor([[0.0, 0, 0.25], [0, 0, 0]]), 0.05)
    targets = Refinable(torch.tensor([[True, False]]), labels)
    confidence = torch.tensor([[math.log(3.0), math.log(3.0)]])
    codes = torch.zeros((1, 2, regression.channels))
    losses = stage2_losses(confidence, codes, regression, proposals, targets)
    entropy = -(math.log(0.75) + math.log(0.25)) / 2
    assert losses["confidence"].item() == pytest.approx(entropy)
    # The good one's label is 0.25 along the world's z, its x.
    assert losses["refinement"].item() == pytest.approx(0.5 * 0.25**2, abs=1e-6)


def test_without_contact_or_good_proposal_only_mask_and_confidence_are_left() -> None:
    points = torch.rand((1, 5, 3), generator=torch.Generator().manual_seed(0))
    labels = straight_down(torch.zeros((1, 3)), 0.05)
    stage1 = Stage1(torch.zeros((1, 5)), torch.zeros((1, 5, REGRESSION.channels)), points)
    rows = torch.full((1, 5), NO_CONTACT)
    losses = stage1_losses(stage1, REGRESSION, points, rows, labels)
    assert losses["proposal"].item() == 0.0
    assert losses["mask"].item() == pytest.approx(5 * 0.75 * 0.25 * math.log(2))
    targets = Refinable(torch.tensor([[False]]), labels)
    codes = torch.zeros((1, 1, REGRESSION.channels))
    losses = stage2_losses(torch.zeros((1, 1)), codes, REGRESSION, labels, targets)
    assert losses["refinement"].item() == 0.0
    assert losses["confidence"].item() == pytest.approx(math.log(2))


def reflected(code: Tensor) -> Tensor:
    """The code of the negated quantity: bins in reverse order, residuals negated."""
    logits, residuals = code.chunk(2, dim=-1)
    return torch.cat([logits.flip(-1), -residuals.flip(-1)], dim=-1)


def rolled(code: Tensor, bins: int) -> Tensor:
    """The code of an angle that has grown by whole bins."""
    return torch.cat([part.roll(bins, dims=-1) for part in code.chunk(2, dim=-1)], dim=-1)


def quarter_turned(codes: Tensor) -> Tensor:
    """What codes become when everything turns by 90 degrees about z: x goes to y, y to -x."""
    azimuth, tilt, closing, x, y, z, width = codes.split(REGRESSION.lengths, dim=-1)
    parts = [rolled(azimuth, 3), tilt, rolled(closing, 6), reflected(y), x, z, width]
    return torch.cat(parts, dim=-1)


def test_turning_a_scene_and_what_is_said_of_it_leaves_the_loss() -> None:
    """By 90 degrees about z, which is whole bins of both azimuths."""
    generator = torch.Generator().manual_seed(0)
    points = torch.rand((2, 30, 3), generator=generator) * 0.08 - 0.04
    approach = torch.randn((2, 6, 3), generator=generator)
    approach[..., 2] = approach[..., 2].abs() + 0.5
    x = functional.normalize(approach, dim=-1)
    y = torch.linalg.cross(x, torch.randn((2, 6, 3), generator=generator))
    y = functional.normalize(y, dim=-1)
    labels = GraspBatch(
        torch.stack([x, y, torch.linalg.cross(x, y)], dim=-1),
        torch.rand((2, 6, 3), generator=generator) * 0.02,
        torch.rand((2, 6), generator=generator) * 0.1,
        torch.zeros((2, 6)),
    )
    rows = torch.randint(-2, 6, (2, 30), generator=generator)
    mask = torch.randn((2, 30), generator=generator)
    codes = torch.randn((2, 30, REGRESSION.channels), generator=generator)
    R = torch.tensor([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])

    before = stage1_losses(Stage1(mask, codes, mask), REGRESSION, points, rows, labels)
    after = stage1_losses(
        Stage1(mask, quarter_turned(codes), mask), REGRESSION, points @ R.T, rows, turned(labels, R)
    )
    for name, value in before.items():
        assert after[name].item() == pytest.approx(value.item(), rel=1e-5)


def test_turning_a_scene_by_a_bin_turns_only_azimuths() -> None:
    """By 30 degrees about z, the grasp's angles move on by a bin of 30 and two of 15 degrees."""
    generator = torch.Generator().manual_seed(1)
    x = functional.normalize(torch.rand((1, 20, 3), generator=generator) - 0.5, dim=-1)
    x[..., 2] = x[..., 2].abs()
    y = torch.linalg.cross(x, torch.randn((1, 20, 3), generator=generator))
    y = functional.normalize(y, dim=-1)
    rotations = torch.stack([x, y, torch.linalg.cross(x, y)], dim=-1)
    grasps = GraspBatch(rotations, torch.zeros((1, 20, 3)), *torch.zeros((2, 1, 20)))
    c, s = math.cos(math.pi / 6), 0.5
    R = torch.tensor([[c, -s, 0], [s, c, 0], [0, 0, 1]])
    origin = torch.zeros((1, 20, 3))
    bins, residuals = REGRESSION.encode(from_contact(origin, grasps))
    turned_bins, turned_residuals = REGRESSION.encode(from_contact(origin, turned(grasps, R)))
    moved = torch.tensor([1, 0, 2, 0, 0, 0, 0])
    assert torch.equal(turned_bins, (bins + moved) % torch.tensor(REGRESSION.counts))
    torch.testing.assert_close(turned_residuals, residuals, atol=1e-4, rtol=0)
