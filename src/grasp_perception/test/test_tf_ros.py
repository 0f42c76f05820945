"""Transforms that arrive over /tf and /tf_static."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Thread
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import rclpy
from rclpy.executors import MultiThreadedExecutor
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from tf2_msgs.msg import TFMessage

from grasp_core.transforms import transform
from grasp_nodes.geometry_ros import transform_message
from grasp_perception.errors import TransformError
from grasp_perception.tf_ros import BufferTransforms, TopicTransforms

LATCHED = QoSProfile(depth=100, durability=DurabilityPolicy.TRANSIENT_LOCAL)
SECOND = 1_000_000_000


def shift(x: float) -> np.ndarray:
    return transform(np.eye(3), [x, 0.0, 0.0])


@pytest.fixture(scope="module")
def node() -> Iterator[Node]:
    """A node that listens in threads of its own, as the perception node does."""
    context = rclpy.Context()
    rclpy.init(context=context)
    made = rclpy.create_node("tf_test", context=context)
    executor = MultiThreadedExecutor(3, context=context)
    executor.add_node(made)
    thread = Thread(target=executor.spin)
    thread.start()
    yield made
    executor.shutdown()
    thread.join()
    made.destroy_node()
    context.shutdown()


@pytest.fixture(scope="module")
def transforms(node: Node) -> TopicTransforms:
    return TopicTransforms(node)


def publish(node: Node, topic: str, *messages: Any, latched: bool = False) -> Any:
    publisher = node.create_publisher(TFMessage, topic, LATCHED if latched else 100)
    publisher.publish(TFMessage(transforms=messages))
    return publisher


def test_lookup_waits_for_what_is_on_its_way(node: Node, transforms: TopicTransforms) -> None:
    transforms.timeout_sec = 30.0
    found = []
    thread = Thread(target=lambda: found.append(transforms.lookup("cell", "table", 5)))
    thread.start()
    # Published after the lookup has begun; latched, so that discovery does not matter.
    publish(node, "/tf_static", transform_message(shift(0.3), "cell", "table", 0), latched=True)
    thread.join()
    np.testing.assert_allclose(found[0], shift(0.3))


def test_moving_frames_are_interpolated(node: Node, transforms: TopicTransforms) -> None:
    transforms.timeout_sec = 0.3
    publisher = node.create_publisher(TFMessage, "/tf", 100)
    messages = [transform_message(shift(x), "cell", "hand", int(x * SECOND)) for x in (1, 2)]

    def heard() -> bool:
        publisher.publish(TFMessage(transforms=messages))
        try:
            transforms.lookup("cell", "hand", 2 * SECOND)
        except TransformError:
            return False
        return True

    assert any(heard() for _ in range(100))  # /tf is not latched: say it until it is heard
    T = transforms.lookup("cell", "hand", 3 * SECOND // 2)
    np.testing.assert_allclose(T, shift(1.5), atol=1e-9)


def test_time_out_says_what_is_missing(transforms: TopicTransforms) -> None:
    transforms.timeout_sec = 0.05
    with pytest.raises(TransformError, match=r"unknown frame 'lens'; known: .* \(waited 0\.05 s\)"):
        transforms.lookup("cell", "lens", 5)


def test_what_is_no_transform_is_ignored(node: Node, transforms: TopicTransforms) -> None:
    bad = transform_message(shift(0.0), "cell", "ghost", 0)
    bad.transform.rotation.w = 0.0
    good = transform_message(shift(0.7), "cell", "shelf", 0)
    itself = transform_message(shift(0.0), "cell", "cell", 0)
    publish(node, "/tf_static", bad, itself, good, latched=True)
    transforms.timeout_sec = 30.0
    np.testing.assert_allclose(transforms.lookup("cell", "shelf", 0), shift(0.7))
    transforms.timeout_sec = 0.0
    with pytest.raises(TransformError, match="'ghost'"):
        transforms.lookup("cell", "ghost", 0)


class FakeTf2:
    """The part of tf2_ros that is used, with its signatures on Jazzy."""

    class TransformException(Exception):  # noqa: N818 - tf2's name
        pass

    class Buffer:
        def lookup_transform(
            self, target_frame: str, source_frame: str, time: Any, timeout: Any
        ) -> Any:
            if source_frame == "moon":
                raise FakeTf2.TransformException('"moon" does not exist')
            assert (time.nanoseconds, timeout.nanoseconds) == (5 * SECOND, SECOND // 4)
            return transform_message(shift(0.4), target_frame, source_frame, time.nanoseconds)

    class TransformListener:
        def __init__(self, buffer: Any, node: Any) -> None:
            assert isinstance(buffer, FakeTf2.Buffer)
            assert node.name == "perception"


def test_tf2_is_asked_where_it_is_installed() -> None:
    transforms = BufferTransforms(SimpleNamespace(name="perception"), FakeTf2)
    transforms.timeout_sec = 0.25
    np.testing.assert_allclose(transforms.lookup("base", "camera", 5 * SECOND), shift(0.4))
    with pytest.raises(TransformError, match=r'"moon" does not exist \(waited 0\.25 s\)'):
        transforms.lookup("base", "moon", 5 * SECOND)
