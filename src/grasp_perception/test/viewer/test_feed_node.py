"""The viewer's feed, from a real perception node over DDS to what a browser gets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Event, Thread
from typing import Any

import numpy as np
import pytest
import rclpy
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import PointCloud2
from tf2_msgs.msg import TFMessage

from grasp_core.cloud import PointCloud
from grasp_core.grasps import Grasps
from grasp_core.transforms import grasp_rotation, transform
from grasp_msgs.msg import GraspArray
from grasp_msgs.srv import DetectGrasps
from grasp_nodes.geometry_ros import transform_message
from grasp_nodes.grasps_ros import read_grasps
from grasp_perception.perception_node import LATCHED
from grasp_perception.ros import cloud_message, grasps_message
from grasp_perception.viewer.feed_node import ViewerFeed
from grasp_perception.viewer.scene import CAMERA_CLOUD, GRASPS, SEARCHED_CLOUD
from grasp_perception.viewer.viewer import Viewer


@pytest.fixture
def viewer() -> Iterator[Viewer]:
    with Viewer(port=0) as opened:
        yield opened


@pytest.fixture
def show(viewer: Viewer) -> Iterator[Callable[[str], None]]:
    """Run the feed of a namespace until the end of the test."""
    stop = Event()
    threads: list[Thread] = []

    def start(namespace: str = "") -> None:
        def run() -> None:
            with ViewerFeed(viewer, namespace) as feed:
                feed.run(stop)

        threads.append(Thread(target=run))
        threads[-1].start()

    yield start
    stop.set()
    for thread in threads:
        thread.join()


def test_it_waits_for_a_node_and_shows_what_it_sees_and_finds(
    viewer: Viewer,
    show: Callable[..., None],
    open_page: Callable[[str], Any],
    probe: Any,
    start_node: Callable[..., Any],
    block_cloud: PointCloud,
) -> None:
    page = open_page(viewer.url)
    show()
    page.wait_for_text("Waiting for a perception node")
    start_node("perception_node", "-p", "gripper:=franka_hand")
    page.wait_for_text("No cloud on `/perception/cloud` for ")
    publisher = probe.publisher(PointCloud2, "/perception/cloud", qos_profile_sensor_data)
    probe.wait(lambda: publisher.get_subscription_count() == 2, "node and viewer")
    message = cloud_message(replace(block_cloud, stamp_ns=5))

    def seen() -> bool:
        publisher.publish(message)  # a best-effort message may be lost
        return CAMERA_CLOUD in page.nodes

    page.wait(seen, "the camera's cloud")
    page.wait_for_text("Camera: `/perception/cloud`")

    answer = probe.call(DetectGrasps, "/detect_grasps", DetectGrasps.Request(max_grasps=3))
    assert answer.code == DetectGrasps.Response.SUCCESS
    page.wait_for_text("3 grasps")
    assert {SEARCHED_CLOUD, GRASPS} <= set(page.nodes)
    page.set("rank", 1)
    details = page.wait_for_text("| rank | 1 of 3 |")
    assert "| gripper | franka_hand |" in details
    tilt = re.search(r"\| tilt \| (\d+)° from straight down \|", details)
    assert tilt is not None
    z = read_grasps(answer.grasps).approach[0, 2]  # the camera looks straight down
    assert float(tilt[1]) == pytest.approx(np.degrees(np.arccos(z)), abs=1.5)


def publish_grasps(probe: Any, namespace: str, gripper: str, frame: str) -> None:
    """Send one grasp as a perception node would; it is kept for who comes later."""
    rotation = grasp_rotation(np.array([0.0, 0.0, -1.0]), np.array([0.0, 1.0, 0.0]))
    found = Grasps(rotation[None], np.zeros((1, 3)), np.array([0.04]), np.array([0.5]), frame)
    publisher = probe.node.create_publisher(GraspArray, f"/{namespace}/perception/grasps", LATCHED)
    publisher.publish(grasps_message(found, 7, gripper, "antipodal", "", {}))


def test_a_cloud_is_shown_in_the_frame_of_the_grasps_once_tf_has_it(
    viewer: Viewer,
    show: Callable[..., None],
    open_page: Callable[[str], Any],
    probe: Any,
    block_cloud: PointCloud,
) -> None:
    # Of the perception node only its name and its subscription are looked at.
    perception = rclpy.create_node("perception", namespace="cell", context=probe.context)
    perception.create_subscription(PointCloud2, "~/cloud", print, qos_profile_sensor_data)
    page = open_page(viewer.url)
    publish_grasps(probe, "cell", "my_own_hand", "world")
    show("cell")
    page.wait_for_text("1 grasps")
    page.set("rank", 1)
    details = page.wait_for_text("| rank | 1 of 1 |")
    assert "| gripper | my_own_hand (no such file here: drawn as parallel_100mm) |" in details
    publisher = probe.publisher(PointCloud2, "/cell/perception/cloud", qos_profile_sensor_data)
    probe.wait(lambda: publisher.get_subscription_count() == 2, "node and viewer")

    def refused() -> bool:
        publisher.publish(cloud_message(block_cloud))
        return any("**Error:** unknown frame" in text for text in page.texts)

    page.wait(refused, "an unknown frame")

    T_world_camera = transform(np.diag([1.0, -1.0, -1.0]), [0.0, 0.0, 0.8])
    pose = transform_message(T_world_camera, "world", "camera", 0)
    static = probe.publisher(TFMessage, "/tf_static", LATCHED)
    static.publish(TFMessage(transforms=[pose]))
    probe.wait(
        lambda: publisher.publish(cloud_message(block_cloud)) or _taken(page), "the camera's cloud"
    )
    heights = page.nodes[CAMERA_CLOUD]["points"].reshape(-1, 3)[:, 2]
    assert heights.max() == pytest.approx(0.3, abs=1e-3)  # 0.8 m above, 0.5 m away
    page.wait_for_text("Camera: `/cell/perception/cloud`")
    perception.destroy_node()
    page.wait_for_text("Waiting for a perception node")


def _taken(page: Any) -> bool:
    """Whether the page has the camera's cloud; takes what came."""
    page.take()
    return CAMERA_CLOUD in page.nodes


def test_a_message_that_cannot_be_read_is_told_and_the_next_is_shown(
    viewer: Viewer, show: Callable[..., None], open_page: Callable[[str], Any], probe: Any
) -> None:
    page = open_page(viewer.url)
    show("bad")
    publisher = probe.publisher(GraspArray, "/bad/perception/grasps", LATCHED)
    publisher.publish(GraspArray())
    page.wait_for_text("**Error:** grasps need the name of the frame they are in")
    publish_grasps(probe, "bad", "franka_hand", "world")
    page.wait_for_text("1 grasps")
