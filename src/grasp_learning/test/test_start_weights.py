from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import torch
from torch import nn

from grasp_core.errors import ModelFileError
from grasp_learning.errors import CheckpointError
from grasp_learning.start_weights import StartWeights


def scripted(path: Path) -> tuple[nn.Module, str]:
    network = nn.Sequential(nn.Linear(2, 3), nn.BatchNorm1d(3))
    torch.jit.save(torch.jit.script(network), str(path))
    return network, hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_weights_of_an_exported_file(tmp_path: Path) -> None:
    network, sha256 = scripted(tmp_path / "a.ts")
    found = StartWeights.of_export(tmp_path / "a.ts", sha256)
    assert found.sha256 == sha256
    assert found.weights.keys() == network.state_dict().keys()
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, found.weights[name]), name


def test_files_that_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.ts"
    with pytest.raises(ModelFileError, match=r"a\.ts: No such file"):
        StartWeights.of_export(path, 64 * "0")
    _, sha256 = scripted(path)
    with pytest.raises(ModelFileError, match=f"its sha256 is {sha256}, expected 000"):
        StartWeights.of_export(path, 64 * "0")
    half = path.read_bytes()[:500]
    path.write_bytes(half)
    with pytest.raises(CheckpointError, match=r"a\.ts: not a TorchScript file"):
        StartWeights.of_export(path, hashlib.sha256(half).hexdigest())
    with pytest.raises(CheckpointError, match=r"none\.pt: missing"):
        StartWeights.of_run(tmp_path / "none.pt")
