"""What the stack needs from a machine; each check answers even where nothing can be imported."""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

PYTHONS = ((3, 10), (3, 12))
#: What is imported, the distribution that holds it, and whether the stack runs without it.
PACKAGES = (
    ("numpy", "numpy", True),
    ("scipy", "scipy", True),
    ("numba", "numba", True),
    ("open3d", "open3d", True),
    ("yaml", "PyYAML", True),
    ("PIL", "pillow", True),
    ("matplotlib", "matplotlib", True),
    ("rosbags", "rosbags", True),
    ("pytransform3d", "pytransform3d", True),
    ("rich", "rich", True),
    ("typer", "typer", True),
    ("torch", "torch", False),
)
#: Libraries that open3d loads, and the Debian packages that hold them.
LIBRARIES = (
    ("libusb-1.0.so.0", "libusb-1.0-0"),
    ("libGL.so.1", "libgl1"),
    ("libEGL.so.1", "libegl1"),
    ("libgomp.so.1", "libgomp1"),
    ("libX11.so.6", "libx11-6"),
)
MESSAGES = ("sensor_msgs.msg", "visualization_msgs.msg", "tf2_msgs.msg", "grasp_msgs.msg")
#: What the promised times hold for.
CORES = 2
#: Discovery takes half a second; a machine under load takes longer.
LOOPBACK_SEC = 10.0
SETUP = "make setup (in the repository)"


@dataclass(frozen=True)
class Finding:
    """Answer of one check.

    Attributes
    ----------
    subject, detail : what was looked at, and what was seen.
    ok : whether it is as it should be.
    required : whether the stack fails without it.
    remedy : what to do where it is not ok.
    """

    subject: str
    detail: str
    ok: bool
    required: bool = True
    remedy: str = ""


def find_all() -> Iterator[Finding]:
    """Run every check, the quick ones first."""
    yield check_python(sys.version_info[:2])
    yield check_cores()
    for library, package in LIBRARIES:
        yield check_library(library, package)
    for module, distribution, required in PACKAGES:
        yield check_package(module, distribution, required)
    yield check_ros()
    for module in MESSAGES:
        yield check_messages(module)
    yield check_grippers()
    yield check_loopback(LOOPBACK_SEC)


def check_python(running: tuple[int, int]) -> Finding:
    """Whether the interpreter is one that the pinned packages have wheels for."""
    low, high = (".".join(map(str, each)) for each in PYTHONS)
    return Finding(
        "Python",
        ".".join(map(str, running)),
        PYTHONS[0] <= running <= PYTHONS[1],
        remedy=f"use Python {low} to {high}: make clean, then make PYTHON=python{high} setup",
    )


def check_cores() -> Finding:
    """Cores that this process may use."""
    cores = len(os.sched_getaffinity(0))
    remedy = f"the times in docs/benchmarks.md are of {CORES} cores"
    return Finding("CPU cores", str(cores), cores >= CORES, required=False, remedy=remedy)


def check_library(name: str, package: str) -> Finding:
    """Whether the linker finds a shared library."""
    try:
        ctypes.CDLL(name)
    except OSError as error:
        return Finding(name, str(error), ok=False, remedy=f"sudo apt-get install {package}")
    return Finding(name, "found", ok=True)


def check_package(module: str, distribution: str, required: bool) -> Finding:
    """Whether a Python package can be imported, and its version."""
    remedy = SETUP if required else "only for detectors with weights: requirements/learning.txt"
    problem = _import_problem(module)
    if problem:
        return Finding(distribution, problem, ok=False, required=required, remedy=remedy)
    try:
        return Finding(distribution, version(distribution), ok=True, required=required)
    except PackageNotFoundError:  # from a Debian package, without metadata
        return Finding(distribution, "imported, version unknown", ok=True, required=required)


def check_ros() -> Finding:
    """Whether there is a ROS, and whether it is a sourced installation or wheels."""
    problem = _import_problem("rclpy")
    if problem:
        remedy = f"{SETUP}, or source /opt/ros/jazzy/setup.bash before it"
        return Finding("ROS 2", problem, ok=False, remedy=remedy)
    sourced = os.environ.get("ROS_DISTRO")
    if sourced:
        remedy = "source /opt/ros/jazzy/setup.bash"
        return Finding("ROS 2", f"{sourced}, sourced", ok=sourced == "jazzy", remedy=remedy)
    try:
        return Finding("ROS 2", f"wheels, rclpy {version('ros-rclpy')}", ok=True)
    except PackageNotFoundError:
        return Finding("ROS 2", "rclpy of unknown origin", ok=True)


def check_messages(module: str) -> Finding:
    """Whether a package of messages can be imported."""
    problem = _import_problem(module)
    return Finding(module, problem or "imported", ok=not problem, remedy=SETUP)


def check_grippers() -> Finding:
    """Grippers that are installed."""
    subject = "grippers"
    try:
        from grasp_perception.gripper_files import gripper_names

        names = gripper_names()
    except Exception as error:  # whatever keeps them from being listed is the finding
        return Finding(subject, _one_line(error), ok=False, remedy=SETUP)
    return Finding(subject, ", ".join(names) or "none", ok=bool(names), remedy=SETUP)


def check_loopback(timeout_sec: float) -> Finding:
    """Whether a message reaches another process of this machine over DDS."""
    subject = "DDS between processes"
    if importlib.util.find_spec("rclpy") is None:
        return Finding(subject, "not tried without ROS", ok=False, remedy=SETUP)
    arguments = [f"/loopback_{os.getpid()}", str(timeout_sec)]
    node = [sys.executable, "-m", "grasp_perception.loopback_node"]
    nowhere = subprocess.DEVNULL
    talker = subprocess.Popen([*node, "talk", *arguments], stdout=nowhere, stderr=nowhere)
    try:
        # The time that Python takes to start comes on top.
        listener = subprocess.run(
            [*node, "listen", *arguments], stdout=nowhere, stderr=nowhere, timeout=3 * timeout_sec
        )
        heard = listener.returncode == 0
    except subprocess.TimeoutExpired:
        heard = False
    finally:
        talker.kill()
        talker.wait()
    domain = os.environ.get("ROS_DOMAIN_ID", "0")
    return Finding(
        subject,
        f"a message came through in domain {domain}" if heard else f"none in {timeout_sec:g} s",
        heard,
        remedy="export ROS_AUTOMATIC_DISCOVERY_RANGE=LOCALHOST; let the firewall pass UDP on lo; "
        "look at ROS_DOMAIN_ID and RMW_IMPLEMENTATION",
    )


def _import_problem(module: str) -> str:
    """Why a module cannot be imported, or nothing."""
    try:
        importlib.import_module(module)
    except Exception as error:  # a broken package may raise anything
        return _one_line(error)
    return ""


def _one_line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())
