from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grasp_learning.networks.mean_shift import _connected, mean_shift

CENTERS = torch.tensor([[0.0, 0.0, 0.0], [0.1, 0.0, 0.0], [0.0, 0.12, 0.0]])


def blobs(*sizes: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Points of 2 mm spread around the centres, in random order, and whose they are."""
    generator = torch.Generator().manual_seed(0)
    owner = torch.repeat_interleave(torch.arange(len(sizes)), torch.tensor(sizes))
    owner = owner[torch.randperm(len(owner), generator=generator)]
    spread = 0.002 * torch.randn((len(owner), 3), generator=generator)
    return CENTERS[owner] + spread, owner


def same(clusters: torch.Tensor, owner: torch.Tensor) -> bool:
    """Whether both part the points alike."""
    together = clusters.unsqueeze(0) == clusters.unsqueeze(1)
    return torch.equal(together, owner.unsqueeze(0) == owner.unsqueeze(1))


def test_each_blob_is_a_cluster() -> None:
    points, owner = blobs(300, 60, 100)
    clusters = mean_shift(points, 0.02, 0.05)
    assert same(clusters, owner)
    assert sorted(set(clusters.tolist())) == [0, 1, 2]


def test_a_small_blob_is_no_cluster() -> None:
    points, owner = blobs(300, 9, 100)
    clusters = mean_shift(points, 0.02, 0.05, stride=1)
    assert (clusters[owner == 1] == -1).all()
    assert sorted(set(clusters[owner != 1].tolist())) == [0, 1]


def test_tops_nearer_than_the_limit_are_one_cluster() -> None:
    points, owner = blobs(100, 100, 100)
    clusters = mean_shift(points, 0.02, 0.11)
    assert same(clusters, owner.clamp(max=1) * (owner > 1))  # 0.10 apart; the third 0.12


@pytest.mark.parametrize("count", [0, 1, 9, 10])
def test_few_points(count: int) -> None:
    clusters = mean_shift(torch.zeros((count, 3)), 0.02, 0.05)
    assert clusters.tolist() == [0 if count == 10 else -1] * count


@given(st.integers(0, 2**31), st.integers(1, 12))
def test_connected_parts_equal_a_walk_along_the_links(seed: int, count: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    links = torch.rand((count, count), generator=generator) < 0.15
    links = links | links.T
    numbers = _connected(links)
    for start in range(count):
        reached, new = set(), {start}
        while new:
            reached |= new
            new = {int(j) for i in new for j in links[i].nonzero()} - reached
        assert numbers[start] == min(reached)
