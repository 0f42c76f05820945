"""The joints' positions from /joint_states."""

from __future__ import annotations

import time
from collections.abc import Sequence
from threading import Condition

import numpy as np
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.node import Node
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import JointState

from grasp_core.checks import Float
from grasp_executor.errors import StateError


class JointStateListener:
    """`JointStates`; several publishers may each know some of the joints.

    Parameters
    ----------
    timeout_sec : longest wait for a position.
    """

    def __init__(self, node: Node, timeout_sec: float) -> None:
        self._node = node
        self._timeout_sec = timeout_sec
        self._told = Condition()
        self._known: dict[str, tuple[float, float]] = {}  # position, monotonic time of arrival
        self._topic = node.resolve_topic_name("/joint_states")
        self._subscription = node.create_subscription(
            JointState,
            self._topic,
            self._on_state,
            qos_profile_sensor_data,
            callback_group=MutuallyExclusiveCallbackGroup(),
        )

    def positions(self, joints: Sequence[str]) -> Float:
        """Wait for positions (J,) that arrive after this call.

        Raises
        ------
        StateError : a joint is not heard of in time; the message names it.
        """
        start = time.monotonic()

        def missing() -> list[str]:
            return [joint for joint in joints if self._known.get(joint, (0.0, 0.0))[1] <= start]

        with self._told:
            if self._told.wait_for(lambda: not missing(), self._timeout_sec):
                return np.array([self._known[joint][0] for joint in joints])
            silent = ", ".join(missing())
        raise StateError(f"{self._topic} tells no position of {silent} in {self._timeout_sec} s")

    def close(self) -> None:
        """Stop to listen."""
        self._node.destroy_subscription(self._subscription)

    def _on_state(self, message: JointState) -> None:
        """Take the positions that are numbers."""
        now = time.monotonic()
        with self._told:
            for joint, position in zip(message.name, message.position, strict=False):
                if np.isfinite(position):
                    self._known[joint] = (position, now)
            self._told.notify_all()
