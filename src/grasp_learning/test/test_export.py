from __future__ import annotations

import hashlib
import runpy
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from torch import nn

from grasp_core.model_metadata import METADATA_NAME, ModelMetadata
from grasp_learning.architectures import ARCHITECTURES, find_architecture
from grasp_learning.checkpoint import Checkpoint
from grasp_learning.errors import ExportError
from grasp_learning.export import compare, export

tiny = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("tiny_training.py"))))

DETECTORS = [
    (name, variant)
    for name, architecture in ARCHITECTURES.items()
    if architecture.kind != "part"
    for variant in ("", *architecture.variants)
]


def untrained(name: str) -> Checkpoint:
    """A checkpoint of before the first step."""
    architecture = find_architecture(name)
    params, _ = architecture.configure("tiny", {})
    torch.manual_seed(0)
    return Checkpoint(
        architecture=name,
        params=vars(params),
        settings={},
        gripper="hand",
        data_digest="d1",
        commit="c1",
        step=0,
        seconds=60.0,
        weights=architecture.make(params).network.state_dict(),
        optimizer={},
        schedule={},
        metrics={"auc": 0.5},
    )


@pytest.mark.parametrize(("name", "variant"), DETECTORS)
def test_each_detector_gives_the_same_from_its_file(
    name: str, variant: str, tmp_path: Path
) -> None:
    needed = find_architecture(name).variants[variant].part if variant else ""
    part = untrained(needed) if needed else None
    metadata = export(untrained(name), tmp_path / "a.ts", "Apache-2.0", variant, part)
    assert (metadata.architecture, metadata.variant) == (name, variant)
    assert (metadata.gripper, metadata.data_digest, metadata.trained_sec) == ("hand", "d1", 60.0)


def test_the_file_holds_its_metadata_and_lies_beside_its_checksum(tmp_path: Path) -> None:
    metadata = export(untrained("pick_scorer"), tmp_path / "a.ts", "Apache-2.0")
    files = {METADATA_NAME: ""}
    torch.jit.load(str(tmp_path / "a.ts"), _extra_files=files)
    assert ModelMetadata.from_json(files[METADATA_NAME]) == metadata
    digest = hashlib.sha256((tmp_path / "a.ts").read_bytes()).hexdigest()
    assert (tmp_path / "a.ts.sha256").read_text() == f"{digest}  a.ts\n"
    command = ["sha256sum", "--check", "a.ts.sha256"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0


def test_the_file_loads_without_this_package(tmp_path: Path) -> None:
    export(untrained("gpr"), tmp_path / "a.ts", "Apache-2.0")
    program = (
        "import sys, torch\n"
        "sys.modules.update(dict.fromkeys(('grasp_learning', 'grasp_core')))\n"  # not importable
        "rotations, *_ = torch.jit.load(sys.argv[1])(torch.rand(500, 3))\n"
        "print(tuple(rotations.shape[1:]))"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "a.ts")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.stdout == "(3, 3)\n", done.stderr


class Drifting(nn.Module):
    """Another result in each call."""

    def __init__(self, drift: float) -> None:
        super().__init__()
        self.drift = drift
        self.calls = 0

    def forward(self, points: torch.Tensor) -> torch.Tensor:
        self.calls += 1
        return points.sum() + self.drift * self.calls


def test_a_file_that_gives_something_else_is_refused() -> None:
    compare(Drifting(1e-7), Drifting(2e-7), "proposer")
    with pytest.raises(ExportError, match="result 0 on 1 points is not the network's"):
        compare(Drifting(1e-3), Drifting(2e-3), "proposer")


def test_what_cannot_be_exported_is_named(tmp_path: Path) -> None:
    out = tmp_path / "a.ts"
    with pytest.raises(ExportError, match="gpr has no variant 'stage2'; valid: stage1"):
        export(untrained("gpr"), out, "Apache-2.0", "stage2")
    with pytest.raises(ExportError, match="sbg foreground: made with no part, needs instances"):
        export(untrained("sbg"), out, "Apache-2.0", "foreground")
    with pytest.raises(ExportError, match="gpr : made with instances, needs none"):
        export(untrained("gpr"), out, "Apache-2.0", part=untrained("instances"))
    with pytest.raises(ExportError, match="instances is a part of other detectors"):
        export(untrained("instances"), out, "Apache-2.0")
    with pytest.raises(ExportError, match="gpr is no scorer, which alone can be calibrated"):
        export(untrained("gpr"), out, "Apache-2.0", calibration=[tmp_path])
    with pytest.raises(ExportError, match=r"nowhere/a.ts: No such file"):
        export(untrained("pick_scorer"), tmp_path / "nowhere" / "a.ts", "Apache-2.0")
    assert not out.exists()
