from __future__ import annotations

import math

import torch

from grasp_learning.scale_balance import (
    scale_classes,
    scale_counts,
    scale_weights,
    seed_weights,
)

#: Seeds of each class in GraspNet-1Billion (repository of Scale-Balanced Grasp).
GRASPNET = torch.tensor([
    1485, 1214, 3983, 5132, 5351, 6246, 8498, 8951, 10123, 13301, 15814, 22138, 20040, 21743, 22042,
    23140, 26960, 29436, 29675, 30826, 30801, 33987, 32947, 29472, 29762, 31892, 33119, 27972,
    27850, 27633, 32244, 39441,
])  # fmt: skip


def test_the_weights_of_graspnet_are_those_of_the_repository() -> None:
    weights = scale_weights(GRASPNET)
    torch.testing.assert_close(weights[0], torch.tensor(4.2794), atol=1e-4, rtol=0)
    torch.testing.assert_close(weights.max(), torch.tensor(4.4809), atol=1e-4, rtol=0)
    assert weights.argmax() == 1
    assert weights[-1] == 1.0


def test_a_class_without_seeds_has_a_finite_weight_the_largest() -> None:
    counts = torch.zeros(32, dtype=torch.int64)
    counts[5] = 100
    weights = scale_weights(counts)
    assert weights[5] == 1.0
    torch.testing.assert_close(weights[0], torch.tensor(1 + math.log(100)))


def test_before_anything_is_counted_all_weights_are_one() -> None:
    assert (scale_weights(torch.zeros(32, dtype=torch.int64)) == 1).all()


def test_classes_are_of_equal_width_and_what_is_too_wide_is_in_the_last() -> None:
    widths = torch.tensor([0.0001, 0.0031, 0.0032, 0.05, 0.0999, 0.1, 0.2])
    assert scale_classes(widths, 0.1).tolist() == [0, 0, 1, 16, 31, 31, 31]


def test_seeds_without_a_label_are_not_counted() -> None:
    counts = scale_counts(torch.tensor([[0.0, 0.05], [0.051, 0.001]]), 0.1)
    assert counts.shape == (32,)
    assert (counts[0], counts[16], counts.sum()) == (1, 2, 3)


def test_a_seed_without_a_label_has_weight_one() -> None:
    weights = seed_weights(torch.tensor([[0.0, 0.002, 0.0999]]), GRASPNET, 0.1)
    torch.testing.assert_close(weights, torch.tensor([[1.0, 4.2794, 1.0]]), atol=1e-4, rtol=0)
