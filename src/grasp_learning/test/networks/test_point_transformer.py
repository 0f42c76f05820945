from __future__ import annotations

import pytest
import torch
from torch import Tensor

from grasp_learning.networks.point_transformer import (
    PointTransformer,
    SetAbstraction,
    TransformerBlock,
    sample_levels,
)
from grasp_learning.networks.sbg_params import ENCODER_PRESETS


def cloud(seed: int, n: int) -> Tensor:
    return 0.2 * torch.rand((2, n, 3), generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def encoder() -> PointTransformer:
    torch.manual_seed(0)
    return PointTransformer(ENCODER_PRESETS["tiny"]).eval()


def test_only_differences_of_places_enter(encoder: PointTransformer) -> None:
    # On this lattice distances have no rounding errors, which would move points out of a ball.
    points = (cloud(0, 300) * 128).round() / 128
    levels = sample_levels(points, 100, 30)
    here = encoder(points, levels)
    there = encoder(points + torch.tensor([0.25, -0.125, 0.5]), levels)
    torch.testing.assert_close(here.seed_features, there.seed_features, atol=1e-4, rtol=1e-4)


def test_seeds_are_points_of_the_first_level_and_of_the_cloud(encoder: PointTransformer) -> None:
    points = cloud(1, 300)
    levels = sample_levels(points, 100, 30)
    encoding = encoder(points, levels)
    assert encoding.level_features.shape == (2, 100, 16)
    assert encoding.seed_features.shape == (2, 30, 32)
    for i in range(2):
        assert torch.equal(encoding.level[i], points[i, levels.first[i]])
        assert torch.equal(encoding.seeds[i], points[i, levels.first[i][levels.second[i]]])


def test_clouds_of_a_batch_do_not_mix(encoder: PointTransformer) -> None:
    points = cloud(2, 200)
    both = encoder(points, sample_levels(points, 60, 20)).seed_features
    for i in range(2):
        one = points[i : i + 1]
        alone = encoder(one, sample_levels(one, 60, 20)).seed_features
        torch.testing.assert_close(both[i : i + 1], alone, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("n", [1, 2, 40])
def test_fewer_points_than_seeds_repeat(encoder: PointTransformer, n: int) -> None:
    points = cloud(3, n)
    encoding = encoder(points, sample_levels(points, 128, 64))
    assert encoding.seeds.shape == (2, 64, 3)
    assert torch.isfinite(encoding.seed_features).all()
    torch.testing.assert_close(encoding.seed_features[:, :1], encoding.seed_features[:, n : n + 1])


def test_attention_equals_its_definition() -> None:
    torch.manual_seed(0)
    block = TransformerBlock(6, attended=4, unit=0.1).eval()
    points, features = cloud(4, 12)[:1], torch.randn((1, 12, 6))
    refined = block(points, features)
    entered = block.enter(features[0])
    for i in range(12):
        near = (points[0] - points[0, i]).norm(dim=1).argsort()[:4].tolist()
        place = [block.place((points[0, i] - points[0, j]) / 0.1) for j in near]
        logits = torch.stack([
            block.weight(block.query(entered[i]) - block.key(entered[j]) + delta)
            for j, delta in zip(near, place, strict=True)
        ])  # fmt: skip
        weights = torch.softmax(logits / 6**0.5, dim=0)
        values = torch.stack(
            [block.value(entered[j]) + delta for j, delta in zip(near, place, strict=True)]
        )
        expected = block.leave((weights * values).sum(dim=0)) + features[0, i]
        torch.testing.assert_close(refined[0, i], expected, atol=1e-5, rtol=1e-4)


def test_a_set_abstraction_takes_the_maximum_over_a_ball() -> None:
    torch.manual_seed(0)
    layer = SetAbstraction(2, (5,), radius=0.05, count=40).eval()
    points, features = cloud(5, 40)[:1], torch.randn((1, 40, 2))
    described = layer(points, features, points[:, :8])
    for i in range(8):
        near = (points[0] - points[0, i]).norm(dim=1) < 0.05
        places = (points[0, near] - points[0, i]) / 0.05
        each = layer.layers(torch.cat([places, features[0, near]], dim=1))
        torch.testing.assert_close(described[0, i], each.amax(dim=0), atol=1e-5, rtol=1e-4)
