"""GPR's network, both stages."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from grasp_learning.networks.gpr import NMS_THRESHOLD_M, GprDetector, GprNetwork
from grasp_learning.networks.gpr_codec import GraspBatch
from grasp_learning.networks.gpr_params import GPR_PRESETS
from grasp_learning.networks.proposal_nms import grasp_distances

PARAMS = GPR_PRESETS["tiny"]


def cloud(n: int, seed: int = 0) -> Tensor:
    """Points (n, 3) of a flat box of 30 x 30 x 6 cm."""
    points = torch.rand((n, 3), generator=torch.Generator().manual_seed(seed))
    return (points - 0.5) * torch.tensor([0.3, 0.3, 0.06])


def make_network(seed: int = 0) -> GprNetwork:
    """A network whose normalisation has seen some clouds."""
    torch.manual_seed(seed)
    network = GprNetwork(PARAMS).train()
    with torch.no_grad():
        for i in range(8):
            points = torch.stack([cloud(600, 2 * i), cloud(600, 2 * i + 1)])
            stage1 = network(points)
            network.refine(points, stage1, network.propose(points, stage1, 16))
    return network.eval()


@pytest.fixture(scope="module")
def network() -> GprNetwork:
    return make_network()


def assert_grasps(grasps: tuple[Tensor, ...], most: int) -> None:
    rotations, positions, widths, scores = grasps
    n = len(rotations)
    assert 1 <= n <= most
    assert positions.shape == (n, 3)
    gram = rotations @ rotations.transpose(1, 2)
    torch.testing.assert_close(gram, torch.eye(3).expand(n, 3, 3), atol=1e-4, rtol=0)
    assert (torch.linalg.det(rotations) > 0).all()
    assert positions.isfinite().all()
    assert ((widths >= 0) & (widths <= PARAMS.max_width)).all()
    assert ((scores >= 0) & (scores <= 1)).all()


@pytest.mark.parametrize("stage1_only", [False, True])
def test_scripted_detector_equals_the_eager_one(network: GprNetwork, stage1_only: bool) -> None:
    detector = GprDetector(network, 16, stage1_only)
    scripted = torch.jit.script(detector)
    with torch.no_grad():
        for n in (1, 130, 700, 64):
            pairs = zip(scripted(cloud(n, n)), detector(cloud(n, n)), strict=True)
            for a, b in pairs:
                torch.testing.assert_close(a, b, atol=1e-5, rtol=0)


@pytest.mark.parametrize("stage1_only", [False, True])
def test_a_cloud_with_fewer_points_than_seeds(network: GprNetwork, stage1_only: bool) -> None:
    with torch.no_grad():
        for n in (1, 2, 20):
            assert_grasps(GprDetector(network, 16, stage1_only)(cloud(n)), min(n, 16))


def test_coplanar_and_coincident_points(network: GprNetwork) -> None:
    flat = cloud(300) * torch.tensor([1.0, 1.0, 0.0])
    with torch.no_grad():
        assert_grasps(GprDetector(network, 16)(flat), 16)
        assert_grasps(GprDetector(network, 16)(flat * 0.0), 16)


def test_stage_1_only_gives_proposals_with_the_probability_of_the_mask(
    network: GprNetwork,
) -> None:
    points = cloud(500)
    with torch.no_grad():
        scores = GprDetector(network, 5, stage1_only=True)(points)[3]
        mask = network(points[None]).mask.sigmoid()
    assert scores[0] == mask.max()
    assert (scores[:-1] >= scores[1:]).all()
    assert len(scores) == 5


def test_refined_grasps_belong_to_the_proposals(network: GprNetwork) -> None:
    """A refinement cannot move them by more than its bins reach: one network, two stages."""
    points = cloud(500)
    with torch.no_grad():
        proposals = GprDetector(network, 8, stage1_only=True)(points)
        refined = GprDetector(network, 8)(points)
    assert len(refined[0]) == len(proposals[0])
    moved = (refined[1] - proposals[1]).norm(dim=1)
    assert moved.max() < 0.06  # 2 cm along each axis, and residuals
    assert moved.max() > 0


def test_proposals_that_are_suppressed_come_last_with_score_0(network: GprNetwork) -> None:
    points = torch.stack([cloud(400, 3), cloud(400, 4)])
    with torch.no_grad():
        proposals = network.propose(points, network(points), 100)
    assert proposals.rotations.shape == (2, 100, 3, 3)
    for i in range(2):
        kept = proposals.scores[i] > 0
        count = int(kept.sum())
        assert 0 < count < 100
        assert kept[:count].all()
        best = GraspBatch(*(part[i : i + 1, :count] for part in proposals))
        distance = grasp_distances(best, best)[0]
        distance.fill_diagonal_(1.0)
        assert distance.min() >= NMS_THRESHOLD_M
        assert (best.scores[0, :-1] >= best.scores[0, 1:]).all()


def test_a_cloud_without_any_contact_still_gives_a_grasp() -> None:
    network = make_network()
    torch.nn.init.constant_(network.mask[1].bias, -300.0)  # a probability that float32 cannot hold
    with torch.no_grad():
        grasps = GprDetector(network, 16, stage1_only=True)(cloud(100))
    assert_grasps(grasps, 16)
    assert grasps[3].max() < 1e-20


def test_features_do_not_depend_on_the_origin(network: GprNetwork) -> None:
    points = cloud(300)[None]
    with torch.no_grad():
        here, there = network(points), network(points + torch.tensor([0.05, -0.02, 0.1]))
    torch.testing.assert_close(here.features, there.features, atol=1e-3, rtol=1e-3)


def test_saved_weights_give_the_same_output(network: GprNetwork, tmp_path: Path) -> None:
    torch.save(network.state_dict(), tmp_path / "weights.pt")
    other = make_network(seed=1)
    with torch.no_grad():
        expected = GprDetector(network, 16)(cloud(300))
        before = GprDetector(other, 16)(cloud(300))
        other.load_state_dict(torch.load(tmp_path / "weights.pt"))
        loaded = GprDetector(other, 16)(cloud(300))
    assert before[1].shape != loaded[1].shape or not torch.equal(before[1], loaded[1])
    assert all(torch.equal(a, b) for a, b in zip(expected, loaded, strict=True))


def test_all_sizes_can_be_built_and_shipped() -> None:
    full = GPR_PRESETS["full"]
    # Points and proposals are the paper's.
    assert (full.points, full.training_proposals, full.proposals) == (16384, 256, 100)
    for params in GPR_PRESETS.values():
        size = sum(4 * weight.numel() for weight in GprNetwork(params).parameters())
        assert size < 20e6  # bytes of a model that is shipped, at most
