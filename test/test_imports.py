"""Imports between packages go one way, and heavy or foreign libraries stay where they belong."""

from __future__ import annotations

import ast
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# What each package may import of ours. Perception, executor and sim meet over ROS; only the command
# for people joins them.
ALLOWED = {
    "grasp_core": set(),
    "grasp_nodes": {"grasp_core"},
    "grasp_robots": {"grasp_core"},
    "grasp_sim": {"grasp_core", "grasp_nodes", "grasp_robots"},
    "grasp_learning": {"grasp_core", "grasp_sim"},
    "grasp_perception": {"grasp_core", "grasp_nodes", "grasp_robots"},
    "grasp_executor": {"grasp_core", "grasp_nodes", "grasp_robots"},
    "grasp_cli": {
        "grasp_core",
        "grasp_sim",
        "grasp_learning",
        "grasp_perception",
        "grasp_executor",
        "grasp_robots",
    },
}
PRESENT = sorted(package for package in ALLOWED if (ROOT / "src" / package).exists())
ROS_PACKAGES = {"grasp_nodes", "grasp_perception", "grasp_executor", "grasp_sim"}


def imported_modules(source: str) -> Iterator[str]:
    """Yield the dotted name of every module that ``source`` imports, inside functions too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module


def is_ros(name: str) -> bool:
    return name.startswith(("rclpy", "tf2_", "rosidl_")) or name.endswith(("_msgs", "_interfaces"))


def is_ros_file(package: str, file_name: str) -> bool:
    """Tell node files (``node.py``, ``*_node.py``) and conversions (``ros.py``, ``*_ros.py``)."""
    last_word = file_name.removesuffix(".py").split("_")[-1]
    return package in ROS_PACKAGES and (
        last_word in {"node", "ros"} or file_name == "bag_player.py"
    )


def violations(package: str, file_name: str, source: str) -> list[str]:
    """Return one sentence for each import in the file that the design forbids."""
    allowed = {package, *ALLOWED[package]}
    torch_here = package == "grasp_learning" or (
        (package, file_name) == ("grasp_perception", "torchscript.py")
    )
    ros_here = is_ros_file(package, file_name)
    sentences = []
    for module in imported_modules(source):
        name = module.partition(".")[0]
        forbidden = (
            (name in ALLOWED and name not in allowed, "a package above or beside"),
            (name == "torch" and not torch_here, "torch outside learning and torchscript.py"),
            (name == "mujoco" and package != "grasp_sim", "MuJoCo outside the simulation"),
            (
                name in {"launch", "launch_ros"} and file_name != "actions_ros.py",
                "launch outside launch/ and actions_ros.py",
            ),
            (is_ros(name) and not ros_here, "ROS outside a node file or ros.py"),
        )
        sentences += [
            f"{package}/{file_name} imports {name}: {rule}" for broken, rule in forbidden if broken
        ]
    return sentences


def modules_of(package: str) -> list[Path]:
    return sorted(ROOT.glob(f"src/{package}/{package}/**/*.py"))


@pytest.mark.parametrize("package", PRESENT)
def test_a_package_keeps_to_the_import_rules(package: str) -> None:
    assert modules_of(package)
    found = [
        sentence
        for path in modules_of(package)
        for sentence in violations(package, path.name, path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize("package", PRESENT)
def test_a_package_declares_what_it_imports_of_ros_and_of_ours(package: str) -> None:
    manifest = ElementTree.parse(ROOT / "src" / package / "package.xml")
    declared = {element.text for element in manifest.iter("exec_depend")}
    imported = {
        module.partition(".")[0]
        for path in modules_of(package)
        for module in imported_modules(path.read_text(encoding="utf-8"))
    }
    used = {name for name in imported if is_ros(name) or name in ALLOWED} - {package}
    assert {"tf2_ros_py" if name == "tf2_ros" else name for name in used} <= declared


@pytest.mark.parametrize(
    ("package", "file_name", "source", "name"),
    [
        ("grasp_core", "a.py", "import grasp_perception.pipeline", "grasp_perception"),
        ("grasp_core", "a.py", "def f():\n    from grasp_cli import x", "grasp_cli"),
        ("grasp_perception", "a.py", "from grasp_executor.pick import pick", "grasp_executor"),
        ("grasp_sim", "a.py", "import grasp_learning", "grasp_learning"),
        ("grasp_perception", "node.py", "import torch.nn", "torch"),
        ("grasp_core", "torchscript.py", "import torch", "torch"),
        ("grasp_executor", "a.py", "from mujoco import MjModel", "mujoco"),
        ("grasp_perception", "groups.py", "from launch import LaunchDescription", "launch"),
        ("grasp_perception", "zeros.py", "from sensor_msgs.msg import PointCloud2", "sensor_msgs"),
        ("grasp_core", "node.py", "import rclpy", "rclpy"),
        ("grasp_perception", "a.py", "from grasp_msgs.msg import Grasp", "grasp_msgs"),
    ],
)
def test_a_forbidden_import_is_named(package: str, file_name: str, source: str, name: str) -> None:
    (sentence,) = violations(package, file_name, source)
    assert sentence.startswith(f"{package}/{file_name} imports {name}: ")


@pytest.mark.parametrize(
    ("package", "file_name", "source"),
    [
        ("grasp_perception", "node.py", "import rclpy\nfrom grasp_msgs.msg import Grasp"),
        ("grasp_perception", "tf_ros.py", "from tf2_msgs.msg import TFMessage"),
        ("grasp_perception", "torchscript.py", "import torch"),
        ("grasp_learning", "train.py", "import torch\nfrom grasp_sim import trial"),
        ("grasp_cli", "main.py", "from grasp_perception import pipeline"),
        ("grasp_core", "grasps.py", "from grasp_core import transforms\nfrom . import errors"),
    ],
)
def test_an_allowed_import_passes(package: str, file_name: str, source: str) -> None:
    assert violations(package, file_name, source) == []
