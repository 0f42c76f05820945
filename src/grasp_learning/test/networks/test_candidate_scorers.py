from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from grasp_learning.networks.candidate_scorer import CandidateScorer
from grasp_learning.networks.gpd_images import GpdImages
from grasp_learning.networks.pick_scorer import PickScorer
from grasp_learning.networks.pointnet_gpd import PointNetGpd

SCORERS = {
    "pick_scorer": lambda: PickScorer(width=16),
    "pointnet_gpd": lambda: PointNetGpd(channels=(16, 32, 64)),
    "gpd_images": GpdImages,
    "gpd_images_3": lambda: GpdImages(channels=3),
}
#: x of the grasp down (z of the approach frame), y along x.
DOWN = torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]])


@pytest.fixture(params=SCORERS)
def scorer(request: pytest.FixtureRequest) -> CandidateScorer:
    torch.manual_seed(0)
    network: CandidateScorer = SCORERS[request.param]()
    return network.eval()


def scene(n: int = 600, seed: int = 0) -> Tensor:
    """A floor at z = 0.05 with a box of 3 cm on it."""
    generator = torch.Generator().manual_seed(seed)
    points = torch.rand((n, 3), generator=generator) * 0.2 - 0.1
    points[:, 2] = 0.05
    on_box = (points[:, :2].abs() < 0.015).all(dim=1)
    points[on_box, 2] = 0.02
    return points


def grasps(count: int, seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    positions = torch.randn((count, 3), generator=generator) * 0.01 + torch.tensor([0, 0, 0.03])
    widths = torch.rand(count, generator=generator) * 0.06 + 0.02
    return DOWN.repeat(count, 1, 1), positions, widths


def test_scores_are_probabilities(scorer: CandidateScorer) -> None:
    scores = scorer(scene(), *grasps(5))
    assert scores.shape == (5,)
    assert ((scores > 0) & (scores < 1)).all()
    assert scores.std() > 1e-5  # it looks at the grasps


def test_a_grasp_turned_by_half_about_its_approach_has_the_same_score() -> None:
    torch.manual_seed(0)
    network = SCORERS["pick_scorer"]().eval()
    rotations, positions, widths = grasps(4)
    turned = rotations.clone()
    turned[:, :, 1:] *= -1.0
    torch.testing.assert_close(
        network(scene(), turned, positions, widths), network(scene(), rotations, positions, widths)
    )


@pytest.mark.parametrize(
    ("name", "c", "s"),
    # The cells of the pick scorer's height map fall onto each other after quarter turns only.
    [("pointnet_gpd", 0.6, 0.8), ("pick_scorer", 0.0, 1.0), ("pick_scorer", -1.0, 0.0)],
)
def test_a_scene_turned_about_the_approach_has_the_same_scores(
    name: str, c: float, s: float
) -> None:
    torch.manual_seed(0)
    network = SCORERS[name]().eval()
    rotations, positions, widths = grasps(4)
    R = torch.tensor([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]])
    torch.testing.assert_close(
        network(scene() @ R.T, R @ rotations, positions @ R.T, widths),
        network(scene(), rotations, positions, widths),
        atol=1e-4,
        rtol=0,
    )


@pytest.mark.parametrize(("points", "count"), [(1, 1), (3, 70), (2000, 3), (500, 0)])
def test_the_script_gives_the_same_scores(
    scorer: CandidateScorer, points: int, count: int, tmp_path: Path
) -> None:
    torch.jit.script(scorer).save(str(tmp_path / "scorer.ts"))
    loaded = torch.jit.load(str(tmp_path / "scorer.ts"))
    arguments = (scene(points), *grasps(count))
    torch.testing.assert_close(loaded(*arguments), scorer(*arguments), atol=1e-5, rtol=0)


def test_a_far_grasp_sees_nothing_and_still_has_a_score(scorer: CandidateScorer) -> None:
    rotations, positions, widths = grasps(2)
    assert torch.isfinite(scorer(scene(), rotations, positions + 5.0, widths)).all()


def test_gradients_reach_every_parameter(scorer: CandidateScorer) -> None:
    scorer.train()
    description = scorer.describe(scene(), *grasps(8), 0.5)
    scorer.logits(description).square().sum().backward()
    missing = [
        name
        for name, parameter in scorer.named_parameters()
        if parameter.grad is None or not parameter.grad.any()
    ]
    assert missing == []


