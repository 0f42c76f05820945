from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from grasp_learning.networks.pick_scorer import PickScorer
from grasp_learning.networks.pointnet_gpd import PointNetGpd
from grasp_learning.scorer_task import ScorerTask
from grasp_learning.task import EmptySampleError
from grasp_learning.view_sample import View


@pytest.fixture
def task() -> ScorerTask:
    torch.manual_seed(0)
    return ScorerTask(PickScorer(width=8), trials_per_view=6)


@pytest.fixture
def tried_view(table_view: View) -> View:
    """The view with three trials, of which the first held: at labels, and far from everything."""
    rotations, positions = table_view.rotations[:3], table_view.positions[:3].copy()
    positions[1:] += 1.0
    return replace(
        table_view,
        trial_rotations=rotations,
        trial_positions=positions,
        trial_widths=table_view.widths[:3],
        trial_outcomes=np.array([0, 2, 4], np.uint8),
        trial_sources=np.zeros(3, np.uint8),
    )


def test_a_sample_has_a_fixed_size_and_repeats_what_a_view_lacks(
    task: ScorerTask, tried_view: View
) -> None:
    sample = task.prepare(tried_view, np.random.default_rng(0))
    assert sample["description_0"].shape[0] == sample["outcomes"].shape[0] == 6
    assert sorted(sample["outcomes"].tolist()) == [0, 0, 2, 2, 4, 4]


def test_a_grasp_that_holds_something_sees_it_and_a_far_one_sees_nothing(
    task: ScorerTask, tried_view: View
) -> None:
    sample = task.prepare(tried_view, np.random.default_rng(0))
    seen = sample["description_0"][:, :, -1].sum(dim=1)
    held = sample["outcomes"] == 0
    assert (seen[held] > 5).all()
    assert (seen[~held] == 0).all()


def test_friction_is_that_of_the_view_in_training_and_presumed_in_a_detection(
    task: ScorerTask, tried_view: View
) -> None:
    for friction in (0.35, 0.65):
        sample = task.prepare(replace(tried_view, friction=friction), np.random.default_rng(0))
        expected = torch.full((6,), (friction - 0.5) / 0.15)
        torch.testing.assert_close(sample["description_3"][:, 5], expected)
    network = PickScorer(width=8, friction=0.35).eval()
    grasp = (torch.eye(3)[None], torch.zeros(1, 3), torch.tensor([0.04]))
    points = torch.rand(50, 3, generator=torch.Generator().manual_seed(0)) * 0.02
    presumed = network(points, *grasp)
    network.friction = 0.65
    assert network(points, *grasp) != presumed


def test_gravity_points_down_in_the_frame_of_each_grasp(task: ScorerTask, tried_view: View) -> None:
    sample = task.prepare(tried_view, np.random.default_rng(0))
    down_in_camera = tried_view.T_world_camera[:3, :3].T @ [0.0, 0.0, -1.0]
    expected = tried_view.trial_rotations[0].T @ down_in_camera
    held = sample["outcomes"] == 0
    # y and z may have the other sign: the gripper was turned or mirrored
    np.testing.assert_allclose(
        sample["description_3"][held][:, :3].abs(), np.abs(expected)[None].repeat(2, 0), atol=1e-5
    )


def test_the_same_seed_gives_the_same_sample(task: ScorerTask, tried_view: View) -> None:
    first, second = (task.prepare(tried_view, np.random.default_rng(3)) for _ in range(2))
    for name, values in first.items():
        assert torch.equal(values, second[name])


def test_a_view_without_trials_or_points_is_skipped(task: ScorerTask, tried_view: View) -> None:
    blind = replace(tried_view, measured_valid=np.zeros(len(tried_view), bool))
    empty = replace(
        tried_view,
        trial_rotations=tried_view.trial_rotations[:0],
        trial_positions=tried_view.trial_positions[:0],
        trial_widths=tried_view.trial_widths[:0],
        trial_outcomes=tried_view.trial_outcomes[:0],
        trial_sources=tried_view.trial_sources[:0],
    )
    for view in (blind, empty):
        with pytest.raises(EmptySampleError, match="no executed grasp, or no measured point"):
            task.prepare(view, np.random.default_rng(0))


def test_the_loss_by_hand() -> None:
    network = PointNetGpd(channels=(4, 8, 8))
    task = ScorerTask(network)
    for parameter in network.parameters():
        torch.nn.init.zeros_(parameter)  # all logits are 0: every class has a third
    batch = {
        "description_0": torch.zeros((1, 2, 256, 4)),
        "outcomes": torch.tensor([[0, 4]]),
    }
    torch.testing.assert_close(
        task.loss(batch)["total"], torch.tensor(np.log(3), dtype=torch.float32)
    )


def test_the_area_under_the_curve_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    task = ScorerTask(PickScorer(width=8))
    # held scores .9 and .3 against failed .5 and .1: three of four pairs are in order
    scores = torch.tensor([0.9, 0.3, 0.5, 0.1])
    logits = torch.log(torch.stack([scores, 1 - scores], dim=1))
    classes = torch.tensor([0, 0, 1, 1])
    monkeypatch.setattr(task, "_classified", lambda _: (logits, classes))
    metrics = task.metrics({})
    assert metrics["auc"] == pytest.approx(0.75)
    assert metrics["held"] == pytest.approx(0.5)
