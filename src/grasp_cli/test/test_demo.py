"""The demo as its users start it: a process that starts processes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from grasp_cli import demo
from grasp_cli.errors import ProcessError
from grasp_core.grasp_files import load_grasps


def test_the_demo_finds_grasps_over_dds_and_leaves_nothing_running(tmp_path: Path) -> None:
    out = tmp_path / "demo"
    command = [sys.executable, "-m", "grasp_cli.main", "demo", "--out", out, "--top", "7"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Frame: " in done.stdout
    assert "/detect_grasps answered in " in done.stdout
    assert "7 grasps in camera_optical_frame" in done.stdout
    assert len(load_grasps(out / "grasps.json")) == 7
    assert (out / "grasps.png").stat().st_size > 10_000
    assert "active" in (out / "perception.log").read_text()
    assert "Processes ended with exit codes: perception 0, bag_player 0" in done.stdout
    left = [p.cmdline() for p in psutil.process_iter(["cmdline"]) if str(out) in str(p.info)]
    assert left == []


class NeverReady:
    """A client whose node does not become ready."""

    def ready(self, _: float) -> bool:
        return False


class NoProcesses:
    """Processes that run."""

    def check(self) -> None:
        pass


def test_a_node_that_does_not_become_ready_ends_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    from rich.console import Console

    from grasp_perception.request import Request

    monkeypatch.setattr(demo, "READY_SEC", 0.0)
    with pytest.raises(ProcessError, match=r"not ready within 0\.0 s"):
        demo.ask(NeverReady(), NoProcesses(), Request(), Console(quiet=True))  # type: ignore[arg-type]
