"""Two simulated cameras over DDS: what only both together see is one cloud."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from threading import Event, Thread
from time import monotonic
from typing import Any

import numpy as np
import pytest
import rclpy
import trimesh
from rclpy.executors import MultiThreadedExecutor
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import PointCloud2
from tf2_msgs.msg import TFMessage

from grasp_core.camera import Camera
from grasp_core.checks import Float
from grasp_core.transforms import transform
from grasp_msgs.srv import DetectGrasps
from grasp_nodes.geometry_ros import header, transform_message
from grasp_nodes.grasps_ros import read_grasps
from grasp_perception.clouds.point_cloud2 import read_cloud
from grasp_perception.detectors import DEFAULT_DETECTOR
from grasp_perception.perception_node import THREADS, PerceptionNode
from grasp_sim.depth_frame import BACKGROUND
from grasp_sim.depth_ros import cloud_message
from grasp_sim.ray_scene import PlacedMesh, RayScene
from grasp_sim.views import look_at

Response = DetectGrasps.Response
#: Longest wait for anything; compiling for the first time is the longest.
TIMEOUT_SEC = 120.0
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
CAMERA = Camera(width=212, height=160, fx=200.0, fy=200.0, cx=105.5, cy=79.5)
#: The cameras look at the block from its two sides; each sees its top and one of the sides.
EYES = {"left": (-0.4, 0.0, 0.35), "right": (0.4, 0.0, 0.35)}
BLOCK = np.array([0.05, 0.12, 0.1])  # metres; on the table, its middle at the origin
STAMP_NS = {"left": 5_000_000_000, "right": 5_100_000_000}


def clouds() -> dict[str, PointCloud2]:
    """What each camera sees, as its driver sends it."""
    block, table = trimesh.creation.box(BLOCK), trimesh.creation.box((0.6, 0.6, 0.02))
    scene = RayScene(
        [
            PlacedMesh(mesh.vertices, mesh.faces, transform(np.eye(3), (0, 0, z)), BACKGROUND)
            for mesh, z in ((block, BLOCK[2] / 2), (table, -0.01))
        ]
    )
    return {
        name: cloud_message(
            CAMERA, scene.render(CAMERA, pose(name)).depth, header(name, STAMP_NS[name])
        )
        for name in EYES
    }


def pose(name: str) -> Float:
    return look_at(EYES[name], (0.0, 0.0, 0.05))


class Cell:
    """The perception node, and a node that plays the cameras."""

    def __init__(self) -> None:
        arguments = ["cameras:='/left/points, /right/points'", "frame:=world", "cloud_window:=0.5"]
        rclpy.init(args=["--ros-args", *(part for each in arguments for part in ("-p", each))])
        self.perception, self.node = PerceptionNode(), Node("cameras")
        self._executor = MultiThreadedExecutor(THREADS + 2)
        for node in (self.perception, self.node):
            self._executor.add_node(node)
        self._spinner = Thread(target=self._executor.spin)
        self._spinner.start()
        static = self.node.create_publisher(TFMessage, "/tf_static", LATCHED)
        frames = [transform_message(pose(name), "world", name, 0) for name in EYES]
        static.publish(TFMessage(transforms=frames))
        self._client = self.node.create_client(DetectGrasps, "/detect_grasps")
        self.filtered: list[PointCloud2] = []
        self.node.create_subscription(
            PointCloud2, "/perception/cloud_filtered", self.filtered.append, LATCHED
        )

    def detect(self) -> DetectGrasps.Response:
        future = self._client.call_async(DetectGrasps.Request())
        self.until(future.done)
        return future.result()

    def until(self, condition: Callable[[], Any]) -> None:
        deadline, pause = monotonic() + TIMEOUT_SEC, Event()
        while not condition():
            assert monotonic() < deadline, "timed out"
            pause.wait(0.05)

    def close(self) -> None:
        self.perception.finish()
        self._executor.shutdown()
        self._spinner.join(TIMEOUT_SEC)
        rclpy.try_shutdown()


@pytest.fixture
def cell() -> Iterator[Cell]:
    made = Cell()
    yield made
    made.close()


def side_points(message: PointCloud2, side: float) -> int:
    """How many points lie on the block's side at x = side, between its edges."""
    x, y, z = read_cloud(message).points.T
    inside = (np.abs(y) < 0.05) & (z > 0.02) & (z < 0.09)
    return int((inside & (np.abs(x - side) < 0.002)).sum())


def test_two_cameras_find_the_grasp_that_neither_finds_alone(cell: Cell) -> None:
    seen = clouds()
    publishers = {
        name: cell.node.create_publisher(PointCloud2, f"/{name}/points", 10) for name in EYES
    }
    cell.until(lambda: all(each.get_subscription_count() for each in publishers.values()))
    publishers["left"].publish(seen["left"])
    cell.until(lambda: cell.detect().code != Response.NO_CLOUD)
    response = cell.detect()
    assert response.code == Response.NO_GRASPS
    missing = "without camera /right/points: no cloud on /right/points within 0.5 s of the others'"
    assert response.message == f"the {DEFAULT_DETECTOR} detector found no grasp; {missing}"
    half = BLOCK[0] / 2
    cell.until(lambda: cell.filtered)
    assert side_points(cell.filtered[-1], -half) > 500
    assert side_points(cell.filtered[-1], half) == 0

    publishers["right"].publish(seen["right"])
    cell.until(lambda: "without" not in cell.detect().message)
    response = cell.detect()
    assert response.code == Response.SUCCESS, response.message
    stamp = response.grasps.header.stamp
    assert (stamp.sec, stamp.nanosec) == (5, 0)  # of the older cloud
    cell.until(lambda: side_points(cell.filtered[-1], half) > 500)
    assert side_points(cell.filtered[-1], -half) > 500
    grasps = read_grasps(response.grasps)
    assert grasps.frame_id == "world"
    # Across the two sides, each of which only one of the cameras sees.
    assert np.abs(grasps.rotations[0, 0, 1]) > 0.99
    assert np.abs(grasps.positions[0, 0]) < 0.003
    assert BLOCK[0] < grasps.widths[0] < 0.09
