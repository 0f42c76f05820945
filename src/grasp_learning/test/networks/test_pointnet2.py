from __future__ import annotations

import pytest
import torch
from torch import Tensor

from grasp_learning.networks.gpr_params import GprParams
from grasp_learning.networks.pointnet2 import PointNet2


@pytest.fixture(scope="module")
def backbone() -> PointNet2:
    """Takes up to 64 points from a ball, and has 64, 16, 4 and 1 centres."""
    torch.manual_seed(0)
    network = PointNet2(GprParams(channels=4, neighbors=64, level_points=64)).train()
    with torch.no_grad():
        for seed in range(40):
            network(cloud(60, seed))
    return network.eval()


def cloud(n: int, seed: int) -> Tensor:
    points = torch.rand((2, n, 3), generator=torch.Generator().manual_seed(seed))
    return points * torch.tensor([0.1, 0.1, 0.03])


@pytest.mark.parametrize("n", [1, 5, 60, 200])
def test_every_point_gets_features(backbone: PointNet2, n: int) -> None:
    with torch.no_grad():
        features = backbone(cloud(n, 0))
    assert features.shape == (2, n, backbone.channels)
    assert backbone.channels == 32
    assert features.isfinite().all()
    assert n == 1 or features.std(dim=1).max() > 0.05


def test_features_follow_their_points(backbone: PointNet2) -> None:
    """The order of points says nothing, but that sampling starts at the first one."""
    points = cloud(60, 9)
    shuffled = torch.randperm(59, generator=torch.Generator().manual_seed(1)) + 1
    order = torch.cat([torch.zeros(1, dtype=torch.int64), shuffled])
    with torch.no_grad():
        torch.testing.assert_close(
            backbone(points[:, order]), backbone(points)[:, order], atol=1e-4, rtol=1e-3
        )


def test_clouds_of_a_batch_do_not_mix(backbone: PointNet2) -> None:
    points = cloud(60, 3)
    with torch.no_grad():
        both, alone = backbone(points), backbone(points[1:])
    torch.testing.assert_close(both[1:], alone, atol=1e-5, rtol=1e-4)
