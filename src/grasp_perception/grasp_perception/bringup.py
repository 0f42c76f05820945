"""Bringup: which nodes run, with which parameters and topics, as data.

The launch file turns the list into actions of launch_ros, the command line into processes.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from grasp_core.errors import ParameterError
from grasp_core.params import check_params, parameter
from grasp_perception.node_params import CONTINUOUS, ON_DEMAND
from grasp_perception.share import share_path

PACKAGE = "grasp_perception"
#: Topic of the clouds of each camera, with the names that its driver gives by default:
#: realsense2_camera 4 with pointcloud.enable, Photoneo's phoxi_camera, and our bag player.
CLOUD_TOPICS = {
    "bag": "/camera/cloud",
    "realsense": "/camera/camera/depth/color/points",
    "phoxi": "/phoxi_camera/points",
}


@dataclass(frozen=True)
class BringupArguments:
    """What a user may choose; the arguments of the launch file."""

    camera: str = parameter("realsense", "Where the clouds come from.", choices=tuple(CLOUD_TOPICS))
    cloud_topic: str = parameter("", "Topic of the clouds; empty: the camera driver's own.")
    bag: str = parameter("", "Bag or cloud file that camera:=bag plays.")
    loop: bool = parameter(True, "Play the bag again and again.")
    gripper: str = parameter("", "Gripper's name or file; empty: as in params_file.")
    mode: str = parameter(
        "", "When to detect; empty: as in params_file.", choices=("", ON_DEMAND, CONTINUOUS)
    )
    params_file: str = parameter("", "Overrides of the parameters; empty: config/perception.yaml.")
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


def node_specs(arguments: BringupArguments) -> list[NodeSpec]:
    """Nodes that the arguments ask for."""
    topic = arguments.cloud_topic or CLOUD_TOPICS[arguments.camera]
    specs = [_perception(arguments, topic)]
    if arguments.camera == "bag":
        specs.append(
            NodeSpec(
                PACKAGE,
                "bag_player",
                "bag_player",
                arguments.namespace,
                parameters={"path": arguments.bag, "loop": arguments.loop},
                remappings=(("cloud", topic),),
            )
        )
    if arguments.rviz:
        view = share_path(PACKAGE) / "config" / "grasp.rviz"
        specs.append(
            NodeSpec("rviz2", "rviz2", "rviz2", arguments.namespace, arguments=("-d", str(view)))
        )
    return specs


def _perception(arguments: BringupArguments, topic: str) -> NodeSpec:
    chosen = {"gripper": arguments.gripper, "mode": arguments.mode}
    remappings = [("~/cloud", topic)]
    if arguments.namespace:  # the service's name is absolute, for those who have one camera
        remappings.append(("/detect_grasps", f"/{arguments.namespace.strip('/')}/detect_grasps"))
    default = share_path(PACKAGE) / "config" / "perception.yaml"
    return NodeSpec(
        PACKAGE,
        "perception_node",
        "perception",
        arguments.namespace,
        parameters={name: value for name, value in chosen.items() if value},
        params_file=arguments.params_file or str(default),
        remappings=tuple(remappings),
    )


def processes(specs: Sequence[NodeSpec]) -> list[list[str]]:
    """Command of each node for this Python, with nothing sourced."""
    return [_command(spec) for spec in specs]


def _command(spec: NodeSpec) -> list[str]:
    if spec.package == PACKAGE:
        command = [sys.executable, "-m", f"{PACKAGE}.{spec.executable}"]
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
