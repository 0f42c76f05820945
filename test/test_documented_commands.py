"""Commands and examples of the documents: all are valid, and those that need no node are run.

Every `grasp` and bringup command of every page is parsed by the program's own options. On the pages
of `RUN`, files with a title are written, Python is run, and so are the commands of `QUICK`; the
others need nodes, a browser or minutes, and the tests of their modules run them.
"""

from __future__ import annotations

import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import types
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import typer.main
from geometry_msgs.msg import PoseStamped, Vector3Stamped
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint
from typer.testing import CliRunner

from grasp_cli.main import app
from grasp_cli.overrides import parse_overrides
from grasp_core.grasp_files import load_grasps
from grasp_core.gripper import Gripper
from grasp_core.moveit import grasps_from_moveit
from grasp_core.params import build_params
from grasp_learning.architectures import find_architecture
from grasp_learning.generate import LABEL_PREFIX
from grasp_learning.object_labels import LabelParams
from grasp_learning.recipe import Recipe
from grasp_perception.bringup import read_arguments

ROOT = Path(__file__).resolve().parents[1]
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
RUN = [
    ROOT / "README.md",
    ROOT / "docs/index.md",
    *sorted(ROOT.glob("docs/tutorials/*.md")),
    *sorted(ROOT.glob("docs/interop/[!mt]*.md")),  # the two of MoveIt: below
    *sorted(ROOT.glob("docs/bring_your_own/[!r]*.md")),  # robot.md: below
]
QUICK = ("detect", "robot")
#: Commands with these words need a node's file or an installed network, or test_robot.py runs them.
NOT_HERE = ("sim_bag", "my_params.yaml", "robot yumi")
FRAME = "src/grasp_cli/grasp_cli/data/depth.png"

