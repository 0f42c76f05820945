"""The bag player as other processes see it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from rclpy.qos import DurabilityPolicy, QoSProfile
from rosgraph_msgs.msg import Clock
from sensor_msgs.msg import PointCloud2
from tf2_msgs.msg import TFMessage

from grasp_core.cloud import PointCloud
from grasp_core.transforms import transform
from grasp_nodes.geometry_ros import transform_message
from grasp_perception import ros
from grasp_perception.bags.bag_writer import BagWriter
from grasp_perception.clouds.point_cloud2 import read_cloud
from grasp_perception.share import share_path

SECOND = 1_000_000_000
CLOUD, TF = "sensor_msgs/msg/PointCloud2", "tf2_msgs/msg/TFMessage"
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)


def test_bag_is_published_to_its_end_and_what_is_damaged_left_out(
    probe: Any, start_node: Callable[..., Any], tmp_path: Path, block_cloud: PointCloud
) -> None:
    path = tmp_path / "bag"
    moved = transform_message(transform(np.eye(3), [1, 2, 3]), "base", "camera", SECOND)
    with BagWriter(path, share_path("grasp_msgs") / "msg") as writer:
        writer.write("/tf_static", TF, TFMessage(transforms=[moved]), SECOND)
        for i in range(20):
            message = ros.cloud_message(block_cloud)
            if i == 3:
                message.data = b"cut"
            writer.write("/points", CLOUD, message, SECOND + i * SECOND // 100)
    transforms = probe.listen(TFMessage, "/tf_static", LATCHED)
    clock = probe.listen(Clock, "/clock", 50)
    # The player starts once it knows of this one: of the others it knows by then.
    clouds = probe.listen(PointCloud2, "/played", 50)
    player = start_node(
        "bag_player", "-r", "cloud:=/played", "-p", f"path:={path}", "-p", "clock:=true"
    )
    probe.wait(lambda: not player.runs, "end of the bag")
    status, output = player.stop()
    assert status == 0, output
    assert "left out at 1030000000 ns: data hold 3 bytes" in output
    probe.wait(lambda: clouds and transforms and clock, "what was played")
    np.testing.assert_array_equal(read_cloud(clouds[-1]).points, block_cloud.points)
    assert transforms[0].transforms[0] == moved
    assert SECOND <= clock[-1].clock.sec * SECOND + clock[-1].clock.nanosec < 2 * SECOND


def test_player_ends_with_the_reason(start_node: Callable[..., Any], tmp_path: Path) -> None:
    nothing = start_node("bag_player")
    missing = start_node(
        "bag_player", "-p", f"path:={tmp_path / 'no'}", "-p", "subscriber_timeout:=0.0"
    )
    unknown = start_node("bag_player", "-p", "path:=a.pcd", "-p", "speed:=2.0")
    for player, reason in (
        (nothing, "path: name a bag or a cloud file to play"),
        (missing, "no: no such bag"),
        (unknown, "unknown parameter speed; valid: clock, loop"),
    ):
        status, output = player.end()
        assert status == 1
        assert reason in output
