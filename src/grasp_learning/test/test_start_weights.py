from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
import torch
from torch import nn

from grasp_core.errors import ModelFileError
from grasp_learning.architectures import ARCHITECTURES, find_architecture
from grasp_learning.checkpoint import load_weights
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


@pytest.mark.parametrize(
    ("name", "variant"),
    [("gpr", ""), ("gpr", "stage1"), ("sbg", ""), ("sbg", "object_balanced"), ("pick_scorer", "")],
)
def test_a_network_goes_on_from_its_own_file(tmp_path: Path, name: str, variant: str) -> None:
    architecture = find_architecture(name)
    params, _ = architecture.configure("tiny", {})
    task, fresh = architecture.make(params), architecture.make(params)
    detector = task.exportable
    if variant:
        instances = ARCHITECTURES["instances"]
        part = instances.make(instances.configure("tiny", {})[0]).exportable
        detector = architecture.variants[variant].make(task, part)
    path = tmp_path / "a.ts"
    torch.jit.save(torch.jit.script(detector), str(path))
    start = StartWeights.of_export(path, hashlib.sha256(path.read_bytes()).hexdigest())
    load_weights(fresh.network, start.weights)
    for key, tensor in task.network.state_dict().items():
        assert torch.equal(tensor, fresh.network.state_dict()[key]), key


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
