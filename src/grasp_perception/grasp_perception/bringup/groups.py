"""What a bringup starts, group by group; each group has a launch file of its name."""

from __future__ import annotations

from collections.abc import Callable

from grasp_perception.bringup.arguments import NO_ROBOT, BringupArguments
from grasp_perception.bringup.cameras import camera_specs
from grasp_perception.bringup.robots import move_group_specs, robot_specs, robot_state_publisher
from grasp_perception.bringup.specs import NodeSpec, Spec
from grasp_perception.share import share_path

PACKAGE = "grasp_perception"
#: What is recorded beside the clouds: all that `grasp replay` and `grasp compare` read.
RECORDED = ("/tf", "/tf_static", "/joint_states", "/diagnostics")
RECORDED_OF_PERCEPTION = ("grasps", "grasp_markers", "cloud_filtered")


def node_specs(arguments: BringupArguments) -> list[Spec]:
    """All that the arguments ask for."""
    return [spec for group in GROUPS.values() for spec in group(arguments)]


def perception_specs(arguments: BringupArguments) -> list[Spec]:
    """Give the perception node, and the recorder."""
    chosen = {
        "gripper": arguments.gripper,
        "detector": arguments.model,
        "mode": arguments.mode,
        "cameras": arguments.described_cameras,
    }
    default = "perception.yaml"
    if arguments.robot != NO_ROBOT:
        default = f"perception_{arguments.robot}.yaml"
    elif arguments.camera == "sim":
        default = "perception_sim.yaml"
    node = NodeSpec(
        PACKAGE,
        "perception_node",
        "perception",
        arguments.namespace,
        parameters={name: value for name, value in chosen.items() if value},
        params_file=arguments.params_file or str(share_path(PACKAGE) / "config" / default),
        remappings=(("~/cloud", arguments.topic), *_renamed(arguments, "/detect_grasps")),
    )
    return [node, *_recorder(arguments)]


def _recorder(arguments: BringupArguments) -> list[Spec]:
    if not arguments.record:
        return []
    results = [arguments.absolute(f"/perception/{name}") for name in RECORDED_OF_PERCEPTION]
    topics = ",".join((arguments.topic, *RECORDED, *results))
    parameters = {"path": arguments.record, "topics": topics}
    return [
        NodeSpec(PACKAGE, "recorder_node", "recorder", arguments.namespace, parameters=parameters)
    ]


def executor_specs(arguments: BringupArguments) -> list[Spec]:
    """Give the executor node, where there is a robot."""
    if arguments.robot == NO_ROBOT:
        return []
    chosen = {"planner": arguments.planner}
    if arguments.drives_robot and arguments.robot == "yumi" and not arguments.robot_driver:
        chosen["gripper_action"] = "abb_smart_gripper"  # abb_ros2 offers no other
    return [
        NodeSpec(
            "grasp_executor",
            "executor_node",
            "executor",
            arguments.namespace,
            parameters={
                "cell_file": arguments.cell,
                **{name: value for name, value in chosen.items() if value},
            },
            params_file=arguments.executor_params_file,
            remappings=(
                ("~/points", arguments.absolute("/perception/cloud_filtered")),
                *_renamed(arguments, "/detect_grasps", "/pick", "/clear_bin"),
            ),
        )
    ]


def _renamed(arguments: BringupArguments, *names: str) -> list[tuple[str, str]]:
    """Remap names that are absolute, for those who have one camera and one robot."""
    return [(name, arguments.absolute(name)) for name in names] if arguments.namespace else []


def view_specs(arguments: BringupArguments) -> list[Spec]:
    """RViz, with the links of a simulated robot, whose transforms nobody else publishes."""
    if not arguments.rviz:
        return []
    view = share_path(PACKAGE) / "config" / "grasp.rviz"
    rviz = NodeSpec("rviz2", "rviz2", "rviz2", arguments.namespace, arguments=("-d", str(view)))
    simulated = arguments.camera == "sim" and arguments.robot != NO_ROBOT
    return [rviz, *([robot_state_publisher(arguments)] if simulated else [])]


#: By the name of the launch file. Others' launch files first: one that is not there ends launch,
#: which would leave behind what had started before.
GROUPS: dict[str, Callable[[BringupArguments], list[Spec]]] = {
    "robot": robot_specs,
    "camera": camera_specs,
    "moveit": move_group_specs,
    "perception": perception_specs,
    "executor": executor_specs,
    "view": view_specs,
}
