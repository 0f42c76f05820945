from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.utils.data import default_collate

from grasp_learning.networks.sbg import OWN_VIEW
from grasp_learning.networks.sbg_params import SBG_PRESETS, SbgParams
from grasp_learning.networks.sbg_targets import FILLER
from grasp_learning.sbg_task import MAX_LABELS, SbgTask
from grasp_learning.task import EmptySampleError
from grasp_learning.view_sample import View

TINY = SBG_PRESETS["tiny"]


def make_task(params: SbgParams = TINY) -> SbgTask:
    torch.manual_seed(0)
    return SbgTask(params)


def make_batch(task: SbgTask, view: View, size: int = 2) -> dict[str, Tensor]:
    rng = np.random.default_rng(0)
    batch: dict[str, Tensor] = default_collate([task.prepare(view, rng) for _ in range(size)])
    return batch


def learn(task: SbgTask, batch: dict[str, Tensor], steps: int) -> list[float]:
    optimizer = torch.optim.Adam(task.network.parameters(), 5e-3)
    totals = []
    for _ in range(steps):
        loss = task.loss(batch)["total"]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        totals.append(loss.item())
    return totals


def test_it_learns_one_scene(table_view: View) -> None:
    task = make_task()
    batch = make_batch(task, table_view)
    before = task.metrics(batch)  # with the statistics of the batch
    totals = learn(task, batch, 40)
    after = task.metrics(batch)
    assert totals[-1] < 0.25 * totals[0]
    assert after["graspable"] > 0.8
    assert after["view"] > before["view"] + 0.3
    assert after["score"] > before["score"]


def test_gradients_reach_every_parameter(table_view: View) -> None:
    task = make_task()
    task.loss(make_batch(task, table_view))["total"].backward()
    for name, parameter in task.network.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().sum() > 0, name


def test_weights_that_are_saved_and_loaded_give_the_same_loss(table_view: View) -> None:
    task = make_task()
    batch = make_batch(task, table_view)
    learn(task, batch, 2)
    other = SbgTask(TINY)
    other.network.load_state_dict(task.network.state_dict())
    task.network.eval()
    other.network.eval()
    assert task.loss(batch)["total"].item() == other.loss(batch)["total"].item()


def test_a_sample_has_fixed_sizes_and_the_labels_that_are_free(table_view: View) -> None:
    sample = make_task().prepare(table_view, np.random.default_rng(0))
    assert sample["points"].shape == (1024, 3)
    assert sample["draws"].shape == (64, 3)
    assert sample["positions"].shape == (MAX_LABELS, 3)
    assert (sample["instances"] != FILLER).sum() == 25
    assert (sample["scores"] > 0).sum() == 25
    torch.testing.assert_close(
        sample["widths"][:25].sort().values, torch.from_numpy(table_view.widths[table_view.free])
        .sort().values,
    )  # fmt: skip


def test_samples_follow_from_the_seed(table_view: View) -> None:
    task = make_task()
    one, two = (task.prepare(table_view, np.random.default_rng(3)) for _ in range(2))
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_a_view_without_a_free_grasp_is_refused(table_view: View) -> None:
    blocked = replace(table_view, free=np.zeros(30, bool))
    with pytest.raises(EmptySampleError, match="none of 30 grasps is free"):
        make_task().prepare(blocked, np.random.default_rng(0))


def test_labels_far_from_every_seed_leave_the_loss_finite(table_view: View) -> None:
    task = make_task()
    batch = make_batch(task, table_view)
    batch["positions"] += 1.0
    losses = task.loss(batch)
    assert all(torch.isfinite(loss) for loss in losses.values())
    assert losses["angle"] == 0
    assert all(torch.isfinite(value) for value in task.metrics(batch).values())


def test_scales_are_counted_in_training_only(table_view: View) -> None:
    task = make_task()
    batch = make_batch(task, table_view)
    task.loss(batch)
    counts = task.network.scale_counts.clone()
    seeds = task.step(batch, 0.0).seeds
    assert counts.sum() == seeds.graspable.sum()
    # Both bricks, 4 and 1.5 cm wide and 5 mm of clearance, and nothing else.
    assert set(counts.nonzero().flatten().tolist()) <= {6, 14}
    task.network.eval()
    task.loss(batch)
    assert torch.equal(task.network.scale_counts, counts)


def test_the_weight_of_a_rare_scale_enters_the_loss(table_view: View) -> None:
    task = make_task()
    batch = make_batch(task, table_view)
    task.network.eval()
    even = task.loss(batch)["total"]
    task.network.scale_counts[14], task.network.scale_counts[6] = 1000, 1
    assert task.loss(batch)["total"] != even
    plain = make_task(replace(TINY, scale_balanced=False))
    plain.network.load_state_dict(task.network.state_dict())
    plain.network.eval()
    assert plain.loss(batch)["total"] == even


@pytest.mark.parametrize("switch", [{"cylinders": 1}, {"scale_balanced": False}, {}])
def test_each_ablation_trains(table_view: View, switch: dict[str, int]) -> None:
    task = make_task(replace(TINY, **switch))
    totals = learn(task, make_batch(task, table_view, 1), 4)
    assert totals[-1] < totals[0]


def test_noisy_clean_mix_is_a_switch(table_view: View) -> None:
    without, mixed = make_task(replace(TINY, noisy_clean=False)), make_task()
    noiseless = replace(table_view, measured=table_view.clean, measured_valid=np.full(10800, True))
    for view in (noiseless, table_view):
        same = []
        for seed in range(10):
            points = [
                task.prepare(view, np.random.default_rng(seed))["points"]
                for task in (without, mixed)
            ]
            same.append(torch.equal(*points))
        assert all(same) if view is noiseless else 0 < sum(same) < 10


def test_guided_seeds_have_a_view_with_a_label(table_view: View) -> None:
    task = make_task()
    batch = make_batch(task, table_view)
    step = task.step(batch, 1.0)
    graspable = step.seeds.graspable.gather(1, step.output.candidates)
    hit = step.operations.scores.flatten(2).amax(dim=2) > 0
    assert graspable.any()
    assert torch.equal(hit & graspable, graspable)
    assert OWN_VIEW not in step.output.views.flatten().tolist()
