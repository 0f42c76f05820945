"""Bringup: which nodes run, with which parameters and topics, as data.

The launch file turns the list into actions of launch_ros, the command line into processes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import yaml

from grasp_core.errors import ParameterError
from grasp_core.params import build_params, check_params, parameter
from grasp_perception.node_params import CONTINUOUS, ON_DEMAND
from grasp_perception.share import share_path

PACKAGE, SIM_PACKAGE, EXECUTOR_PACKAGE = "grasp_perception", "grasp_sim", "grasp_executor"
#: Topic of the clouds of each camera, with the names that its driver gives by default:
#: realsense2_camera 4 with pointcloud.enable, Photoneo's phoxi_camera, and our bag player.
CLOUD_TOPICS = {
    "bag": "/camera/cloud",
    "realsense": "/camera/camera/depth/color/points",
    "phoxi": "/phoxi_camera/points",
}
#: What each simulated camera stands for; it publishes on the topics of that camera's driver.
SIM_CAMERAS = {"d435": "realsense", "phoxi": "phoxi"}
#: The robots that config/cells has a cell for, each with the camera of its paper.
ROBOTS = {"yumi": "phoxi", "diana7": "d435"}
NO_ROBOT = "none"
#: The planners of the executor; `moveit` needs MoveIt 2.
PLANNERS = ("embedded", "moveit")


@dataclass(frozen=True)
class BringupArguments:
    """What a user may choose; the arguments of the launch file."""

    camera: str = parameter(
        "realsense", "Where the clouds come from.", choices=(*CLOUD_TOPICS, "sim")
    )
    robot: str = parameter(
        NO_ROBOT,
        "Robot that picks, in its cell of config/cells; with camera:=sim its arms are simulated.",
        choices=(NO_ROBOT, *ROBOTS),
    )
    cell_file: str = parameter(
        "", "File of the robot's cell in place of the one in config/cells (hardware.md)."
    )
    cloud_topic: str = parameter("", "Topic of the clouds; empty: the camera driver's own.")
    bag: str = parameter("", "Bag or cloud file that camera:=bag plays.")
    loop: bool = parameter(True, "Play the bag again and again.")
    sim_camera: str = parameter(
        "",
        "Camera that camera:=sim stands for; empty: phoxi for the yumi, else d435.",
        choices=("", *SIM_CAMERAS),
    )
    seed: int = parameter(0, "Seed of the scene that camera:=sim shows.", low=0)
    sim_params_file: str = parameter("", "Overrides of the other parameters of camera:=sim.")
    gripper: str = parameter("", "Gripper's name or file; empty: as in params_file.")
    mode: str = parameter(
        "", "When to detect; empty: as in params_file.", choices=("", ON_DEMAND, CONTINUOUS)
    )
    params_file: str = parameter(
        "",
        "Overrides of the parameters of perception; empty: perception_ROBOT.yaml of the folder "
        "config, without a robot perception_sim.yaml with camera:=sim, else perception.yaml.",
    )
    planner: str = parameter(
        "",
        "What plans the robot's motions; empty: as in executor_params_file.",
        choices=("", *PLANNERS),
    )
    executor_params_file: str = parameter("", "Overrides of the parameters of the executor.")
    namespace: str = parameter("", "Namespace of the nodes and of the service.")
    rviz: bool = parameter(False, "Start RViz, which comes with a ROS installation.")

    def __post_init__(self) -> None:
        check_params(self)
        if self.camera == "bag" and not self.bag:
            raise ParameterError("camera:=bag needs bag:=PATH")


@dataclass(frozen=True)
class NodeSpec:
    """One node to run.

    Attributes
    ----------
    package, executable : as `ros2 run` takes them.
    namespace : empty for the root.
    parameters : values that override the file's.
    params_file : ROS parameter file, or empty.
    remappings : (from, to) names.
    arguments : of the executable itself, not ROS's.
    """

    package: str
    executable: str
    name: str
    namespace: str = ""
    parameters: dict[str, Any] = field(default_factory=dict)
    params_file: str = ""
    remappings: tuple[tuple[str, str], ...] = ()
    arguments: tuple[str, ...] = ()


def read_arguments(texts: Mapping[str, str]) -> BringupArguments:
    """Read arguments as people write them, all as texts.

    Raises
    ------
    ParameterError : an argument is unknown, or its value is not valid.
    """
    defaults = {each.name: each.default for each in fields(BringupArguments)}
    values = {
        name: text if isinstance(defaults.get(name, ""), str) else _yaml(text)
        for name, text in texts.items()
    }
    return build_params(BringupArguments, values)


def _yaml(text: str) -> Any:
    """Value of a number, `true` or `false`; whatever else it is stays a text, to be refused."""
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return text


def node_specs(arguments: BringupArguments) -> list[NodeSpec]:
    """Nodes that the arguments ask for."""
    camera = arguments.sim_camera or ROBOTS.get(arguments.robot, "d435")
    driver = SIM_CAMERAS[camera] if arguments.camera == "sim" else arguments.camera
    topic = arguments.cloud_topic or CLOUD_TOPICS[driver]
    specs = [_perception(arguments, topic)]
    if arguments.robot != NO_ROBOT:
        specs.append(_executor(arguments))
    if arguments.camera == "bag":
        specs.append(_bag_player(arguments, topic))
    if arguments.camera == "sim":
        specs.append(_sim(arguments, camera, topic))
    if arguments.rviz:
        view = share_path(PACKAGE) / "config" / "grasp.rviz"
        specs.append(
            NodeSpec("rviz2", "rviz2", "rviz2", arguments.namespace, arguments=("-d", str(view)))
        )
    return specs


def _perception(arguments: BringupArguments, topic: str) -> NodeSpec:
    chosen = {"gripper": arguments.gripper, "mode": arguments.mode}
    remappings = [("~/cloud", topic), *_into_namespace(arguments, "/detect_grasps")]
    default = "perception.yaml"
    if arguments.robot != NO_ROBOT:
        default = f"perception_{arguments.robot}.yaml"
    elif arguments.camera == "sim":
        default = "perception_sim.yaml"
    return NodeSpec(
        PACKAGE,
        "perception_node",
        "perception",
        arguments.namespace,
        parameters={name: value for name, value in chosen.items() if value},
        params_file=arguments.params_file or str(share_path(PACKAGE) / "config" / default),
        remappings=tuple(remappings),
    )


def _executor(arguments: BringupArguments) -> NodeSpec:
    namespace = f"/{arguments.namespace.strip('/')}" if arguments.namespace else ""
    chosen = {"planner": arguments.planner} if arguments.planner else {}
    return NodeSpec(
        EXECUTOR_PACKAGE,
        "executor_node",
        "executor",
        arguments.namespace,
        parameters={"cell_file": arguments.cell_file or cell_file(arguments.robot), **chosen},
        params_file=arguments.executor_params_file,
        remappings=(
            ("~/points", f"{namespace}/perception/cloud_filtered"),
            *_into_namespace(arguments, "/detect_grasps", "/pick", "/clear_bin"),
        ),
    )


def _into_namespace(arguments: BringupArguments, *names: str) -> list[tuple[str, str]]:
    """Remap names that are absolute, for those who have one camera and one robot."""
    if not arguments.namespace:
        return []
    return [(name, f"/{arguments.namespace.strip('/')}{name}") for name in names]


def cell_file(robot: str) -> str:
    """Path of the cell of one of `ROBOTS`."""
    return str(share_path(PACKAGE) / "config" / "cells" / f"{robot}.yaml")


def _bag_player(arguments: BringupArguments, topic: str) -> NodeSpec:
    return NodeSpec(
        PACKAGE,
        "bag_player",
        "bag_player",
        arguments.namespace,
        parameters={"path": arguments.bag, "loop": arguments.loop},
        remappings=(("cloud", topic),),
    )


def _sim(arguments: BringupArguments, camera: str, topic: str) -> NodeSpec:
    """Simulate the camera, and the robot in its view where there is one."""
    own = CLOUD_TOPICS[SIM_CAMERAS[camera]]
    parameters = {"camera": camera, "seed": arguments.seed}
    executable, name = "sim_node", "sim_camera"
    if arguments.robot != NO_ROBOT:
        parameters["cell_file"] = arguments.cell_file or cell_file(arguments.robot)
        executable, name = "arm_node", "sim_arm"
    return NodeSpec(
        SIM_PACKAGE,
        executable,
        name,
        arguments.namespace,
        parameters=parameters,
        params_file=arguments.sim_params_file,
        remappings=() if topic == own else ((own, topic),),
    )


def processes(specs: Sequence[NodeSpec]) -> list[list[str]]:
    """Command of each node for this Python, with nothing sourced."""
    return [_command(spec) for spec in specs]


def _command(spec: NodeSpec) -> list[str]:
    if spec.package in (PACKAGE, SIM_PACKAGE, EXECUTOR_PACKAGE):
        command = [sys.executable, "-m", f"{spec.package}.{spec.executable}"]
    else:
        command = [spec.executable]
    remappings = [("__node", spec.name), *spec.remappings]
    if spec.namespace:
        remappings.insert(1, ("__ns", f"/{spec.namespace.strip('/')}"))
    ros_arguments = [part for old, new in remappings for part in ("-r", f"{old}:={new}")]
    if spec.params_file:
        ros_arguments += ["--params-file", spec.params_file]
    for name, value in spec.parameters.items():
        ros_arguments += ["-p", f"{name}:={json.dumps(value)}"]  # JSON is YAML, quotes and all
    return [*command, *spec.arguments, "--ros-args", *ros_arguments]
