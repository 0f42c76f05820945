"""Which nodes run, group by group."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from grasp_core.params import build_params, load_overrides
from grasp_perception.bringup.arguments import CLOUD_TOPICS, BringupArguments
from grasp_perception.bringup.groups import (
    GROUPS,
    executor_specs,
    node_specs,
    perception_specs,
    view_specs,
)
from grasp_perception.node_params import PerceptionParams

LAUNCH_FOLDER = Path(__file__).resolve().parents[4] / "launch"


#: Libraries of the environment that Debian has no package of; `ros2 launch` runs in its Python.
NOT_IN_DEBIAN = ("coal", "open3d", "pinocchio", "pytransform3d", "rosbags", "trimesh")


def test_launch_needs_no_library_that_debian_lacks() -> None:
    code = f"""
import sys
sys.modules.update(dict.fromkeys({NOT_IN_DEBIAN}))
from grasp_perception.bringup import BringupArguments, node_specs
arguments = BringupArguments(camera="phoxi", robot="yumi", use_fake_hardware=True, rviz=True)
print(*[spec.name for spec in node_specs(arguments)])
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert run.stdout.split()[:2] == ["robot_state_publisher", "controller_manager"]


@pytest.mark.parametrize(
    ("arguments", "names"),
    [
        (BringupArguments(), ["camera", "perception"]),
        (BringupArguments(camera="sim", robot="yumi"), ["sim_arm", "perception", "executor"]),
        (
            BringupArguments(camera="sim", robot="yumi", rviz=True),
            ["sim_arm", "perception", "executor", "rviz2", "robot_state_publisher"],
        ),
        (
            BringupArguments(camera="bag", bag="a", rviz=True, record="b"),
            ["bag_player", "perception", "recorder", "rviz2"],
        ),
        (
            BringupArguments(robot="yumi", robot_driver="a/b", camera_driver="none"),
            ["a/b", "perception", "executor"],
        ),
    ],
)
def test_nodes_of_a_bringup(arguments: BringupArguments, names: list[str]) -> None:
    assert [spec.name for spec in node_specs(arguments)] == names


def test_each_group_has_a_launch_file() -> None:
    files = {path.name.removesuffix(".launch.py") for path in LAUNCH_FOLDER.glob("*.launch.py")}
    assert files == {"bringup", *GROUPS}


def test_perception_listens_to_the_camera() -> None:
    (perception,) = perception_specs(BringupArguments())
    assert perception.remappings == (("~/cloud", CLOUD_TOPICS["realsense"]),)
    assert perception.parameters == {}
    (perception,) = perception_specs(BringupArguments(cloud_topic="/mine"))
    assert perception.remappings == (("~/cloud", "/mine"),)


@pytest.mark.parametrize(
    ("arguments", "cameras"),
    [
        (BringupArguments(camera="phoxi"), "phoxi"),  # it is triggered by its file
        (BringupArguments(camera="phoxi", cameras="phoxi_rif"), "phoxi_rif"),
        (BringupArguments(cameras="/left/points,/right/points"), "/left/points,/right/points"),
        (BringupArguments(camera="phoxi", cloud_topic="/mine"), None),
        (BringupArguments(camera="sim", sim_camera="phoxi"), None),  # it runs by itself
    ],
)
def test_cameras_that_have_a_file(arguments: BringupArguments, cameras: str | None) -> None:
    (perception,) = perception_specs(arguments)
    assert perception.parameters.get("cameras") == cameras


def test_perception_is_told_what_was_chosen() -> None:
    arguments = BringupArguments(gripper="franka_hand", model="gpr", mode="continuous")
    (perception,) = perception_specs(arguments)
    assert perception.parameters == {
        "gripper": "franka_hand",
        "detector": "gpr",
        "mode": "continuous",
    }


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (BringupArguments(), "perception.yaml"),
        (BringupArguments(camera="sim"), "perception_sim.yaml"),
        (BringupArguments(camera="sim", robot="diana7"), "perception_diana7.yaml"),
        (BringupArguments(camera="phoxi", robot="yumi"), "perception_yumi.yaml"),
        (BringupArguments(camera="sim", params_file="mine.yaml"), "mine.yaml"),
    ],
)
def test_parameter_file_of_perception(arguments: BringupArguments, name: str) -> None:
    (perception,) = perception_specs(arguments)
    assert Path(perception.params_file).name == name


