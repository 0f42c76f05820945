"""The robot's driver: ros2_control with a stand-in or with ABB's, or a launch file of others.

Model and controllers are made from the cell's file, as `grasp robot` makes them, so that they have
the names that the executor uses.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from grasp_perception.bringup.arguments import ELSEWHERE, NO_ROBOT, BringupArguments
from grasp_perception.bringup.specs import IncludeSpec, NodeSpec, Spec
from grasp_robots.description import RobotDescription
from grasp_robots.moveit_config import ros2_controllers
from grasp_robots.urdf import Hardware, urdf
from grasp_robots.work_cell import load_work_cell

ABB_PLUGIN = "abb_hardware_interface/ABBSystemHardware"
#: UDP ports on which the controller's tasks of the right and the left arm send EGM, as in the
#: examples of abb_robot_driver.
ABB_EGM_PORTS = {"rob_regm_port": "6512", "rob_legm_port": "6511"}
ABB_RWS_PORT = 80
#: s. ABB's plugin waits up to 100 s for EGM to be started on the robot.
CONTROLLERS_SEC = 120


def robot_specs(arguments: BringupArguments) -> list[Spec]:
    """Give the robot's driver; none in simulation, or where it runs already."""
    if arguments.use_fake_hardware:
        return _ros2_control(arguments, Hardware())
    if not arguments.drives_robot or arguments.robot_driver == ELSEWHERE:
        return []
    if arguments.robot_driver:
        return [IncludeSpec(*arguments.robot_driver.split("/"))]
    address = arguments.robot_address
    parameters = {"rws_ip": address, "rws_port": str(ABB_RWS_PORT), **ABB_EGM_PORTS}
    client = NodeSpec(
        "abb_rws_client",
        "rws_client",
        "rws_client",
        parameters={
            "robot_ip": address,
            "robot_port": ABB_RWS_PORT,
            "robot_nickname": arguments.robot,
            "polling_rate": 5.0,
            "no_connection_timeout": False,
        },
    )
    return [client, *_ros2_control(arguments, Hardware(ABB_PLUGIN, parameters, fingers=False))]


def _ros2_control(arguments: BringupArguments, hardware: Hardware) -> list[Spec]:
    """controller_manager, the model that it drives, and the start of its controllers in turn."""
    robot = load_work_cell(arguments.cell).robot
    controllers = ["joint_state_broadcaster", *(arm.controller for arm in robot.arms)]
    if hardware.fingers:
        controllers += [arm.mount.controller for arm in robot.arms]
    return [
        _publisher(robot, hardware),
        NodeSpec(
            "controller_manager",
            "ros2_control_node",
            "controller_manager",
            params_file=str(_controllers_file(robot)),
            several=True,
        ),
        NodeSpec(
            "controller_manager",
            "spawner",
            "spawner",
            arguments=(*controllers, "--controller-manager-timeout", str(CONTROLLERS_SEC)),
            ends=True,
        ),
    ]


def robot_state_publisher(arguments: BringupArguments) -> NodeSpec:
    """Give the node that publishes where the links of the cell's robot are."""
    return _publisher(load_work_cell(arguments.cell).robot, None)


def _publisher(robot: RobotDescription, hardware: Hardware | None) -> NodeSpec:
    return NodeSpec(
        "robot_state_publisher",
        "robot_state_publisher",
        "robot_state_publisher",
        parameters={"robot_description": urdf(robot, hardware)},
    )


def _controllers_file(robot: RobotDescription) -> Path:
    """Write ros2_controllers.yaml where ROS keeps its files; controllers read no other form.

    Its name is made of its content: two robots do not meet, and the same one is written once.
    """
    text = yaml.safe_dump(ros2_controllers(robot), sort_keys=False)
    folder = Path(os.environ.get("ROS_HOME") or Path.home() / ".ros", "grasp_controllers")
    path = folder / f"{robot.name}-{sha256(text.encode()).hexdigest()[:16]}.yaml"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".{os.getpid()}")
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
    return path


def move_group_specs(arguments: BringupArguments) -> list[Spec]:
    """move_group, for people who plan by hand in RViz; the executor hosts its own MoveIt."""
    wanted = arguments.planner == "moveit" and arguments.rviz and arguments.robot != NO_ROBOT
    if not wanted:
        return []
    # Imported here: it needs coal, and `ros2 launch` runs in Debian's Python, which has none.
    from grasp_robots.config_folder import config_files

    robot = load_work_cell(arguments.cell).robot
    files = config_files(robot)
    data = {name: yaml.safe_load(text) for name, text in files.items() if name.endswith(".yaml")}
    parameters = {
        "robot_description": files[f"{robot.name}.urdf"],
        "robot_description_semantic": files[f"{robot.name}.srdf"],
        "robot_description_kinematics": data["kinematics.yaml"],
        "robot_description_planning": {
            **data["joint_limits.yaml"],
            **data["pilz_cartesian_limits.yaml"],
        },
        "planning_pipelines": ["ompl"],  # as a list: only moveit_py wants it otherwise
        "ompl": {"planning_plugins": ["ompl_interface/OMPLPlanner"]},
        "publish_robot_description_semantic": True,  # to RViz
        **data["moveit_controllers.yaml"],
    }
    return [
        NodeSpec(
            "moveit_ros_move_group",
            "move_group",
            "move_group",
            parameters=_flat(parameters),
            several=True,
        )
    ]


def _flat(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Name each value by its whole path, as ROS names parameters: `a.b.c`."""
    flat: dict[str, Any] = {}
    for name, value in tree.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{prefix}{name}.")
        else:
            flat[f"{prefix}{name}"] = value
    return flat
