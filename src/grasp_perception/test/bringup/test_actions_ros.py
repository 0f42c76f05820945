"""The launch files: each starts the nodes of its group.

Where launch is not installed, stand-ins keep the arguments of its classes; where it is, and `ros2`
with it, a bringup is started for real.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, fields
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grasp_core.cloud import PointCloud
from grasp_msgs.srv import DetectGrasps
from grasp_perception.bringup.arguments import CLOUD_TOPICS, BringupArguments
from grasp_perception.bringup.groups import GROUPS
from grasp_perception.bringup.specs import NodeSpec

LAUNCH_FOLDER = Path(__file__).resolve().parents[4] / "launch"
END_SEC = 60.0

BRINGUPS = {
    "realsense": BringupArguments(camera_serial="123"),
    "phoxi": BringupArguments(camera="phoxi", mode="continuous", namespace="/left/"),
    "bag": BringupArguments(camera="bag", bag="/my bags/a.mcap", loop=False, gripper="franka_hand"),
    "simulation": BringupArguments(camera="sim", robot="yumi", seed=7, planner="embedded"),
    "stand-in": BringupArguments(camera="phoxi", robot="diana7", use_fake_hardware=True),
    "launch file": BringupArguments(robot="diana7", robot_driver="my_bringup/real.launch.py"),
    "view": BringupArguments(cloud_topic="/head/points", rviz=True, params_file="mine.yaml"),
}
#: What `actions_ros.py` takes of launch.
TAKEN = {
    "launch": ("Action", "LaunchContext", "LaunchDescription"),
    "launch.actions": (
        "DeclareLaunchArgument",
        "EmitEvent",
        "GroupAction",
        "IncludeLaunchDescription",
        "LogInfo",
        "OpaqueFunction",
        "RegisterEventHandler",
        "UnsetLaunchConfiguration",
    ),
    "launch.event_handlers": ("OnProcessStart",),
    "launch.events": ("matches_action",),
    "launch.substitutions": ("PathJoinSubstitution",),
    "launch_ros": (),
    "launch_ros.actions": ("LifecycleNode", "Node"),
    "launch_ros.event_handlers": ("OnStateTransition",),
    "launch_ros.events": (),
    "launch_ros.events.lifecycle": ("ChangeState",),
    "launch_ros.parameter_descriptions": ("ParameterValue",),
    "launch_ros.substitutions": ("FindPackageShare",),
}
MODULE = "grasp_perception.bringup.actions_ros"


class Kept:
    """Keeps the arguments of a class of launch."""

    def __init__(self, *positional: Any, **named: Any) -> None:
        self.positional, self.named = positional, named


@pytest.fixture
def stand_ins(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """`actions_ros.py` on stand-ins for launch."""
    for name, taken in TAKEN.items():
        module = ModuleType(name)
        vars(module).update({each: type(each, (Kept,), {}) for each in taken})
        monkeypatch.setitem(sys.modules, name, module)
    monkeypatch.delitem(sys.modules, MODULE, raising=False)
    yield import_module(MODULE)
    del sys.modules[MODULE]


def launch_file(name: str) -> Any:
    """Entities that the launch file of a group describes."""
    spec = spec_from_file_location(f"{name}_launch", LAUNCH_FOLDER / f"{name}.launch.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.generate_launch_description().positional[0]


def started(group: str, arguments: BringupArguments) -> list[Any]:
    """Actions of a group's launch file with these arguments."""
    texts = {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in asdict(arguments).items()
    }
    *_, start = launch_file(group)
    return start.named["function"](SimpleNamespace(launch_configurations=texts))


def is_node(action: Any) -> bool:
    return type(action).__name__ in {"Node", "LifecycleNode"}


@pytest.mark.usefixtures("stand_ins")
@pytest.mark.parametrize("name", ["bringup", *GROUPS])
def test_launch_file_declares_every_argument(name: str) -> None:
    declared = [each for each in launch_file(name) if type(each).__name__.startswith("Declare")]
    assert [each.positional[0] for each in declared] == [f.name for f in fields(BringupArguments)]
    named = {each.positional[0]: each.named for each in declared}
    camera, loop = named["camera"], named["loop"]
    assert camera["choices"] == [*CLOUD_TOPICS, "sim"]
    assert camera["default_value"] == "realsense"
    assert (loop["default_value"], loop["choices"]) == ("true", ["true", "false"])
    assert named["seed"]["choices"] is None
    assert all(each["description"] for each in named.values())


