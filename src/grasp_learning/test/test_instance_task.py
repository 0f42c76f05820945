from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.utils.data import default_collate

from grasp_learning.instance_task import InstanceTask, found_share
from grasp_learning.networks.sbg_params import ENCODER_PRESETS
from grasp_learning.task import EmptySampleError
from grasp_learning.view_sample import View


def make_task() -> InstanceTask:
    torch.manual_seed(0)
    return InstanceTask(ENCODER_PRESETS["tiny"])


def make_batch(task: InstanceTask, view: View) -> dict[str, Tensor]:
    rng = np.random.default_rng(0)
    batch: dict[str, Tensor] = default_collate([task.prepare(view, rng) for _ in range(2)])
    return batch


def test_it_learns_to_part_two_bricks(table_view: View) -> None:
    task = make_task()
    batch = make_batch(task, table_view)
    optimizer = torch.optim.Adam(task.network.parameters(), 1e-2)
    totals = []
    for _ in range(50):
        loss = task.loss(batch)["total"]
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        totals.append(loss.item())
    assert totals[-1] < 0.2 * totals[0]
    with torch.no_grad():
        metrics = task.metrics(batch)  # with the statistics of the batch
    assert metrics["foreground"] > 0.9
    assert metrics["offset_mm"] < 10
    assert metrics["found"] == 1


def test_gradients_reach_every_parameter(table_view: View) -> None:
    task = make_task()
    task.loss(make_batch(task, table_view))["total"].backward()
    for name, parameter in task.network.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().sum() > 0, name


def test_offsets_lead_to_the_mean_of_the_object(table_view: View) -> None:
    sample = make_task().prepare(table_view, np.random.default_rng(0))
    for instance in (1, 2):
        own = sample["instances"] == instance
        centers = sample["points"][own] + sample["offsets"][own]
        torch.testing.assert_close(centers, centers[:1].expand_as(centers), atol=1e-6, rtol=0)
        torch.testing.assert_close(centers[0], sample["points"][own].mean(dim=0))
    assert not sample["offsets"][sample["instances"] == 0].any()


def test_the_loss_by_hand(table_view: View, monkeypatch: pytest.MonkeyPatch) -> None:
    task = make_task()
    batch = make_batch(task, table_view)
    shape = batch["points"].shape
    # Says "background" with odds 3 to 1 everywhere, and that all offsets are 5 mm off along x.
    foreground = torch.tensor([math.log(3.0), 0.0]).expand(shape[0], shape[1], 2)
    offsets = batch["offsets"] + torch.tensor([0.005, 0.0, 0.0])
    monkeypatch.setattr(task, "predict", lambda _: (foreground, offsets))
    losses = task.loss(batch)
    expected = -(math.log(3 / 4) + math.log(1 / 4)) / 2  # both classes alike
    assert losses["foreground"].item() == pytest.approx(expected, rel=1e-5)
    assert losses["offset"].item() == pytest.approx(0.5 * 0.5**2 / 3, rel=1e-4)
    total = 0.5 * losses["foreground"] + 0.5 * losses["offset"]
    assert losses["total"].item() == pytest.approx(total.item())


def test_a_view_without_objects_is_refused(table_view: View) -> None:
    empty = replace(table_view, instances=np.zeros(len(table_view)))
    with pytest.raises(EmptySampleError, match="no point of an object"):
        make_task().prepare(empty, np.random.default_rng(0))


def test_an_object_is_found_where_half_of_the_union_is_shared() -> None:
    truth = torch.tensor([0, 0, 1, 1, 1, 1, 2, 2, 3, 3])
    segments = torch.tensor([0, 2, 2, 2, 2, 0, 1, 1, 1, 1])
    # 1: 3 of 5. 2 and 3 are joined: 2 of 4 each, of the same segment.
    assert found_share(segments, truth) == 1
    segments[1] = 1
    # The joined segment has a fifth point now: 2 of 5.
    assert found_share(segments, truth).item() == pytest.approx(1 / 3)
    assert found_share(torch.zeros_like(truth), truth) == 0
