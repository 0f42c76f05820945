"""The bag player: publishes a recording, or the cloud of a file, as a camera would."""

from __future__ import annotations

import sys
from dataclasses import replace
from threading import Event, Thread
from time import monotonic

import rclpy
from geometry_msgs.msg import TransformStamped
from rclpy.duration import Duration
from rclpy.event_handler import PublisherEventCallbacks
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import PointCloud2
from tf2_msgs.msg import TFMessage

from grasp_core.cloud import PointCloud
from grasp_core.errors import GraspError
from grasp_nodes.geometry_ros import header, transform_message
from grasp_nodes.params_ros import NodeParams
from grasp_nodes.run_ros import run
from grasp_perception import ros
from grasp_perception.bags.bags import RecordedTransform
from grasp_perception.bags.playlist import Item, playlist
from grasp_perception.node_params import BagPlayerParams

_THREADS = 2
_TF_DEPTH = 100  # as tf2_ros publishes
#: Longest wait at the end until the last messages have arrived, also with who is slow to connect.
_LAST_MESSAGES_SEC = 10.0


class BagPlayer(Node):
    """Publishes clouds on `cloud` and transforms on /tf and /tf_static; ends when it is through.

    Raises
    ------
    ParameterError : a parameter is unknown or wrong, or no path is given.
    """

    def __init__(self) -> None:
        super().__init__("bag_player", automatically_declare_parameters_from_overrides=True)
        self.error = ""
        self._settings = NodeParams(self, BagPlayerParams).read(BagPlayerParams)
        self._subscribed = Event()
        self._stopping = Event()
        matched = PublisherEventCallbacks(matched=lambda _: self._subscribed.set())
        latched = QoSProfile(depth=_TF_DEPTH, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self._cloud = self.create_publisher(PointCloud2, "cloud", 5, event_callbacks=matched)
        self._moving = self.create_publisher(TFMessage, "/tf", _TF_DEPTH)
        self._static = self.create_publisher(TFMessage, "/tf_static", latched)
        self._clock_topic = self.create_publisher(Clock, "/clock", 10)
        self._thread = Thread(target=self._play)
        self._thread.start()

    def finish(self) -> None:
        """Stop to play."""
        self._stopping.set()
        self._subscribed.set()
        self._thread.join()

    def _play(self) -> None:
        """Play to the end or until stopped, then end the process."""
        settings = self._settings
        try:
            if not self._subscribed.wait(settings.subscriber_timeout):
                self.get_logger().warning(f"nobody listens to {self._cloud.topic_name}")
            start = monotonic()
            for item in playlist(settings.path, settings.topic or None, settings.loop):
                due = start + item.elapsed_ns / 1e9 / settings.rate
                if self._stopping.wait(max(0.0, due - monotonic())):
                    break
                self._show(item)
            else:
                deadline = monotonic() + _LAST_MESSAGES_SEC
                for publisher in (self._cloud, self._static, self._moving, self._clock_topic):
                    left_sec = max(0.0, deadline - monotonic())
                    publisher.wait_for_all_acked(Duration(seconds=left_sec))
        except GraspError as error:
            self.error = str(error)
        finally:
            rclpy.try_shutdown()

    def _show(self, item: Item) -> None:
        """Publish one item; what cannot be decoded is left out with a warning."""
        try:
            content = item.content.read()
        except GraspError as error:
            self.get_logger().warning(f"left out at {item.content.time_ns} ns: {error}")
            return
        if self._settings.clock:
            self._clock_topic.publish(Clock(clock=header("", item.content.time_ns).stamp))
        if isinstance(content, PointCloud):
            if content.stamp_ns == 0:  # a file: it is shown as if taken now
                content = replace(content, stamp_ns=self.get_clock().now().nanoseconds)
            self._cloud.publish(ros.cloud_message(content))
            return
        for publisher, is_static in ((self._static, True), (self._moving, False)):
            messages = [_message(each) for each in content if each.is_static == is_static]
            if messages:
                publisher.publish(TFMessage(transforms=messages))


def _message(recorded: RecordedTransform) -> TransformStamped:
    return transform_message(
        recorded.T_parent_child, recorded.parent, recorded.child, recorded.stamp_ns
    )


def main(args: list[str] | None = None) -> None:
    """Play to the end; exit with the reason if that fails."""
    try:
        player = run(BagPlayer, _THREADS, args)
    except GraspError as error:
        sys.exit(str(error))
    if player.error:
        sys.exit(player.error)


if __name__ == "__main__":
    main()
