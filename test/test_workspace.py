"""The set-up plans what it should, its pins are exact, and its packages agree with each other."""

from __future__ import annotations

import os
import re
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE_FILES = sorted(ROOT.glob("src/*/package.xml"))
COMPAT_FILES = sorted(ROOT.glob("compat/*/package.xml"))
REQUIREMENT_FILES = sorted(ROOT.glob("requirements/*.txt"))
PIN = re.compile(
    r"[A-Za-z0-9_.-]+(\[[a-z]+\])?==[0-9][0-9a-z.]*(; python_version (<|>=) \"3\.\d+\")?"
)
PLAN_TIMEOUT_SEC = 60.0  # make only prints its plan
ABB = "compat/abb_robot_msgs compat/abb_rapid_sm_addin_msgs"
PHOXI = "compat/phoxi_camera_msgs"


def planned_setup(
    venv: Path, ros_distro: str | None, *prefixes: Path
) -> subprocess.CompletedProcess[str]:
    """Ask make what it would do to set up a fresh ``venv``, with or without a ROS sourced."""
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment["AMENT_PREFIX_PATH"] = ":".join(str(prefix) for prefix in prefixes)
    if ros_distro is not None:
        environment["ROS_DISTRO"] = ros_distro
    return subprocess.run(
        ["make", "--dry-run", "--no-print-directory", "setup", f"VENV={venv}"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=PLAN_TIMEOUT_SEC,
        check=False,
    )


def is_pinned(line: str) -> bool:
    return PIN.fullmatch(line) is not None


def requirement_lines(path: Path) -> list[str]:
    lines = (line.split("#")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    return [line for line in lines if line]


def test_without_ros_the_wheels_and_compat_go_into_the_environment(
    tmp_path: Path,
) -> None:
    plan = planned_setup(tmp_path / "venv", ros_distro=None)

    assert plan.returncode == 0, plan.stderr
    assert "-r requirements/ros.txt" in plan.stdout
    assert "requirements/ros_installed.txt" not in plan.stdout
    assert f"compat/tf2_msgs compat/control_msgs {ABB} {PHOXI}" in plan.stdout
    assert f"--install-base {tmp_path / 'venv'}" in plan.stdout
    assert "--system-site-packages" not in plan.stdout


def test_with_jazzy_no_wheels_and_of_compat_only_what_is_not_released(tmp_path: Path) -> None:
    plan = planned_setup(tmp_path / "venv", ros_distro="jazzy")

    assert plan.returncode == 0, plan.stderr
    assert "--no-deps -r requirements/ros_installed.txt" in plan.stdout
    assert "requirements/ros.txt" not in plan.stdout
    assert f"--base-paths src {ABB} {PHOXI}" in plan.stdout
    assert "compat/control_msgs" not in plan.stdout
    assert "--install-base" not in plan.stdout
    assert "--system-site-packages" in plan.stdout


@pytest.mark.parametrize("place", [0, 1])
@pytest.mark.parametrize(
    ("package", "other"), [("abb_robot_msgs", PHOXI), ("phoxi_camera_msgs", ABB)]
)
def test_the_messages_of_a_sourced_driver_are_used(
    tmp_path: Path, package: str, other: str, place: int
) -> None:
    prefixes = [tmp_path / "jazzy", tmp_path / "driver"]
    (prefixes[place] / "share" / package).mkdir(parents=True)
    plan = planned_setup(tmp_path / "venv", "jazzy", *prefixes)

    assert "--base-paths src" in plan.stdout
    assert f"compat/{package}" not in plan.stdout
    assert other in plan.stdout


def test_another_ros_is_refused_by_name(tmp_path: Path) -> None:
    plan = planned_setup(tmp_path / "venv", ros_distro="humble")

    assert plan.returncode != 0
    assert "ROS humble is sourced; this workspace is made for jazzy" in plan.stderr


def test_an_unsupported_python_is_refused_with_the_supported_ones(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho 3.9\n", encoding="utf-8")
    python.chmod(0o755)

    check = subprocess.run(
        [ROOT / "scripts/system_packages", python],
        capture_output=True,
        text=True,
        timeout=PLAN_TIMEOUT_SEC,
        check=False,
    )

    assert check.returncode == 1
    assert "is Python 3.9; this workspace needs 3.10, 3.11 or 3.12" in check.stderr


@pytest.mark.parametrize("path", REQUIREMENT_FILES, ids=lambda path: path.name)
def test_every_requirement_is_pinned_exactly(path: Path) -> None:
    assert [line for line in requirement_lines(path) if not is_pinned(line)] == []


@pytest.mark.parametrize(
    "line", ["numpy", "numpy>=2", "numpy==2.*", "numpy~=2.4", 'numpy>=2; python_version < "3.11"']
)
def test_a_loose_requirement_is_noticed(line: str) -> None:
    assert not is_pinned(line)


def test_one_version_and_one_licence_in_the_workspace() -> None:
    packages = [ElementTree.parse(path).getroot() for path in PACKAGE_FILES]

    assert {root.findtext("version") for root in packages} == {"0.1.0"}
    compat = [ElementTree.parse(path).getroot() for path in COMPAT_FILES]
    assert {root.findtext("license") for root in packages + compat} == {"Apache-2.0"}
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", PACKAGE_FILES + COMPAT_FILES, ids=lambda path: path.parent.name)
def test_a_package_is_named_like_its_folder_and_its_setup(path: Path) -> None:
    root = ElementTree.parse(path).getroot()

    assert root.findtext("name") == path.parent.name
    setup = path.with_name("setup.py")
    if setup.exists():
        text = setup.read_text(encoding="utf-8")
        assert f'PACKAGE = "{path.parent.name}"' in text
        assert f'version="{root.findtext("version")}"' in text


def test_a_plain_colcon_build_leaves_compat_out() -> None:
    assert (ROOT / "compat" / "COLCON_IGNORE").exists()
    assert [path.parent.name for path in COMPAT_FILES] == [
        "abb_rapid_sm_addin_msgs",
        "abb_robot_msgs",
        "control_msgs",
        "phoxi_camera_msgs",
        "tf2_msgs",
    ]
