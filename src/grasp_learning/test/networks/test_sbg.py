from __future__ import annotations

import io

import pytest
import torch
from torch import Tensor, nn

from grasp_learning.networks.instance_segmentation import InstanceNetwork
from grasp_learning.networks.object_balanced_sampling import ForegroundSeeds, ObjectBalancedSeeds
from grasp_learning.networks.operation_head import Operations
from grasp_learning.networks.point_transformer import sample_levels
from grasp_learning.networks.sbg import (
    OWN_VIEW,
    EncoderSeeds,
    SbgDetector,
    SbgNetwork,
    SbgOutput,
)
from grasp_learning.networks.sbg_params import ENCODER_PRESETS, SBG_PRESETS

TINY = SBG_PRESETS["tiny"]


def cloud(n: int) -> Tensor:
    """Three bricks on a table."""
    generator = torch.Generator().manual_seed(n)
    points = torch.rand((n, 3), generator=generator) * torch.tensor([0.3, 0.3, 0.0])
    brick = torch.remainder(points[:, 0], 0.1) < 0.05
    points[:, 2] = torch.where(brick, 0.04 * torch.rand(n, generator=generator), 0.0)
    return points - points.mean(dim=0)


def network() -> SbgNetwork:
    torch.manual_seed(0)
    return SbgNetwork(TINY).eval()


def samplers() -> list[nn.Module]:
    torch.manual_seed(1)
    instances = InstanceNetwork(ENCODER_PRESETS["tiny"]).eval()
    return [EncoderSeeds(), ForegroundSeeds(instances), ObjectBalancedSeeds(instances)]


@pytest.mark.parametrize("sampler", samplers(), ids=lambda sampler: type(sampler).__name__)
def test_the_compiled_detector_equals_this_one_on_any_number_of_points(sampler: nn.Module) -> None:
    detector = SbgDetector(network(), sampler).eval()
    archive = io.BytesIO()
    torch.jit.save(torch.jit.script(detector), archive)
    archive.seek(0)
    compiled = torch.jit.load(archive)
    for n in (1, 700, 1500):
        with torch.no_grad():
            for mine, other in zip(detector(cloud(n)), compiled(cloud(n)), strict=True):
                torch.testing.assert_close(mine, other, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("n", [1, 2, 30, 1024])
def test_grasps_are_well_formed(n: int) -> None:
    rotations, positions, widths, scores = SbgDetector(network(), EncoderSeeds())(cloud(n))
    assert rotations.shape == (32, 3, 3)
    gram = rotations.mT @ rotations
    torch.testing.assert_close(gram, torch.eye(3).expand_as(gram), atol=1e-5, rtol=0)
    assert positions.shape == (32, 3)
    assert torch.isfinite(positions).all()
    assert ((widths >= 0) & (widths <= 0.1)).all()
    assert ((scores >= 0) & (scores <= 1)).all()


def test_coplanar_points_give_finite_grasps() -> None:
    flat = cloud(500) * torch.tensor([1.0, 1.0, 0.0])
    for part in SbgDetector(network(), EncoderSeeds())(flat):
        assert torch.isfinite(part).all()


def test_candidates_and_views_are_the_given_ones_or_the_best() -> None:
    points = cloud(600).unsqueeze(0)
    levels = sample_levels(points, TINY.level_points, TINY.seeds)
    views = torch.full((1, 64), OWN_VIEW)
    own = network()(points, levels, None, views)
    rank = own.graspable.softmax(dim=2)[0, :, 1]
    assert set(own.candidates[0].tolist()) == set(rank.topk(32).indices.tolist())
    assert torch.equal(own.views, own.view_scores.argmax(dim=2).gather(1, own.candidates))
    views[0, 7] = 123
    chosen = torch.tensor([[7, 3]])
    given = network()(points, levels, chosen, views)
    assert given.candidates is chosen
    assert given.views.tolist() == [[123, int(own.view_scores[0, 3].argmax())]]


def test_a_choice_is_decoded_by_hand() -> None:
    net = network()
    scores, angles, widths, tolerances = torch.zeros((4, 1, 1, 4, 12))
    angles[..., 5] = 1.0
    angles[0, 0, 2, 5], angles[0, 0, 2, 8] = 0.0, 1.0  # at depth 2 it is angle 8
    scores[0, 0, 2, 8], scores[0, 0, 1, 5], scores[0, 0, 1, 6] = 0.8, 0.5, 0.9
    widths[0, 0, 2, 8] = 0.4
    tolerances[0, 0, 2, 8] = 0.5
    graspable = torch.tensor([[[0.0, 0.0], [0.0, 0.0], [0.0, torch.log(torch.tensor(3.0))]]])
    output = SbgOutput(
        graspable, torch.zeros((1, 3, 300)), torch.tensor([[2]]), torch.tensor([[17]]),
        Operations(scores, angles, widths, tolerances),
    )  # fmt: skip
    seeds = torch.tensor([[[9.0, 9.0, 9.0], [9.0, 9.0, 9.0], [0.1, 0.2, 0.3]]])
    rotations, positions, width, score = net.decode(seeds, output)
    assert torch.equal(rotations[0, 0], net.grid.rotations[17, 8])
    expected = torch.tensor([0.1, 0.2, 0.3]) + 0.03 * net.grid.approaches[17]
    torch.testing.assert_close(positions[0, 0], expected)
    assert width.item() == pytest.approx(0.04)
    assert score.item() == pytest.approx(0.8 * 0.5 * 0.75)