def test_it_learns_that_a_centred_grasp_holds(scorer: CandidateScorer) -> None:
    torch.manual_seed(1)
    rotations, positions, widths = grasps(24, seed=3)
    held = positions[:, 0].abs() < 0.008
    assert 4 < held.sum() < 20
    classes = torch.where(held, 0, scorer.classes - 1)
    scorer.train()
    description = scorer.describe(scene(3000), rotations, positions, widths, 0.5)
    optimizer = torch.optim.Adam(scorer.parameters(), 3e-3)
    for _ in range(60):
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(scorer.logits(description), classes)
        loss.backward()
        optimizer.step()
    scorer.eval()
    scores = scorer.logits(description).softmax(dim=1)[:, 0]
    assert scores[held].mean() > scores[~held].mean() + 0.3


def test_points_are_described_in_the_frame_of_the_grasp() -> None:
    points = torch.tensor([[0.01, 0.0, 0.02], [0.06, 0.0, 0.0]])
    close, _, _, whole = PickScorer(width=8).describe(
        points, DOWN[None], torch.tensor([[0.0, 0.0, 0.03]]), torch.tensor([0.04]), 0.35
    )
    # 1 cm above the fingertips, 1 cm along y: 1 cm inside of the finger's face at 2 cm
    expected = torch.tensor([-1 / 3, 1 / 3, 0.0, -1 / 3, 1 / 3, 1.0])
    torch.testing.assert_close(close[0, 0], expected)
    assert close[0, 1:].abs().sum() == 0  # the second point lies beside the finger
    torch.testing.assert_close(whole[0, :3], torch.tensor([1.0, 0.0, 0.0]))  # gravity along x
    torch.testing.assert_close(whole[0, 3], torch.tensor(4 / 3))
    torch.testing.assert_close(whole[0, 5], torch.tensor(-1.0))  # 0.15 less than 0.5


def test_the_grids_tell_what_is_free_between_and_beside_the_fingers() -> None:
    """Fingers around a box of 3 cm whose top is 3 cm over the floor, the tips 1 cm over it."""
    _, near, far, _ = PickScorer(width=8).describe(
        scene(60000), DOWN[None], torch.tensor([[0.0, 0.0, 0.04]]), torch.tensor([0.04]), 0.35
    )
    height, known = near[0, :11], near[0, 11:]
    assert known.all()
    tips = 7  # the slice 1 mm past the fingertips, 9 mm over the floor and 21 mm below the top
    columns = height[tips].mean(dim=1)
    torch.testing.assert_close(columns[:4], torch.full((4,), 0.45))  # 9 of 20 mm
    torch.testing.assert_close(columns[-4:], torch.full((4,), 0.45))
    torch.testing.assert_close(height[tips, 7:9, 3:5], torch.full((2, 2), -1.0))
    assert (height[0] > 0.9).all()  # the palm's side is free
    # the far grid's slice at the fingertips: the box in the middle, the floor 1 cm below around it
    middle = far[0, 4]
    assert (middle[4:6, 4:6] < 0).all()
    torch.testing.assert_close(middle[0, 1:9], torch.full((8,), 1 / 6))
    assert far[0, 7:].all()  # the scene reaches as far as the grid


def test_gpd_sees_the_hidden_space_below_a_surface() -> None:
    network = GpdImages()
    rotations, positions, _ = grasps(1)
    hidden = network.hidden(scene(20000), rotations, positions * 0 + torch.tensor([0, 0, 0.04]))
    there = network.hidden_grid @ DOWN.T + torch.tensor([0, 0, 0.04])
    inside_box = (there[:, :2].abs() < 0.01).all(dim=1) & (there[:, 2] > 0.025)
    beside = (there[:, 0].abs() > 0.022) & (there[:, 2] < 0.04)
    assert hidden[0][inside_box].all()
    assert not hidden[0][beside].any()


def test_gpd_has_3_or_15_channels() -> None:
    with pytest.raises(ValueError, match="channels 12: expected 3 or 15"):
        GpdImages(channels=12)
