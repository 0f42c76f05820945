from __future__ import annotations

import pytest
import torch

from grasp_learning.networks.instance_segmentation import InstanceNetwork, segment
from grasp_learning.networks.point_transformer import sample_levels
from grasp_learning.networks.sbg_params import ENCODER_PRESETS


def test_exact_offsets_give_the_objects() -> None:
    generator = torch.Generator().manual_seed(0)
    truth = torch.arange(300) % 3  # 0 is the table
    centers = torch.tensor([[0.5, 0.5, 0.5], [0.0, 0.0, 0.0], [0.08, 0.0, 0.0]])[truth]
    points = centers + 0.1 * torch.rand((300, 3), generator=generator)  # they interleave
    foreground = torch.stack([truth == 0, truth > 0], dim=1).float()
    objects = segment(points, foreground, centers - points)
    assert (objects[truth == 0] == 0).all()
    assert set(objects[truth == 1].tolist()) | set(objects[truth == 2].tolist()) == {1, 2}
    assert len(set(objects[truth == 1].tolist())) == 1


def test_without_a_foreground_there_is_no_object() -> None:
    foreground = torch.tensor([[1.0, 0.0]]).expand(20, 2)
    assert not segment(torch.rand(20, 3), foreground, torch.zeros(20, 3)).any()


@pytest.mark.parametrize("n", [1, 50, 700])
def test_every_point_is_judged(n: int) -> None:
    torch.manual_seed(0)
    network = InstanceNetwork(ENCODER_PRESETS["tiny"]).eval()
    points = 0.2 * torch.rand((2, n, 3))
    foreground, offsets = network(points, sample_levels(points, 128, 64))
    assert (foreground.shape, offsets.shape) == ((2, n, 2), (2, n, 3))
    assert torch.isfinite(foreground).all()
    assert torch.isfinite(offsets).all()
