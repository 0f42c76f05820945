from __future__ import annotations

from pathlib import Path

import pytest

from grasp_cli import machine_checks as checks


@pytest.mark.parametrize(
    ("running", "ok"), [((3, 9), False), ((3, 10), True), ((3, 12), True), ((3, 13), False)]
)
def test_python_must_be_one_with_wheels(running: tuple[int, int], ok: bool) -> None:
    finding = checks.check_python(running)
    assert finding.ok == ok
    assert finding.detail == f"{running[0]}.{running[1]}"
    assert "3.10 to 3.12" in finding.remedy


def test_a_missing_library_names_its_debian_package() -> None:
    assert checks.check_library("libc.so.6", "libc6").ok
    finding = checks.check_library("libnone.so.1", "libnone1")
    assert not finding.ok
    assert "libnone.so.1" in finding.detail
    assert finding.remedy == "sudo apt-get install libnone1"


def test_a_package_is_there_absent_or_broken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import numpy as np

    assert checks.check_package("numpy", "numpy", True).detail == np.__version__
    absent = checks.check_package("no_such_package", "no-such-package", True)
    assert not absent.ok
    assert absent.detail == "ModuleNotFoundError: No module named 'no_such_package'"
    assert absent.remedy.startswith("make setup")
    (tmp_path / "broken_package.py").write_text("raise OSError('libx.so:\\n not found')")
    monkeypatch.syspath_prepend(tmp_path)
    broken = checks.check_package("broken_package", "broken", False)
    assert not broken.ok
    assert not broken.required
    assert broken.detail == "OSError: libx.so: not found"


def test_a_module_without_metadata_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plain_module.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    assert checks.check_package("plain_module", "plain", True).ok


def test_another_ros_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ROS_DISTRO", raising=False)
    assert checks.check_ros().ok
    monkeypatch.setenv("ROS_DISTRO", "humble")
    finding = checks.check_ros()
    assert not finding.ok
    assert finding.detail == "humble, sourced"


def test_messages_that_are_not_built_are_missing() -> None:
    assert checks.check_messages("grasp_msgs.msg").ok
    assert not checks.check_messages("no_such_msgs.msg").ok


def test_the_installed_grippers_are_listed() -> None:
    finding = checks.check_grippers()
    assert finding.ok
    assert "parallel_100mm" in finding.detail


def test_grippers_of_nowhere_are_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AMENT_PREFIX_PATH", "")
    monkeypatch.setattr("sys.prefix", "/nowhere")
    finding = checks.check_grippers()
    assert not finding.ok
    assert "/nowhere" in finding.detail


def test_a_message_comes_through_or_the_check_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    assert checks.check_loopback(20.0).ok
    monkeypatch.setattr("sys.executable", "/bin/false")
    finding = checks.check_loopback(0.1)
    assert not finding.ok
    assert finding.detail == "none in 0.1 s"
    assert "ROS_AUTOMATIC_DISCOVERY_RANGE" in finding.remedy