def test_recorder_writes_what_replay_and_people_need() -> None:
    _, recorder = perception_specs(BringupArguments(record="/my bags/a", namespace="left"))
    assert (recorder.executable, recorder.parameters["path"]) == ("recorder_node", "/my bags/a")
    assert recorder.parameters["topics"].split(",") == [
        CLOUD_TOPICS["realsense"],
        "/tf",
        "/tf_static",
        "/joint_states",
        "/diagnostics",
        "/left/perception/grasps",
        "/left/perception/grasp_markers",
        "/left/perception/cloud_filtered",
    ]


def test_executor_works_in_the_cell_on_what_perception_saw() -> None:
    assert executor_specs(BringupArguments()) == []
    arguments = BringupArguments(camera="sim", robot="yumi", planner="moveit")
    (executor,) = executor_specs(arguments)
    assert (executor.package, executor.executable) == ("grasp_executor", "executor_node")
    assert executor.parameters == {"cell_file": arguments.cell, "planner": "moveit"}
    assert executor.remappings == (("~/points", "/perception/cloud_filtered"),)


def test_names_in_a_namespace() -> None:
    arguments = BringupArguments(
        camera="sim", robot="diana7", executor_params_file="mine.yaml", namespace="/left/"
    )
    (perception,) = perception_specs(arguments)
    assert ("/detect_grasps", "/left/detect_grasps") in perception.remappings
    (executor,) = executor_specs(arguments)
    assert executor.params_file == "mine.yaml"
    assert executor.remappings == (
        ("~/points", "/left/perception/cloud_filtered"),
        ("/detect_grasps", "/left/detect_grasps"),
        ("/pick", "/left/pick"),
        ("/clear_bin", "/left/clear_bin"),
    )


@pytest.mark.parametrize(
    ("changes", "gripper_action"),
    [
        ({}, "abb_smart_gripper"),
        ({"use_fake_hardware": True}, None),
        ({"robot_driver": "my_bringup/real.launch.py"}, None),
    ],
)
def test_grippers_of_the_yumi(changes: dict[str, object], gripper_action: str | None) -> None:
    arguments = BringupArguments(**{"camera": "phoxi", "robot": "yumi", **changes})
    (executor,) = executor_specs(arguments)
    assert executor.parameters.get("gripper_action") == gripper_action


def test_installed_parameter_file_holds_valid_overrides() -> None:
    (perception,) = perception_specs(BringupArguments())
    overrides = load_overrides(perception.params_file, "perception")
    assert build_params(PerceptionParams, overrides).gripper == "parallel_100mm"


def test_installed_parameter_file_of_the_simulation_keeps_off_the_walls() -> None:
    (perception,) = perception_specs(BringupArguments(camera="sim"))
    params = build_params(PerceptionParams, load_overrides(perception.params_file, "perception"))
    assert (params.frame, params.region_frame) == ("world", "world")
    x, y, z = params.region_center
    assert (x, y) == (0, 0)
    assert params.region_size[:2] == (0.28, 0.28)  # of 0.30 between the walls of the bin
    assert z - params.region_size[2] / 2 == pytest.approx(-0.01)  # the floor is within


def test_installed_view_shows_what_the_node_publishes() -> None:
    (rviz,) = view_specs(BringupArguments(rviz=True))
    assert (rviz.executable, rviz.arguments[0]) == ("rviz2", "-d")
    view = yaml.safe_load(Path(rviz.arguments[1]).read_text(encoding="utf-8"))
    displays = view["Visualization Manager"]["Displays"]
    topics = {each["Topic"]["Value"] for each in displays if "Topic" in each}
    assert topics >= {
        CLOUD_TOPICS["realsense"],
        "/perception/cloud_filtered",
        "/perception/grasp_markers",
    }
