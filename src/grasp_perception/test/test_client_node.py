from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from time import monotonic
from typing import Any

import pytest
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import PointCloud2

from grasp_core.cloud import PointCloud
from grasp_core.transforms import transform
from grasp_msgs.srv import DetectGrasps
from grasp_perception.client_node import DetectClient, ServiceError
from grasp_perception.request import Region, Request
from grasp_perception.ros import cloud_message


def test_a_client_without_a_node_waits_no_longer_than_told() -> None:
    with DetectClient() as client:
        assert not client.ready(0.1)
        with pytest.raises(ServiceError, match=r"/detect_grasps gave no answer within 0\.1 s"):
            client.detect(Request(), 0.1)


def test_a_client_is_ready_once_there_is_a_cloud_and_gets_its_grasps(
    probe: Any, start_node: Callable[..., Any], block_cloud: PointCloud
) -> None:
    node = start_node("perception_node", "-p", "gripper:=franka_hand")
    with DetectClient() as client:
        publisher = probe.publisher(PointCloud2, "/perception/cloud", qos_profile_sensor_data)
        assert not client.ready(0.1)  # active, and without a cloud
        message = cloud_message(replace(block_cloud, stamp_ns=5))
        deadline = monotonic() + 60
        while not client.ready(0.5):
            publisher.publish(message)  # a best-effort message may be lost
            assert node.runs
            assert monotonic() < deadline
        reply = client.detect(Request(max_grasps=3), 60.0)
        assert (reply.code, reply.message) == (DetectGrasps.Response.SUCCESS, "3 grasps")
        assert reply.grasps is not None
        assert len(reply.grasps) == 3
        assert reply.grasps.frame_id == "camera"
        assert reply.gripper == "franka_hand"
        assert reply.stage_ms["detect"] > 0

        nowhere = Region(transform([[1, 0, 0], [0, 1, 0], [0, 0, 1]], [5, 5, 5]), [1.0, 1.0, 1.0])  # type: ignore[arg-type]
        empty = client.detect(Request(region=nowhere), 60.0)
        assert empty.code == DetectGrasps.Response.NO_GRASPS
        assert (reply.code_name, empty.code_name) == ("SUCCESS", "NO_GRASPS")
        assert empty.message == "the region of interest holds no point"
        assert empty.grasps is None
