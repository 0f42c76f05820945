"""The port `Transforms` on /tf and /tf_static."""

from __future__ import annotations

from threading import Condition
from time import monotonic
from typing import Any, Protocol

from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.duration import Duration
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from rclpy.time import Time
from tf2_msgs.msg import TFMessage

from grasp_core.checks import Float
from grasp_core.errors import ArrayError
from grasp_nodes.geometry_ros import read_transform
from grasp_perception.clouds.wire import read_stamp
from grasp_perception.errors import TransformError
from grasp_perception.tf_history import TransformHistory
from grasp_perception.transforms import Transforms

_TF_DEPTH = 100  # as tf2_ros subscribes


class WaitingTransforms(Transforms, Protocol):
    """Transforms whose lookup waits, at most `timeout_sec`, for one that is missing."""

    timeout_sec: float


def listen(node: Node) -> WaitingTransforms:
    """Follow the transforms of a ROS system: by tf2_ros where it is installed, else on our own.

    The node must run in a MultiThreadedExecutor, so that transforms arrive while a lookup waits.
    """
    try:
        import tf2_ros
    except ImportError:
        return TopicTransforms(node)
    return BufferTransforms(node, tf2_ros)


class TopicTransforms:
    """Listens to /tf and /tf_static itself."""

    def __init__(self, node: Node) -> None:
        self.timeout_sec = 0.0
        self._history = TransformHistory()
        self._changed = Condition()
        self._logger = node.get_logger()
        # One after the other: a message that a busy thread holds back looks as if time went back.
        group = MutuallyExclusiveCallbackGroup()
        latched = QoSProfile(depth=_TF_DEPTH, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        node.create_subscription(
            TFMessage, "/tf", self._on_moving, QoSProfile(depth=_TF_DEPTH), callback_group=group
        )
        node.create_subscription(
            TFMessage, "/tf_static", self._on_static, latched, callback_group=group
        )

    def lookup(self, target: str, source: str, stamp_ns: int) -> Float:
        """Return `T_target_source` (4, 4), waiting for it if need be.

        Raises
        ------
        TransformError : it did not arrive within the time-out; the message says what is missing.
        """
        deadline = monotonic() + self.timeout_sec
        with self._changed:
            while True:
                try:
                    return self._history.lookup(target, source, stamp_ns)
                except TransformError as error:
                    if not self._changed.wait(deadline - monotonic()):
                        raise TransformError(f"{error} (waited {self.timeout_sec} s)") from error

    def _on_moving(self, message: TFMessage) -> None:
        self._add(message, static=False)

    def _on_static(self, message: TFMessage) -> None:
        self._add(message, static=True)

    def _add(self, message: TFMessage, *, static: bool) -> None:
        with self._changed:
            for transform in message.transforms:
                try:
                    self._history.add(
                        transform.header.frame_id,
                        transform.child_frame_id,
                        read_stamp(transform.header),
                        read_transform(transform),
                        static=static,
                    )
                except (ArrayError, TransformError) as error:
                    self._logger.warning(f"ignored a transform: {error}")
            self._changed.notify_all()


class BufferTransforms:
    """Asks a tf2_ros.Buffer.

    Parameters
    ----------
    tf2_ros : the module, which is there only with a ROS installation.
    """

    def __init__(self, node: Node, tf2_ros: Any) -> None:
        self.timeout_sec = 0.0
        self._failure: type[Exception] = tf2_ros.TransformException
        self._buffer = tf2_ros.Buffer()
        self._listener = tf2_ros.TransformListener(self._buffer, node)

    def lookup(self, target: str, source: str, stamp_ns: int) -> Float:
        """Return `T_target_source` (4, 4), waiting for it if need be.

        Raises
        ------
        TransformError : it did not arrive within the time-out; the message is tf2's.
        """
        timeout = Duration(seconds=self.timeout_sec)
        try:
            message = self._buffer.lookup_transform(
                target, source, Time(nanoseconds=stamp_ns), timeout
            )
        except self._failure as error:
            raise TransformError(f"{error} (waited {self.timeout_sec} s)") from error
        return read_transform(message)
