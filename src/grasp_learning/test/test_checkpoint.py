from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
import torch
from torch import nn

from grasp_learning.checkpoint import Checkpoint
from grasp_learning.errors import CheckpointError


def make_checkpoint(network: nn.Module) -> Checkpoint:
    return Checkpoint(
        architecture="net",
        params={"width": 2, "sizes": (1, 2)},
        settings={"epochs": 3},
        gripper="hand",
        data_digest="d1",
        commit="c1",
        step=7,
        seconds=1.5,
        weights=network.state_dict(),
        optimizer={"state": {0: torch.ones(2)}},
        schedule={"best": float("inf")},
        metrics={"loss": 0.25},
    )


def test_a_checkpoint_comes_back(tmp_path: Path) -> None:
    saved = make_checkpoint(nn.Linear(2, 3))
    saved.save(tmp_path / "a.pt")
    loaded = Checkpoint.load(tmp_path / "a.pt")
    for field in dataclasses.fields(Checkpoint):
        if field.name not in ("weights", "optimizer"):
            assert getattr(loaded, field.name) == getattr(saved, field.name), field.name
    other = nn.Linear(2, 3)
    loaded.load_weights(other)
    assert torch.equal(other.weight, saved.weights["weight"])
    assert torch.equal(loaded.optimizer["state"][0], torch.ones(2))
    assert [path.name for path in tmp_path.iterdir()] == ["a.pt"]


def test_a_checkpoint_cut_anywhere_is_refused_by_name(tmp_path: Path) -> None:
    path = tmp_path / "a.pt"
    make_checkpoint(nn.Linear(2, 3)).save(path)
    content = path.read_bytes()
    for share in (0.0, 0.01, 0.3, 0.6, 0.99):
        path.write_bytes(content[: int(share * len(content))])
        with pytest.raises(CheckpointError, match=r"a.pt: truncated or no checkpoint \("):
            Checkpoint.load(path)


def test_what_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.pt"
    with pytest.raises(CheckpointError, match=r"a.pt: missing"):
        Checkpoint.load(path)
    path.write_text("no checkpoint at all")
    with pytest.raises(CheckpointError, match=r"a.pt: truncated or no checkpoint"):
        Checkpoint.load(path)
    torch.save({"weights": 1}, path)
    with pytest.raises(CheckpointError, match=r"a.pt: not a grasp_learning checkpoint"):
        Checkpoint.load(path)
    torch.save({"format": "grasp_learning checkpoint", "version": 9}, path)
    with pytest.raises(CheckpointError, match=r"a.pt: version 9, this program reads 1"):
        Checkpoint.load(path)


def test_a_checkpoint_runs_no_code(tmp_path: Path) -> None:
    class Harmful:
        def __reduce__(self) -> tuple[object, ...]:
            return (Path.touch, (tmp_path / "harm",))

    torch.save({"format": "grasp_learning checkpoint", "step": Harmful()}, tmp_path / "a.pt")
    with pytest.raises(CheckpointError, match=r"a.pt: truncated or no checkpoint"):
        Checkpoint.load(tmp_path / "a.pt")
    assert not (tmp_path / "harm").exists()


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match=r"nowhere/a.pt: No such file or directory"):
        make_checkpoint(nn.Linear(1, 1)).save(tmp_path / "nowhere" / "a.pt")


@pytest.mark.parametrize(
    ("network", "message"),
    [
        (nn.Linear(3, 3), r"'weight' is \(3, 2\), the network's is \(3, 3\)"),
        (nn.Linear(2, 3, bias=False), r"only the checkpoint has 'bias'"),
        (nn.Sequential(nn.Linear(2, 3)), r"only the network has '0.bias'"),
    ],
)
def test_weights_of_another_architecture_are_refused(network: nn.Module, message: str) -> None:
    with pytest.raises(CheckpointError, match=f"weights of another architecture: {message}"):
        make_checkpoint(nn.Linear(2, 3)).load_weights(network)
