"""The nodes of a bringup as commands."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from grasp_perception.bringup.arguments import BringupArguments
from grasp_perception.bringup.groups import node_specs
from grasp_perception.bringup.processes import LaunchOnlyError, processes
from grasp_perception.bringup.specs import IncludeSpec, NodeSpec
from grasp_perception.share import InstallationError


def test_processes_run_this_python_with_nothing_sourced() -> None:
    spec = NodeSpec(
        "grasp_perception",
        "bag_player",
        "player",
        "/left/",
        parameters={"path": "/my bags/a.mcap", "loop": False, "rate": 2.0},
        params_file="a.yaml",
        remappings=(("cloud", "/points"),),
    )
    assert processes([spec]) == [
        [
            *(sys.executable, "-m", "grasp_perception.bag_player", "--ros-args"),
            *("-r", "__node:=player", "-r", "__ns:=/left", "-r", "cloud:=/points"),
            *("--params-file", "a.yaml"),
            *("-p", 'path:="/my bags/a.mcap"', "-p", "loop:=false", "-p", "rate:=2.0"),
        ]
    ]


@pytest.mark.parametrize(
    ("changes", "modules"),
    [
        ({"camera": "sim"}, ["grasp_sim.sim_node", "grasp_perception.perception_node"]),
        (
            {"camera": "sim", "robot": "yumi"},
            [
                "grasp_sim.arm_node",
                "grasp_perception.perception_node",
                "grasp_executor.executor_node",
            ],
        ),
        (
            {"camera_driver": "own", "record": "a"},
            [
                "grasp_perception.realsense_node",
                "grasp_perception.perception_node",
                "grasp_perception.recorder_node",
            ],
        ),
    ],
)
def test_what_needs_no_ros_installation(changes: dict[str, object], modules: list[str]) -> None:
    commands = processes(node_specs(BringupArguments(**changes)))
    assert [command[2] for command in commands] == modules


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program of another package, where ROS installs it."""
    path = tmp_path / "lib" / "controller_manager" / "ros2_control_node"
    path.parent.mkdir(parents=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    monkeypatch.setenv("AMENT_PREFIX_PATH", f"/nowhere:{tmp_path}")
    return path


def test_program_of_another_package_is_found_where_ros_has_it(installed: Path) -> None:
    spec = NodeSpec("controller_manager", installed.name, "manager", arguments=("-a",))
    (command,) = processes([spec])
    assert command == [str(installed), "-a", "--ros-args", "-r", "__node:=manager"]


def test_process_with_several_nodes_leaves_them_their_names(installed: Path) -> None:
    spec = NodeSpec("controller_manager", installed.name, "manager", several=True)
    assert processes([spec]) == [[str(installed), "--ros-args"]]


def test_program_that_is_not_installed_is_named() -> None:
    with pytest.raises(InstallationError, match="no_rviz of the ROS package rviz2 is not inst"):
        processes([NodeSpec("rviz2", "no_rviz", "rviz2")])
    with pytest.raises(InstallationError, match="camera_driver:=own does without it"):
        processes([NodeSpec("realsense2_camera", "no_such_node", "camera")])


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (IncludeSpec("my_bringup", "a.launch.py"), "my_bringup/a.launch.py is a launch file: use"),
        (NodeSpec("p", "p_node", "p", managed=True), "p is a node that waits for launch: use"),
    ],
)
def test_what_only_launch_can_start(spec: NodeSpec | IncludeSpec, message: str) -> None:
    with pytest.raises(LaunchOnlyError, match=message):
        processes([spec])
