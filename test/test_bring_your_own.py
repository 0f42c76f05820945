"""A network made as docs/bring_your_own/model.md says is installed, chosen by name, and detects."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from grasp_core.grasp_files import load_grasps

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "bring_your_own" / "model.md"
FRAME = ROOT / "src/grasp_cli/grasp_cli/data/depth.png"
LONGEST_SEC = 300.0


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Prefix of an installation whose files may be changed."""
    share = tmp_path / "prefix" / "share" / "grasp_perception"
    shutil.copytree(ROOT / "config", share / "config")
    return tmp_path / "prefix"


def python(folder: Path, prefix: Path, *arguments: str) -> str:
    """Output of a Python process that finds the files of that installation."""
    environment = {**os.environ, "AMENT_PREFIX_PATH": str(prefix)}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=LONGEST_SEC,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_network_of_my_own_detects(tmp_path: Path, installed: Path) -> None:
    text = PAGE.read_text(encoding="utf-8")
    program = re.search(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    parameters = re.search(r'^```yaml title="my_params.yaml"\n(.*?)^```', text, re.M | re.DOTALL)
    (tmp_path / "make_model.py").write_text(program[1], encoding="utf-8")
    (tmp_path / "my_params.yaml").write_text(parameters[1], encoding="utf-8")
    line = python(tmp_path, installed, "make_model.py")
    models = installed / "share/grasp_perception/config/models"
    shutil.copy(tmp_path / "highest.ts", models)
    with (models / "models.yaml").open("a", encoding="utf-8") as file:
        file.write(line)
    command = ["-m", "grasp_cli.main", "detect", str(FRAME), "--params", "my_params.yaml"]
    python(tmp_path, installed, *command, "--out", "grasps.json")
    grasps = load_grasps(tmp_path / "grasps.json")
    # The highest thing is the cylinder of the frame, as make_sample_frame.py places it.
    assert len(grasps) >= 1
    np.testing.assert_allclose(grasps.positions[0], [-0.03, -0.02, 0.48], atol=0.02)
    np.testing.assert_allclose(grasps.scores, 0.8, atol=1e-6)
    np.testing.assert_allclose(grasps.widths, 0.09, atol=1e-6)
    apart = np.linalg.norm(grasps.positions - grasps.positions[0], axis=1)
    assert apart.max() < 1e-6
