from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest
from typer.testing import Result

from grasp_cli.machine_checks import Finding

Command = Callable[..., Result]
GOOD = Finding("Python", "3.11", ok=True)
OPTIONAL = Finding("torch", "absent", ok=False, required=False, remedy="install torch")
BAD = Finding("libusb-1.0.so.0", "no [file]", ok=False, remedy="apt-get install libusb-1.0-0")


@pytest.mark.parametrize(("findings", "code"), [((GOOD, OPTIONAL), 0), ((GOOD, OPTIONAL, BAD), 1)])
def test_what_is_missing_decides_and_each_gap_has_its_remedy(
    findings: tuple[Finding, ...], code: int, grasp: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grasp_cli.doctor.find_all", lambda: iter(findings))
    result = grasp("doctor")
    assert result.exit_code == code
    marks = {GOOD: "ok", OPTIONAL: "optional", BAD: "missing"}
    for finding in findings:
        words = f"{marks[finding]} {finding.subject} {finding.detail}".split()
        assert words in [line.split() for line in result.stdout.splitlines()]
        if not finding.ok:
            assert f"{finding.subject}: {finding.remedy}\n" in result.stdout
    assert ("Missing: libusb-1.0.so.0." in result.stdout) == (code == 1)


def test_it_runs_without_open3d_and_without_ros() -> None:
    code = (
        "import sys; sys.modules.update(dict.fromkeys(('open3d', 'rclpy', 'sensor_msgs')));"
        "sys.argv = ['grasp', 'doctor']; from grasp_cli.main import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 1
    missing = done.stdout.splitlines()[-1]
    for subject in ("open3d", "ROS 2", "sensor_msgs.msg", "DDS between processes"):
        assert subject in missing
    assert "numpy" not in missing
    assert done.stderr == ""