_FENCE = re.compile(r'^```(\w*)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?:^(?: {4}.*)?\n)+", re.MULTILINE)


class Block(NamedTuple):
    """A piece of code on a page; the title is the name of a file."""

    language: str
    title: str
    code: str


def blocks(page: Path) -> list[Block]:
    """Fenced blocks of a page in their order, then the indented ones."""
    text = page.read_text(encoding="utf-8")
    fenced = [Block(*match.groups(default="")) for match in _FENCE.finditer(text)]
    outside = _FENCE.sub("", text)
    return fenced + [Block("", "", found) for found in _INDENTED.findall(outside) if found.strip()]


def lines(page: Path) -> Iterator[list[str]]:
    """Words of every `grasp` and `ros2` command of a page, without remarks."""
    for block in blocks(page):
        if block.language in ("", "sh"):
            for line in block.code.replace("\\\n", " ").splitlines():
                command = re.sub(r"(^|\s)#\s.*", "", line).strip()
                if re.match(r"(\S*bin/)?grasp\s|ros2\s", command):
                    yield [word for word in shlex.split(command) if word not in ("...", "&")]


def grasp_commands(page: Path) -> list[list[str]]:
    """Arguments of every `grasp` on a page."""
    return [words[1:] for words in lines(page) if words[0] != "ros2"]


def bringup_arguments(page: Path) -> list[dict[str, str]]:
    """Arguments of every bringup on a page."""
    commands = [words[1:] for words in grasp_commands(page) if words[:1] == ["up"]]
    launch = ["ros2", "launch", "grasp_perception", "bringup.launch.py"]
    commands += [words[4:] for words in lines(page) if words[:4] == launch]
    return [dict(word.split(":=", 1) for word in command) for command in commands]


def check(arguments: list[str]) -> None:
    """Let the program read its arguments, and do nothing."""
    command: Any = typer.main.get_command(app)
    words = list(arguments)
    while hasattr(command, "commands"):
        assert words, f"which subcommand? {sorted(command.commands)}"
        assert words[0] in command.commands, words[0]
        command = command.commands[words.pop(0)]
    command.make_context(command.name, words)


def run(arguments: list[str]) -> None:
    """Run a command in this process; it must succeed."""
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, (arguments, result.output, result.exception)


@pytest.mark.parametrize("page", DOCUMENTS, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_have_the_options_of_the_program(page: Path) -> None:
    for arguments in grasp_commands(page):
        check(arguments)
    for chosen in bringup_arguments(page):
        read_arguments(chosen)


def test_commands_are_found() -> None:
    found = [words[0] for page in DOCUMENTS for words in grasp_commands(page)]
    assert {"detect", "up", "call", "data", "train", "eval", "robot"} <= set(found)
    assert sum(len(bringup_arguments(page)) for page in DOCUMENTS) > 10


@pytest.mark.parametrize(
    "arguments",
    [["detect", "cloud.pcd", "--tops", "3"], ["data", "generate"], ["robot", "yumi", "x"]],
)
def test_a_wrong_command_would_be_found(arguments: list[str]) -> None:
    with pytest.raises(Exception, match=r"(?i)no such option|missing|unexpected"):
        check(arguments)


@pytest.fixture(scope="module")
def training_commands(tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """Arguments of every `grasp` of `make train`, which a stand-in writes down."""
    folder = tmp_path_factory.mktemp("train")
    (folder / "grasp").write_text('#!/bin/sh\necho "$@" >> "$(dirname "$0")/commands"\n')
    (folder / "grasp").chmod(0o755)
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        [ROOT / "scripts/train_networks", "cpu"], env={**os.environ, "PATH": path}, check=True
    )
    return [line.split() for line in (folder / "commands").read_text().splitlines()]


def test_make_train_has_the_options_of_the_program(training_commands: list[list[str]]) -> None:
    for arguments in training_commands:
        check(arguments)
        values = parse_overrides([word for word in arguments if re.match(r"\w+=", word)])
        if arguments[0] == "train":
            find_architecture(arguments[1]).configure("cpu", values)
        elif arguments[0] == "data":
            of_labels = {key for key in values if key.startswith(LABEL_PREFIX)}
            labels = {key.removeprefix(LABEL_PREFIX): values.pop(key) for key in of_labels}
            build_params(LabelParams, labels)
            build_params(Recipe, values)


def test_make_train_makes_what_it_reads(training_commands: list[list[str]]) -> None:
    made = set()
    for arguments in training_commands:
        after = dict(pairwise(arguments))
        needed = [arguments[1]] if arguments[0] == "export" else []
        for option in ("--data", "--val", "--detector", "--part", "--start", "--calibrate"):
            needed += [b for a, b in pairwise(arguments) if a == option]
        assert set(needed) <= made, arguments
        made.add(after["--out"])
    shipped = {path.stem for path in (ROOT / "config/models").glob("*.ts")}
    assert shipped <= {Path(out).stem for out in made if out.endswith(".ts")}


@pytest.fixture(scope="module")
def grasp_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the grasps that pages read."""
    folder = tmp_path_factory.mktemp("grasps")
    run(["detect", str(ROOT / FRAME), "--gripper", "franka_hand", "--out", f"{folder}/grasps.json"])
    return folder


class Grasp:
    """Fields of moveit_msgs/Grasp (branch ros2); their messages are real where wheels have them."""

    def __init__(self) -> None:
        self.id = ""
        self.pre_grasp_posture, self.grasp_posture = JointTrajectory(), JointTrajectory()
        self.grasp_pose = PoseStamped()
        self.grasp_quality = 0.0
        self.pre_grasp_approach, self.post_grasp_retreat, self.post_place_retreat = (
            types.SimpleNamespace(
                direction=Vector3Stamped(), desired_distance=0.0, min_distance=0.0
            )
            for _ in range(3)
        )
        self.max_contact_force = 0.0
        self.allowed_touch_objects: list[str] = []


def set_message_fields(message: Any, values: dict[str, Any]) -> None:
    """Set fields as rosidl_runtime_py does; real messages refuse values of another type."""
    for name, value in values.items():
        if isinstance(value, dict):
            set_message_fields(getattr(message, name), value)
        elif name == "points":
            message.points = [JointTrajectoryPoint() for _ in value]
            for point, entry in zip(message.points, value, strict=True):
                set_message_fields(point, entry)
        else:
            assert hasattr(message, name)
            setattr(message, name, value)


class MonitoringGenerator:
    """The calls of Task Constructor's bindings that the page uses."""

    def __init__(self, name: str) -> None:
        self.name, self.spawned = name, []

    def reset(self) -> None:
        self.spawned.clear()

    def spawn(self, state: InterfaceState, cost: float) -> None:
        assert isinstance(state, InterfaceState)
        assert type(cost) is float
        self.spawned.append((state, cost))


class InterfaceState:
    """A planning scene with properties."""

    def __init__(self, scene: object) -> None:
        self.scene, self.properties = scene, {}


@pytest.fixture
def moveit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Modules of MoveIt, which has no wheel, as far as the pages use them."""
    for name, content in {
        "moveit_msgs.msg": {"Grasp": Grasp},
        "rosidl_runtime_py.set_message": {"set_message_fields": set_message_fields},
        "moveit.task_constructor": {
            "core": types.SimpleNamespace(
                MonitoringGenerator=MonitoringGenerator, InterfaceState=InterfaceState
            )
        },
    }.items():
        module = types.ModuleType(name)
        vars(module).update(content)
        monkeypatch.setitem(sys.modules, name, module)
        monkeypatch.setitem(sys.modules, name.partition(".")[0], types.ModuleType(name))


@pytest.fixture
def folder(tmp_path: Path, grasp_files: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that looks like the repository, with the grasps that pages read."""
    for name in ("src", "config"):
        (tmp_path / name).symlink_to(ROOT / name)
    grasps = load_grasps(grasp_files / "grasps.json")
    shutil.copy(grasp_files / "grasps.json", tmp_path)
    assert len(grasps) > 10
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_page(page: Path, folder: Path) -> dict[str, Any]:
    """Do what a page says, as far as it needs no node; the names that its Python defines."""
    parts = blocks(page)
    for block in parts:
        if block.language == "sh":
            for line in re.findall(r"^(?:mkdir|cp) .*$", block.code, re.MULTILINE):
                subprocess.run(shlex.split(line), check=True)
        if block.title:
            (folder / block.title).write_text(block.code, encoding="utf-8")
    for arguments in grasp_commands(page):
        text = " ".join(arguments)
        if arguments[0] in QUICK and not any(words in text for words in NOT_HERE):
            run(arguments)
    program = folder / "page.py"
    python = [block.code for block in parts if block.language == "python"]
    program.write_text("\n".join(python), encoding="utf-8")
    return runpy.run_path(str(program))


@pytest.mark.parametrize("page", RUN, ids=lambda page: str(page.relative_to(ROOT)))
@pytest.mark.usefixtures("moveit")
def test_what_a_page_says_runs(page: Path, folder: Path) -> None:
    run_page(page, folder)


@pytest.mark.usefixtures("moveit")
def test_the_messages_hold_the_grasps(folder: Path) -> None:
    names = run_page(ROOT / "docs/interop/moveit_grasp.md", folder)
    (message, *_), grasps, hand = names["messages"], names["grasps"], names["gripper"]
    assert len(names["messages"]) == len(grasps)
    assert message.pre_grasp_approach.desired_distance == 0.1
    assert message.grasp_quality == grasps.scores[0]
    # Half of the width for one of two fingers.
    assert list(message.pre_grasp_posture.points[0].positions) == [grasps.widths[0] / 2]
    back = grasps_from_moveit(names["fields"], hand)
    np.testing.assert_allclose(back.T_frame_grasp, grasps.T_frame_grasp, atol=1e-12)


@pytest.mark.usefixtures("moveit")
def test_the_generator_spawns_every_grasp(folder: Path) -> None:
    names = run_page(ROOT / "docs/interop/task_constructor.md", folder)
    generator, grasps = names["generator"], names["grasps"]
    scene = object()
    end = types.SimpleNamespace(scene=scene)
    assert not generator.canCompute()
    generator.onNewSolution(types.SimpleNamespace(end=end))
    assert generator.canCompute()
    generator.compute()
    assert not generator.canCompute()
    states, costs = zip(*generator.spawned, strict=True)
    np.testing.assert_allclose(costs, 1 - grasps.scores)
    targets = [state.properties["target_pose"] for state in states]
    assert all(isinstance(target, PoseStamped) for target in targets)
    assert targets[0].header.frame_id == grasps.frame_id
    hand = Gripper.load(ROOT / "config/grippers/franka_hand.yaml")
    # The fingertips are 103.4 mm beyond the tool, along the approach.
    tool = grasps.positions[0] - hand.T_tool_grasp[2, 3] * grasps.approach[0]
    position = targets[0].pose.position
    np.testing.assert_allclose([position.x, position.y, position.z], tool)


def test_a_robot_of_my_own_is_planned_for(folder: Path) -> None:
    names = run_page(ROOT / "docs/bring_your_own/robot.md", folder)
    path, goal = names["path"], names["goal"]
    np.testing.assert_allclose(path.positions[[0, -1]], [names["start"], goal], atol=1e-9)
    assert names["planner"].valid("my_arm", goal).ok
