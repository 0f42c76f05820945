"""The node that the clouds come from: a camera's driver, a simulation or a recording."""

from __future__ import annotations

from typing import Any

from grasp_perception.bringup.arguments import ELSEWHERE, NO_ROBOT, OWN_NODE, BringupArguments
from grasp_perception.bringup.specs import NodeSpec, Spec
from grasp_perception.share import share_path


def camera_specs(arguments: BringupArguments) -> list[Spec]:
    """Node of the camera; none where it runs already."""
    if arguments.camera == "bag":
        return [_bag_player(arguments)]
    if arguments.camera == "sim":
        return [_simulation(arguments)]
    if arguments.camera_driver == ELSEWHERE:
        return []
    return [_realsense(arguments) if arguments.camera == "realsense" else _phoxi(arguments)]


def _bag_player(arguments: BringupArguments) -> NodeSpec:
    return NodeSpec(
        "grasp_perception",
        "bag_player",
        "bag_player",
        arguments.namespace,
        parameters={"path": arguments.bag, "loop": arguments.loop},
        remappings=(("cloud", arguments.topic),),
    )


def _simulation(arguments: BringupArguments) -> NodeSpec:
    """Simulate the camera, and the robot in its view where there is one."""
    parameters: dict[str, Any] = {"camera": arguments.sim_model, "seed": arguments.seed}
    executable, name = "sim_node", "sim_camera"
    if arguments.robot != NO_ROBOT:
        parameters["cell_file"] = arguments.cell
        executable, name = "arm_node", "sim_arm"
    return NodeSpec(
        "grasp_sim",
        executable,
        name,
        arguments.namespace,
        parameters=parameters,
        params_file=arguments.camera_params_file,
        remappings=_moved(arguments),
    )


def _realsense(arguments: BringupArguments) -> NodeSpec:
    """realsense2_camera with the names of its own launch file, or our node with the same ones."""
    own = arguments.camera_driver == OWN_NODE
    package, executable = (
        ("grasp_perception", "realsense_node")
        if own
        else ("realsense2_camera", "realsense2_camera_node")
    )
    default = (
        "" if own else str(share_path("grasp_perception") / "config/drivers/realsense2_camera.yaml")
    )
    return NodeSpec(
        package,
        executable,
        "camera",
        "camera",
        parameters={"serial_no": arguments.camera_serial} if arguments.camera_serial else {},
        params_file=arguments.camera_params_file or default,
        remappings=_moved(arguments),
    )


def _phoxi(arguments: BringupArguments) -> NodeSpec:
    """Photoneo's driver; it connects when it is configured, and measures when it is active."""
    serial = {"device_id": arguments.camera_serial} if arguments.camera_serial else {}
    # `points` is in the node's namespace or in that of its parent, as the driver's revision has it.
    clouds = tuple((name, arguments.topic) for name in ("points", "~/points"))
    return NodeSpec(
        "phoxi_camera",
        "phoxi_camera_node",
        "phoxi_camera",
        parameters=serial,
        params_file=arguments.camera_params_file,
        remappings=clouds,
        managed=True,
    )


def _moved(arguments: BringupArguments) -> tuple[tuple[str, str], ...]:
    """Remap the clouds to where the user wants them."""
    own, topic = arguments.own_topic, arguments.topic
    return () if topic == own else ((own, topic),)
