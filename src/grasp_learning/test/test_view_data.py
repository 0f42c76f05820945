from __future__ import annotations

import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from grasp_learning.errors import ShardError, TrainingError
from grasp_learning.manifest import Manifest
from grasp_learning.shard_writer import ShardWriter
from grasp_learning.task import EmptySampleError
from grasp_learning.view_data import (
    Batches,
    PreparedViews,
    ViewFolders,
    training_keys,
    validation_keys,
)

tiny = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("tiny_training.py"))))


class Numbered:
    """A task whose samples are the friction of the view and a random number; odd ones are empty."""

    def prepare(self, view: object, rng: np.random.Generator) -> dict[str, torch.Tensor]:
        if view.spec.seed % 2:
            raise EmptySampleError("an odd view")
        return {"seed": torch.tensor(view.spec.seed), "draw": torch.tensor(rng.random())}


@pytest.fixture
def views(tmp_path: Path) -> ViewFolders:
    return ViewFolders(
        [tiny.write_views(tmp_path / "a", 3), tiny.write_views(tmp_path / "b", 2, first=3)]
    )


def test_folders_are_numbered_through(views: ViewFolders, tmp_path: Path) -> None:
    assert len(views) == 5
    assert [views.read(index).spec.seed for index in range(5)] == [0, 1, 2, 3, 4]
    assert views.name(3) == f"{tmp_path / 'b'}, sample 0"
    assert views.gripper == "tiny"


def test_the_digest_knows_the_data_and_their_order(tmp_path: Path) -> None:
    a, b = tiny.write_views(tmp_path / "a", 2), tiny.write_views(tmp_path / "b", 2, first=2)
    digests = {ViewFolders(folders).digest() for folders in ([a], [b], [a, b], [b, a])}
    assert len(digests) == 4
    assert ViewFolders([a, b]).digest() in digests


def test_folders_that_cannot_be_used(tmp_path: Path) -> None:
    a = tiny.write_views(tmp_path / "a", 1)
    b = tiny.write_views(tmp_path / "b", 1, gripper="hand")
    with pytest.raises(TrainingError, match=r"different grippers: \['hand', 'tiny'\]"):
        ViewFolders([a, b])
    with pytest.raises(TrainingError, match="no folder: no views to train on"):
        ViewFolders([])
    ShardWriter(tmp_path / "c", Manifest(1, 1, {})).write(0, lambda _: None)
    with pytest.raises(TrainingError, match="c: no views to train on"):
        ViewFolders([tmp_path / "c"])
    with pytest.raises(ShardError, match=r"manifest.json: missing, this is no data set"):
        ViewFolders([tmp_path])


def test_an_empty_view_is_replaced_by_the_next(views: ViewFolders) -> None:
    samples = PreparedViews(views, Numbered(), seed=0)
    assert [int(samples[(0, index)]["seed"]) for index in range(5)] == [0, 2, 2, 4, 4]


def test_views_without_anything_to_learn_from(tmp_path: Path) -> None:
    views = ViewFolders([tiny.write_views(tmp_path / "odd", 1, first=1)])
    with pytest.raises(TrainingError, match=r"no view holds .*odd, sample 0: an odd view"):
        PreparedViews(views, Numbered(), 0)[(0, 0)]


def test_draws_depend_on_seed_epoch_and_view_alone(views: ViewFolders) -> None:
    def draw(seed: int, key: tuple[int, int]) -> float:
        return float(PreparedViews(views, Numbered(), seed)[key]["draw"])

    assert draw(0, (0, 0)) == draw(0, (0, 0))
    assert len({draw(0, (0, 0)), draw(1, (0, 0)), draw(0, (1, 0)), draw(0, (0, 2))}) == 4


@pytest.mark.parametrize("workers", [0, 1])
def test_batches_may_be_gone_through_again(workers: int, views: ViewFolders) -> None:
    batches = Batches(PreparedViews(views, Numbered(), 0), [[(0, 0), (0, 2)], [(0, 4)]], workers)
    for _ in range(2):
        assert [batch["seed"].tolist() for batch in batches] == [[0, 2], [4]]


@given(
    st.integers(1, 40), st.integers(1, 5), st.integers(1, 3), st.integers(0, 30), st.integers(0, 9)
)
def test_an_epoch_has_each_view_once_wherever_it_is_entered(
    count: int, size: int, team: int, start: int, seed: int
) -> None:
    if count < size * team:
        return
    per_epoch = count // (size * team)
    steps = range(3 * per_epoch)
    ranks = [list(training_keys(count, size, steps, seed, rank, team)) for rank in range(team)]
    for epoch in range(3):
        batches = [rank[s] for rank in ranks for s in steps[epoch * per_epoch :][:per_epoch]]
        keys = [key for batch in batches for key in batch]
        assert {key[0] for key in keys} == {epoch}
        assert len({key[1] for key in keys}) == len(keys) == per_epoch * size * team
        assert all(0 <= key[1] < count for key in keys)
    resumed = training_keys(count, size, steps[start:], seed, 0, team)
    assert list(resumed) == ranks[0][start:]


def test_epochs_and_seeds_have_orders_of_their_own() -> None:
    def order(seed: int, step: int) -> list[int]:
        (keys,) = training_keys(50, 50, range(step, step + 1), seed)
        return [index for _, index in keys]

    assert sorted(order(0, 0)) == list(range(50))
    assert order(0, 0) != order(0, 1)
    assert order(0, 0) != order(1, 0)


@given(st.integers(1, 30), st.integers(1, 7), st.integers(1, 4))
def test_a_validation_has_each_view_once(count: int, size: int, team: int) -> None:
    batches = [b for rank in range(team) for b in validation_keys(count, size, rank, team)]
    assert sorted(key for batch in batches for key in batch) == [(0, i) for i in range(count)]
    assert all(1 <= len(batch) <= size for batch in batches)
