from __future__ import annotations

import pytest
import torch
from torch import Tensor

from grasp_learning.networks.cylinder_grouping import Cylinder, CylinderGrouping, cylinder_radii
from grasp_learning.networks.grasp_grid import GraspGrid
from grasp_learning.networks.sbg_params import SbgParams

DEPTHS = torch.tensor([0.01, 0.02, 0.03, 0.04])


def grasps(seed: int, n: int, seeds: int) -> tuple[Tensor, Tensor, Tensor]:
    """A cloud, seeds among its points, and rotations."""
    generator = torch.Generator().manual_seed(seed)
    points = 0.1 * torch.rand((1, n, 3), generator=generator)
    views = torch.randint(300, (1, seeds), generator=generator)
    return points, points[:, :seeds], GraspGrid().rotations[views, 0]


def test_radii_are_those_of_the_repositories() -> None:
    assert cylinder_radii(4, 0.1) == pytest.approx([0.02, 0.04, 0.06, 0.08])
    assert cylinder_radii(1, 0.1) == pytest.approx([0.05])
    assert cylinder_radii(2, 0.05) == pytest.approx([0.02, 0.04])


def test_a_cylinder_equals_one_depth_and_one_point_at_a_time() -> None:
    torch.manual_seed(0)
    cylinder = Cylinder(0.03, 60, 4, DEPTHS).eval()
    points, seeds, rotations = grasps(0, 60, 10)
    described = cylinder(points, seeds, rotations)
    assert described.shape == (1, 10, 4, 16)
    for s in range(10):
        local = (points[0] - seeds[0, s]) @ rotations[0, s]
        around = (local[:, 1] ** 2 + local[:, 2] ** 2 < 0.03**2) & (local[:, 0] > -0.02)
        for d, depth in enumerate(DEPTHS):
            inside = local[around & (local[:, 0] < depth)]
            expected = cylinder.layers(inside / 0.03).amax(dim=0)
            torch.testing.assert_close(described[0, s, d], expected, atol=1e-5, rtol=1e-4)


def test_an_empty_cylinder_is_described_by_zeros() -> None:
    cylinder = Cylinder(0.03, 8, 4, DEPTHS).eval()
    points, seeds, rotations = grasps(1, 20, 3)
    assert not cylinder(points, seeds + 1.0, rotations).any()


def test_turning_cloud_and_grasps_together_changes_nothing() -> None:
    torch.manual_seed(0)
    grouping = CylinderGrouping(SbgParams(channels=4), DEPTHS).eval()
    points, seeds, rotations = grasps(2, 200, 12)
    features = torch.randn((1, 12, 16))
    turn = torch.linalg.qr(torch.randn(3, 3)).Q
    here = grouping(points, seeds, features, rotations)
    there = grouping(points @ turn.T, seeds @ turn.T, features, turn @ rotations)
    torch.testing.assert_close(here, there, atol=1e-4, rtol=1e-4)


def test_only_several_cylinders_have_a_gate() -> None:
    torch.manual_seed(0)
    points, seeds, rotations = grasps(3, 50, 5)
    features = torch.randn((1, 5, 16))
    for cylinders in (1, 4):
        params = SbgParams(channels=4, cylinders=cylinders)
        grouping = CylinderGrouping(params, DEPTHS).eval()
        with_features = grouping(points, seeds, features, rotations)
        without = grouping(points, seeds, torch.zeros_like(features), rotations)
        context = (with_features - without)[0]
        if cylinders == 1:
            assert not context.any()
        else:
            gated = torch.sigmoid(grouping.gate(features)) * features
            torch.testing.assert_close(context, gated[0].unsqueeze(1).expand(5, 4, 16))
