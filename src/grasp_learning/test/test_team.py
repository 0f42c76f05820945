from __future__ import annotations

import os
import runpy
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from grasp_learning.checkpoint import Checkpoint
from grasp_learning.team import join_team
from grasp_learning.train import train

SCRIPT = Path(__file__).with_name("tiny_training.py")
tiny = SimpleNamespace(**runpy.run_path(str(SCRIPT)))


def free_port() -> str:
    with socket.socket() as listener:
        listener.bind(("localhost", 0))
        return str(listener.getsockname()[1])


def test_two_processes_train_as_one_with_twice_the_batch(tmp_path: Path) -> None:
    """The gradients are averaged: the result is that of one process on both batches.

    Without dropout, whose random numbers are each process's own.
    """
    torch.set_num_threads(1)
    one = train(tiny.tiny_run(tmp_path, tmp_path / "one", params=tiny.TinyParams(dropout=0.0)))
    # What torchrun sets.
    team = {"WORLD_SIZE": "2", "MASTER_ADDR": "localhost", "MASTER_PORT": free_port()}
    processes = [
        subprocess.Popen(
            [sys.executable, str(SCRIPT), str(tmp_path), str(tmp_path / f"rank_{rank}"), "2"],
            env={**os.environ, **team, "RANK": str(rank), "LOCAL_RANK": str(rank)},
        )
        for rank in range(2)
    ]
    assert [process.wait(timeout=240) for process in processes] == [0, 0]
    two = Checkpoint.load(tmp_path / "rank_0" / "checkpoint.pt")
    assert not (tmp_path / "rank_1" / "checkpoint.pt").exists()
    assert two.step == one.step == 12
    for name, weights in one.weights.items():
        assert torch.allclose(two.weights[name], weights, rtol=0, atol=1e-6), name
        # The second process writes none; what it ended with is kept for this test.
        other = torch.load(tmp_path / "rank_1" / "weights.pt")[name]
        assert torch.equal(two.weights[name], other), name
    assert two.metrics == pytest.approx(one.metrics, abs=1e-6)


def test_alone_without_torchrun(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK"):
        monkeypatch.delenv(name, raising=False)
    assert not torch.are_deterministic_algorithms_enabled()
    with join_team() as team:
        assert (team.rank, team.size, team.leads) == (0, 1, True)
        assert team.mean({"b": 3.0, "a": 1.0}, 2) == {"a": 0.5, "b": 1.5}
        module = torch.nn.Linear(1, 1)
        assert team.shared(module) is module
        assert torch.are_deterministic_algorithms_enabled() == (team.device.type == "cpu")
    assert not torch.are_deterministic_algorithms_enabled()
