"""`BringupArguments`: what a user may choose when a cell is started."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import yaml

from grasp_core.errors import ParameterError
from grasp_core.params import build_params, check_params, parameter
from grasp_nodes.names import in_namespace
from grasp_perception.node_params import CONTINUOUS, ON_DEMAND
from grasp_perception.share import share_path

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
#: Who starts a real camera: its ROS driver here, our own node here, or somebody else.
DRIVER, OWN_NODE, ELSEWHERE = "driver", "own", "none"
#: The service port of ABB's controllers.
ABB_ADDRESS = "192.168.125.1"


@dataclass(frozen=True)
class BringupArguments:
    """What a user may choose; the arguments of the launch files."""

    camera: str = parameter(
        "realsense", "Where the clouds come from.", choices=(*CLOUD_TOPICS, "sim")
    )
    camera_driver: str = parameter(
        DRIVER,
        "What runs a real camera. driver: its ROS package, realsense2_camera or phoxi_camera; own: "
        "our node on pyrealsense2, for a RealSense; none: it runs already.",
        choices=(DRIVER, OWN_NODE, ELSEWHERE),
    )
    camera_serial: str = parameter("", "Serial number of the camera; empty: the only one.")
    camera_params_file: str = parameter(
        "",
        "Parameters of the camera's node, real or simulated; empty: for a RealSense those of "
        "config/drivers/realsense2_camera.yaml, else the node's own.",
    )
    robot: str = parameter(
        NO_ROBOT,
        "Robot that picks, in its cell of config/cells; with camera:=sim its arms are simulated.",
        choices=(NO_ROBOT, *ROBOTS),
    )
    robot_driver: str = parameter(
        "",
        "What drives a real robot. PACKAGE/FILE: a launch file, such as "
        "diana7_bringup/hardware_real.launch.py; none: it runs already; empty: abb_ros2 for the "
        "yumi, while the diana7 has no driver of its own (hardware.md).",
    )
    robot_address: str = parameter(ABB_ADDRESS, "Network address of the yumi's controller.")
    use_fake_hardware: bool = parameter(
        False, "Drive ros2_control's stand-in, which is at once where it is told to be."
    )
    cell_file: str = parameter(
        "", "File of the robot's cell in place of the one in config/cells (hardware.md)."
    )
    cloud_topic: str = parameter("", "Topic of the clouds; empty: the camera driver's own.")
    cameras: str = parameter(
        "",
        "Cameras that perception reads, as its parameter of this name; empty: with camera:=phoxi "
        "that of config/cameras/phoxi.yaml, which is triggered, else the topic of the clouds.",
    )
    bag: str = parameter("", "Bag or cloud file that camera:=bag plays.")
    loop: bool = parameter(True, "Play the bag again and again.")
    sim_camera: str = parameter(
        "",
        "Camera that camera:=sim stands for; empty: phoxi for the yumi, else d435.",
        choices=("", *SIM_CAMERAS),
    )
    seed: int = parameter(0, "Seed of the scene that camera:=sim shows.", low=0)
    gripper: str = parameter("", "Gripper's name or file; empty: as in params_file.")
    model: str = parameter(
        "",
        "What finds the grasps: antipodal, or a network of config/models; empty: as in "
        "params_file.",
    )
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
    namespace: str = parameter("", "Namespace of our nodes and services; drivers keep theirs.")
    record: str = parameter(
        "", "Bag to record into, a folder that is made: clouds, transforms, joints, grasps."
    )
    rviz: bool = parameter(False, "Start RViz, which comes with a ROS installation.")

    def __post_init__(self) -> None:
        check_params(self)
        if self.camera == "bag" and not self.bag:
            raise ParameterError("camera:=bag needs bag:=PATH")
        if self.camera_driver == OWN_NODE and self.camera == "phoxi":
            raise ParameterError("camera_driver:=own is for camera:=realsense, not phoxi")
        if self.use_fake_hardware and self.robot == NO_ROBOT:
            raise ParameterError("use_fake_hardware:=true needs robot:=" + " or ".join(ROBOTS))
        if self.use_fake_hardware and self.camera == "sim":
            raise ParameterError(
                "use_fake_hardware:=true is for another camera: camera:=sim simulates the arms"
            )
        if self.drives_robot and self.robot == "diana7" and not self.robot_driver:
            raise ParameterError(
                "robot:=diana7 needs robot_driver:=PACKAGE/FILE, robot_driver:=none where its "
                "driver runs already, or use_fake_hardware:=true"
            )
        if self.robot_driver not in ("", ELSEWHERE) and len(self.robot_driver.split("/")) != 2:
            raise ParameterError(f"robot_driver: {self.robot_driver!r} is not none or PACKAGE/FILE")

    @property
    def drives_robot(self) -> bool:
        """Whether a real robot's driver is started, or expected to run."""
        return self.robot != NO_ROBOT and self.camera != "sim" and not self.use_fake_hardware

    @property
    def sim_model(self) -> str:
        """Which of `SIM_CAMERAS` camera:=sim is."""
        return self.sim_camera or ROBOTS.get(self.robot, "d435")

    @property
    def own_topic(self) -> str:
        """Topic of the clouds as the camera's node has it."""
        return CLOUD_TOPICS[SIM_CAMERAS[self.sim_model] if self.camera == "sim" else self.camera]

    @property
    def topic(self) -> str:
        """Topic of the clouds as the user wants it."""
        return self.cloud_topic or self.own_topic

    @property
    def described_cameras(self) -> str:
        """Names of cameras that have a file; empty: the clouds come by themselves."""
        triggered = self.camera == "phoxi" and not self.cloud_topic
        return self.cameras or ("phoxi" if triggered else "")

    @property
    def cell(self) -> str:
        """Path of the robot's cell."""
        return self.cell_file or cell_file(self.robot)

    def absolute(self, name: str) -> str:
        """Put a name that begins with / into the namespace."""
        return in_namespace(self.namespace, name)


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


def cell_file(robot: str) -> str:
    """Path of the cell of one of `ROBOTS`."""
    return str(share_path("grasp_perception") / "config" / "cells" / f"{robot}.yaml")
