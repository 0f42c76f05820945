"""Drivers of the robots: real ones, ros2_control's stand-in, launch files of others."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pytest
import yaml

from grasp_perception.bringup.arguments import BringupArguments
from grasp_perception.bringup.robots import (
    move_group_specs,
    robot_specs,
    robot_state_publisher,
)
from grasp_perception.bringup.specs import IncludeSpec, NodeSpec
from grasp_robots.moveit_config import ros2_controllers
from grasp_robots.work_cell import load_work_cell

DIANA_JOINTS = [f"joint{number}" for number in range(1, 8)]


def fake(robot: str, **changes: Any) -> BringupArguments:
    arguments = {"camera": "phoxi", "robot": robot, "use_fake_hardware": True, **changes}
    return BringupArguments(**arguments)


def hardware_of(spec: NodeSpec) -> ElementTree.Element:
    (element,) = ElementTree.fromstring(spec.parameters["robot_description"]).iter("hardware")
    return element


def test_stand_in_moves_arms_and_fingers() -> None:
    publisher, manager, spawner = robot_specs(fake("diana7"))
    assert hardware_of(publisher).findtext("plugin") == "mock_components/GenericSystem"
    assert (manager.package, manager.executable) == ("controller_manager", "ros2_control_node")
    assert manager.several  # the controllers' nodes keep their names
    assert spawner.arguments == (
        *("joint_state_broadcaster", "arm_controller", "gripper_controller"),
        *("--controller-manager-timeout", "120"),
    )
    assert spawner.ends


def test_controllers_are_those_of_the_cell(ros_home: Path) -> None:
    cell = fake("diana7").cell
    _, manager, _ = robot_specs(fake("diana7"))
    path = Path(manager.params_file)
    assert path.parent == ros_home / "grasp_controllers"
    written = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert written == ros2_controllers(load_work_cell(cell).robot)
    assert written["arm_controller"]["ros__parameters"]["joints"] == DIANA_JOINTS


def test_the_same_controllers_are_written_once(ros_home: Path) -> None:
    files = {robot_specs(fake("diana7"))[1].params_file for _ in range(2)}
    files.add(robot_specs(fake("yumi"))[1].params_file)
    assert len(files) == 2
    assert {str(path) for path in (ros_home / "grasp_controllers").iterdir()} == files


def test_names_of_the_cell_reach_model_and_controllers(tmp_path: Path) -> None:
    config = Path(fake("diana7").cell).parents[1]
    for folder in ("robots", "grippers"):
        (tmp_path / folder).symlink_to((config / folder).resolve())
    (tmp_path / "cells").mkdir()
    mine = tmp_path / "cells" / "mine.yaml"
    names = {"joint1": "axis_1", "arm_controller": "jtc"}
    cell = yaml.safe_load(Path(fake("diana7").cell).read_text(encoding="utf-8"))
    mine.write_text(yaml.safe_dump({**cell, "names": names}), encoding="utf-8")
    publisher, manager, spawner = robot_specs(fake("diana7", cell_file=str(mine)))
    assert '<joint name="axis_1">' in publisher.parameters["robot_description"]
    controllers = yaml.safe_load(Path(manager.params_file).read_text(encoding="utf-8"))
    assert controllers["jtc"]["ros__parameters"]["joints"] == ["axis_1", *DIANA_JOINTS[1:]]
    assert spawner.arguments[1] == "jtc"


def test_yumi_is_driven_by_abb() -> None:
    arguments = BringupArguments(camera="phoxi", robot="yumi", robot_address="10.0.0.5")
    client, publisher, _, spawner = robot_specs(arguments)
    assert (client.package, client.executable) == ("abb_rws_client", "rws_client")
    assert client.parameters["robot_ip"] == "10.0.0.5"
    hardware = hardware_of(publisher)
    assert hardware.findtext("plugin") == "abb_hardware_interface/ABBSystemHardware"
    assert {each.get("name"): each.text for each in hardware.iter("param")} == {
        "rws_ip": "10.0.0.5",
        "rws_port": "80",
        "rob_regm_port": "6512",
        "rob_legm_port": "6511",
    }
    # It moves no fingers: their controllers would find nothing to command.
    assert spawner.arguments[:3] == (
        *("joint_state_broadcaster", "right_arm_controller", "left_arm_controller"),
    )
    assert spawner.arguments[3] == "--controller-manager-timeout"


@pytest.mark.parametrize("robot", ["yumi", "diana7"])
def test_a_launch_file_by_name_drives_any_robot(robot: str) -> None:
    arguments = BringupArguments(robot=robot, robot_driver="my_bringup/real.launch.py")
    assert robot_specs(arguments) == [IncludeSpec("my_bringup", "real.launch.py")]


@pytest.mark.parametrize(
    "arguments",
    [
        BringupArguments(),
        BringupArguments(camera="sim", robot="yumi"),
        BringupArguments(robot="yumi", robot_driver="none"),
    ],
)
def test_no_driver_where_none_is_needed(arguments: BringupArguments) -> None:
    assert robot_specs(arguments) == []


def test_publisher_of_a_simulated_robot_has_the_plain_model() -> None:
    text = robot_state_publisher(BringupArguments(camera="sim", robot="yumi")).parameters[
        "robot_description"
    ]
    assert ElementTree.fromstring(text).get("name") == "yumi"
    assert "ros2_control" not in text


def test_move_group_is_for_people_who_look() -> None:
    for changes in ({}, {"planner": "moveit"}, {"planner": "embedded", "rviz": True}):
        assert move_group_specs(BringupArguments(camera="sim", robot="diana7", **changes)) == []
    (node,) = move_group_specs(
        BringupArguments(camera="sim", robot="diana7", planner="moveit", rviz=True)
    )
    parameters = node.parameters
    assert node.several
    assert parameters["planning_pipelines"] == ["ompl"]
    assert parameters["ompl.planning_plugins"] == ["ompl_interface/OMPLPlanner"]
    prefix = "robot_description_planning.joint_limits.joint1"
    assert parameters[f"{prefix}.max_acceleration"] == 2.0
    solver = "robot_description_kinematics.diana7_arm.kinematics_solver"
    assert parameters[solver] == "kdl_kinematics_plugin/KDLKinematicsPlugin"
    manager = "moveit_simple_controller_manager"
    assert parameters[f"{manager}.arm_controller.joints"] == DIANA_JOINTS
    assert '<group name="diana7_arm">' in parameters["robot_description_semantic"]
    assert not any(isinstance(value, dict) for value in parameters.values())
