"""The recorder: writes topics into a bag, as `ros2 bag record` does where ROS is installed."""

from __future__ import annotations

import sys
from functools import partial
from importlib import import_module
from typing import Any

from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, ReliabilityPolicy
from rclpy.topic_endpoint_info import TopicEndpointInfo

from grasp_core.errors import GraspError
from grasp_nodes.params_ros import NodeParams
from grasp_nodes.run_ros import run
from grasp_perception.bags.bag_writer import BagWriter
from grasp_perception.node_params import RecorderParams
from grasp_perception.share import share_path

THREADS = 1  # a bag takes one message after the other
#: s between two looks for topics that appear.
LOOK_SEC = 0.2
DEPTH = 100


class Recorder(Node):
    """Writes every message of the topics, from when they appear until it is stopped.

    Raises
    ------
    ParameterError : a parameter is unknown or wrong.
    BagError : the bag exists or cannot be written.
    """

    def __init__(self) -> None:
        super().__init__("recorder", automatically_declare_parameters_from_overrides=True)
        params = NodeParams(self, RecorderParams).read(RecorderParams)
        self._missing = set(params.names)
        self._bag = BagWriter(params.path, share_path("grasp_msgs") / "msg").__enter__()
        self.create_timer(LOOK_SEC, self._look)
        self.get_logger().info(f"records {', '.join(params.names)} into {params.path}")

    def finish(self) -> None:
        """Complete the bag."""
        self._bag.__exit__(None, None, None)

    def _look(self) -> None:
        """Subscribe to the topics that have got a publisher."""
        for topic in sorted(self._missing):
            publishers = self.get_publishers_info_by_topic(topic)
            if publishers:
                self._missing.remove(topic)
                type_name = publishers[0].topic_type
                write = partial(self._write, topic, type_name)
                self.create_subscription(
                    _message_type(type_name), topic, write, _profile(publishers), raw=True
                )

    def _write(self, topic: str, type_name: str, data: bytes) -> None:
        self._bag.write_raw(topic, type_name, data, self.get_clock().now().nanoseconds)


def _message_type(name: str) -> Any:
    """Return the class of a type such as sensor_msgs/msg/JointState."""
    package, kind, word = name.split("/")
    return getattr(import_module(f"{package}.{kind}"), word)


def _profile(publishers: list[TopicEndpointInfo]) -> QoSProfile:
    """Return the strictest profile that fits all publishers."""
    profiles = [each.qos_profile for each in publishers]
    latched = all(each.durability == DurabilityPolicy.TRANSIENT_LOCAL for each in profiles)
    reliable = all(each.reliability == ReliabilityPolicy.RELIABLE for each in profiles)
    return QoSProfile(
        depth=DEPTH,
        durability=DurabilityPolicy.TRANSIENT_LOCAL if latched else DurabilityPolicy.VOLATILE,
        reliability=ReliabilityPolicy.RELIABLE if reliable else ReliabilityPolicy.BEST_EFFORT,
    )


def main(args: list[str] | None = None) -> None:
    """Record until told to stop; exit with the reason if that cannot start."""
    try:
        run(Recorder, THREADS, args)
    except GraspError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