@pytest.mark.usefixtures("stand_ins")
def test_bringup_includes_the_launch_file_of_each_group() -> None:
    paths = [each.positional[0].positional[0] for each in launch_file("bringup")[-len(GROUPS) :]]
    assert [(share.positional[0], *rest) for share, *rest in paths] == [
        ("grasp_perception", "launch", f"{group}.launch.py") for group in GROUPS
    ]


@pytest.mark.usefixtures("stand_ins")
@pytest.mark.parametrize("name", BRINGUPS)
@pytest.mark.parametrize("group", GROUPS)
def test_launch_file_starts_the_nodes_of_its_group(group: str, name: str) -> None:
    arguments = BRINGUPS[name]
    actions = started(group, arguments)
    specs = GROUPS[group](arguments)
    nodes = [action.named for action in actions if is_node(action)]
    wanted = [spec for spec in specs if isinstance(spec, NodeSpec)]
    assert len(nodes) == len(wanted)
    for node, spec in zip(nodes, wanted, strict=True):
        for same in ("package", "executable", "namespace"):
            assert node[same] == getattr(spec, same)
        assert node["name"] == (None if spec.several else spec.name)
        assert node["remappings"] == list(spec.remappings)
        assert node["arguments"] == list(spec.arguments)
        *files, values = node["parameters"] if spec.parameters else [*node["parameters"], {}]
        assert files == ([spec.params_file] if spec.params_file else [])
        plain = {
            key: value.positional[0] if isinstance(value, Kept) else value
            for key, value in values.items()
        }
        assert plain == spec.parameters


@pytest.mark.usefixtures("stand_ins")
def test_launch_file_of_others_is_included_without_our_arguments() -> None:
    (group,) = started("robot", BRINGUPS["launch file"])
    assert type(group).__name__ == "GroupAction"
    *unset, include = group.positional[0]
    assert group.named == {"scoped": True}
    assert [each.positional[0] for each in unset] == [f.name for f in fields(BringupArguments)]
    share, folder, file = include.positional[0].positional[0]
    assert (share.positional[0], folder, file) == ("my_bringup", "launch", "real.launch.py")


@pytest.mark.usefixtures("stand_ins")
def test_a_text_that_looks_like_a_number_stays_a_text() -> None:
    (driver,) = started("camera", BRINGUPS["realsense"])
    serial = driver.named["parameters"][1]["serial_no"]
    assert (serial.positional, serial.named) == (("123",), {"value_type": str})


@pytest.mark.usefixtures("stand_ins")
def test_a_managed_node_is_led_by_its_transitions() -> None:
    *handlers, node = started("camera", BRINGUPS["phoxi"])
    assert type(node).__name__ == "LifecycleNode"
    begun, *transitions = [each.positional[0] for each in handlers]
    assert begun.named["target_action"] is node
    (configure,) = begun.named["on_start"]
    assert configure.named["event"].named["transition_id"] == 1  # lifecycle_msgs: CONFIGURE
    assert [(each.named["start_state"], each.named["goal_state"]) for each in transitions] == [
        ("configuring", "inactive"),
        ("activating", "active"),
        ("configuring", "unconfigured"),
    ]
    (activate,) = transitions[0].named["entities"]
    assert activate.named["event"].named["transition_id"] == 3  # ACTIVATE
    (failed,) = transitions[2].named["entities"]
    assert "ros2 lifecycle set /phoxi_camera configure" in failed.named["msg"]


@pytest.mark.skipif(
    shutil.which("ros2") is None, reason="ros2 launch comes with a ROS installation"
)
def test_ros2_launch_starts_a_bringup(tmp_path: Path, block_cloud: PointCloud, probe: Any) -> None:
    path = tmp_path / "a frame.npz"
    xyz = block_cloud.points.reshape(*block_cloud.source_shape, 3)
    np.savez(path, xyz=xyz, frame_id="camera")
    arguments = ["camera:=bag", f"bag:={path}", "namespace:=left", "gripper:=franka_hand"]
    running = subprocess.Popen(
        ["ros2", "launch", LAUNCH_FOLDER / "bringup.launch.py", *arguments],
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:

        def detect() -> DetectGrasps.Response | None:
            assert running.poll() is None
            response = probe.call(DetectGrasps, "/left/detect_grasps", DetectGrasps.Request())
            return response if response.code == DetectGrasps.Response.SUCCESS else None

        assert probe.wait(detect, "grasps").grasps.gripper == "franka_hand"
        running.send_signal(signal.SIGINT)
        assert running.wait(END_SEC) == 0
    finally:
        if running.poll() is None:
            os.killpg(running.pid, signal.SIGKILL)
