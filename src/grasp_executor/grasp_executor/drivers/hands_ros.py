"""The driver of a gripper that the parameters ask for."""

from __future__ import annotations

from typing import Protocol

from rclpy.node import Node

from grasp_core.errors import ParameterError
from grasp_executor.arm import GripperDriver
from grasp_executor.drivers.gripper_ros import ActionGripper
from grasp_executor.node_params import SMART_GRIPPER, ExecutorParams
from grasp_robots.arm import Mount


class Hand(GripperDriver, Protocol):
    """A gripper's driver that lets go of what it uses."""

    def release(self) -> None:
        """Let go of the controller."""


def hand(node: Node, mount: Mount, params: ExecutorParams) -> Hand:
    """Make the driver.

    Raises
    ------
    ParameterError : ABB's messages are missing, or the gripper's name tells no side.
    """
    if params.gripper_action != SMART_GRIPPER:
        return ActionGripper(node, mount, params.gripper_action)
    try:
        # Imported here: who has no YuMi needs none of ABB's messages.
        from grasp_executor.drivers.smart_gripper_ros import SmartGripper
    except ModuleNotFoundError as error:
        raise ParameterError(
            f"gripper_action: {SMART_GRIPPER!r} needs the package {error.name} (docs/hardware.md)"
        ) from error
    return SmartGripper(node, mount, params.rws_node)
