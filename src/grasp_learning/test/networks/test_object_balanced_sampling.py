from __future__ import annotations

import pytest
import torch
from torch import Tensor

from grasp_learning.networks.instance_segmentation import InstanceNetwork, segment
from grasp_learning.networks.object_balanced_sampling import (
    ForegroundSeeds,
    ObjectBalancedSeeds,
    balanced_points,
)
from grasp_learning.networks.point_transformer import Encoding, Levels, sample_levels
from grasp_learning.networks.sbg_params import ENCODER_PRESETS


class KnownInstances(InstanceNetwork):
    """Knows the cloud of `scene`: what is over z = 0 belongs to the object of its sign of x."""

    def forward(self, points: Tensor, levels: Levels) -> tuple[Tensor, Tensor]:  # noqa: ARG002
        center = torch.sign(points[..., :1]) * torch.tensor([0.05, 0.0, 0.0])
        above = points[..., 2] > 0
        return torch.stack([~above, above], dim=2).float(), center - points


def scene() -> tuple[Tensor, Levels, Encoding]:
    """A table, a large object of 500 points at x > 0 and a small one of 50 at x < 0."""
    generator = torch.Generator().manual_seed(0)
    table = torch.rand((600, 3), generator=generator) * torch.tensor([0.2, 0.2, 0.0]) - 0.1
    large = torch.rand((500, 3), generator=generator) * 0.05 + torch.tensor([0.03, 0.0, 0.001])
    small = torch.rand((50, 3), generator=generator) * 0.01 + torch.tensor([-0.05, 0.0, 0.001])
    points = torch.cat([table, large, small]).unsqueeze(0)
    levels = sample_levels(points, 200, 40)
    level = points[:, levels.first[0]]
    seeds = level[:, levels.second[0]]
    return points, levels, Encoding(level, level, seeds, seeds * 2.0)  # features tell the place


@pytest.fixture
def known() -> KnownInstances:
    return KnownInstances(ENCODER_PRESETS["tiny"])


def test_the_last_object_takes_the_rest() -> None:
    points = torch.arange(30.0).unsqueeze(1).expand(30, 3)
    objects = torch.arange(30) // 10 + 1
    chosen = balanced_points(points, objects, 11)[:, 0]
    assert [int((chosen // 10 == k).sum()) for k in range(3)] == [3, 3, 5]
    assert len(set(chosen.tolist())) == 11


def test_a_small_object_gives_its_points_again() -> None:
    points = torch.tensor([[0.0, 0, 0], [1.0, 0, 0], [5.0, 0, 0], [6.0, 0, 0]])
    chosen = balanced_points(points, torch.tensor([1, 1, 0, 2]), 8)[:, 0]
    assert sorted(chosen.tolist()) == [0, 0, 1, 1, 6, 6, 6, 6]


def test_foreground_seeds_are_on_objects(known: KnownInstances) -> None:
    points, levels, encoding = scene()
    seeds, features = ForegroundSeeds(known)(points, levels, encoding)
    assert seeds.shape == (1, 40, 3)
    assert features.shape == (1, 40, 3)
    assert (seeds[..., 2] > 0).all()
    assert (encoding.seeds[..., 2] <= 0).any()
    assert (seeds[..., 0] < 0).sum() < 5  # evenly over surface, which the small one has little of


def test_balanced_seeds_are_as_many_on_each_object(known: KnownInstances) -> None:
    points, levels, encoding = scene()
    assert segment(points[0], *(part[0] for part in known(points, levels))).max() == 2
    seeds, features = ObjectBalancedSeeds(known)(points, levels, encoding)
    assert (seeds[..., 2] > 0).all()
    assert (seeds[..., 0] < 0).sum() == 20
    # Features are averages of the nearest seeds', which tell twice their places.
    distances = torch.cdist(seeds[0], encoding.seeds[0]).sort(dim=1).values[:, 2]
    assert ((features[0] / 2.0 - seeds[0]).norm(dim=1) <= distances + 1e-6).all()


@pytest.mark.parametrize("sampler", [ForegroundSeeds, ObjectBalancedSeeds])
def test_without_an_object_the_seeds_of_the_encoder_stay(
    known: KnownInstances, sampler: type[ForegroundSeeds | ObjectBalancedSeeds]
) -> None:
    points, levels, encoding = scene()
    below = points - torch.tensor([0.0, 0.0, 1.0])
    seeds, features = sampler(known)(below, levels, encoding)
    assert seeds is encoding.seeds
    assert features is encoding.seed_features
