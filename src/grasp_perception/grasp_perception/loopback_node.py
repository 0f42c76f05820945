"""Sends one message to another process of this machine, to show that DDS works.

``python -m grasp_perception.loopback_node talk|listen TOPIC TIMEOUT_SEC``: `listen` ends with 0
when the message came; `talk` sends it to whoever listens until it is stopped.
"""

from __future__ import annotations

import sys
from contextlib import suppress

import rclpy
from rclpy.executors import ExternalShutdownException
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy.task import Future
from std_msgs.msg import String

_LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)


def main() -> int:
    """Play one of the two parts; return the exit code."""
    role, topic, timeout_sec = sys.argv[1], sys.argv[2], float(sys.argv[3])
    rclpy.init()
    node = rclpy.create_node(f"loopback_{role}")
    heard: Future = Future()
    if role == "talk":
        node.create_publisher(String, topic, _LATCHED).publish(String(data="hello"))
    else:
        node.create_subscription(String, topic, heard.set_result, _LATCHED)
    with suppress(KeyboardInterrupt, ExternalShutdownException):
        rclpy.spin_until_future_complete(node, heard, timeout_sec=timeout_sec)
    rclpy.try_shutdown()
    return 0 if heard.done() else 1


if __name__ == "__main__":
    sys.exit(main())
