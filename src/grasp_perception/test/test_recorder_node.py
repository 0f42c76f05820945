"""The recorder as other processes see it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import sleep
from typing import Any

import numpy as np
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import JointState
from tf2_msgs.msg import TFMessage

from grasp_core.transforms import transform
from grasp_nodes.geometry_ros import transform_message
from grasp_perception.bags.bags import Bag

LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)


def test_what_is_published_is_in_the_bag(
    probe: Any, start_node: Callable[..., Any], tmp_path: Path
) -> None:
    frames = TFMessage(transforms=[transform_message(transform(np.eye(3), [1, 2, 3]), "a", "b", 7)])
    path = tmp_path / "bag"
    topics = "/tf_static, /joint_states"
    recorder = start_node("recorder_node", "-p", f"path:={path}", "-p", f"topics:='{topics}'")
    joints = probe.publisher(JointState, "/joint_states")
    probe.publisher(TFMessage, "/tf_static", LATCHED).publish(frames)
    states = [JointState(name=["elbow"], position=[0.1 * i]) for i in range(10)]
    for state in states:
        joints.publish(state)
    sleep(2.0)  # ROS tells when they have arrived, not when they have been written
    status, output = recorder.stop()
    assert status == 0, output
    with Bag(path) as bag:
        messages = [(each.topic, bag.decode(each)) for each in bag.messages()]
    (static,) = [content for topic, content in messages if topic == "/tf_static"]
    assert static.transforms[0].child_frame_id == "b"
    assert static.transforms[0].transform.translation.z == 3.0
    positions = [content.position[0] for topic, content in messages if topic == "/joint_states"]
    assert positions == [state.position[0] for state in states]


def test_it_ends_with_the_reason(start_node: Callable[..., Any], tmp_path: Path) -> None:
    without = start_node("recorder_node", "-p", f"path:={tmp_path / 'bag'}")
    taken = start_node("recorder_node", "-p", f"path:={tmp_path}", "-p", "topics:=/tf")
    for process, reason in ((without, "path and topics: name a folder"), (taken, "exists already")):
        status, output = process.end()
        assert status == 1
        assert reason in output
