"""`CameraPublisher`: what a camera sees of a simulated cell, offered as its driver does."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

import numpy as np
from numpy.typing import NDArray
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import CameraInfo, Image, PointCloud2
from tf2_msgs.msg import TFMessage

from grasp_core.checks import Float
from grasp_nodes.geometry_ros import header, transform_message
from grasp_sim.depth_ros import cloud_message, depth_message, info_message
from grasp_sim.drivers import Driver
from grasp_sim.scenes import WORLD

#: As the drivers publish: reliable, so that RViz and recorders get every frame. A subscriber with
#: the sensor data profile is served too.
FRAMES = QoSProfile(depth=5)
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)


class CameraPublisher:
    """Publishes clouds, depth images, intrinsics and, once, the camera's pose.

    Parameters
    ----------
    node : whose publishers they are.
    driver : topics, encoding, frame and intrinsics.
    T_world_camera : (4, 4) pose of the optical frame.
    measure : returns the depth (H, W) in metres of a new frame; 0 = no measurement.
    """

    def __init__(
        self,
        node: Node,
        driver: Driver,
        T_world_camera: Float,
        measure: Callable[[], NDArray[np.float32]],
    ) -> None:
        self._node = node
        self._driver = driver
        self._measure = measure
        self._lock, self._open = Lock(), True
        self._cloud = node.create_publisher(PointCloud2, driver.points, FRAMES)
        self._depth = node.create_publisher(Image, driver.depth, FRAMES)
        self._info = node.create_publisher(CameraInfo, driver.info, FRAMES)
        self._static = node.create_publisher(TFMessage, "/tf_static", LATCHED)
        now_ns = node.get_clock().now().nanoseconds
        pose = transform_message(T_world_camera, WORLD, driver.frame_id, now_ns)
        self._static.publish(TFMessage(transforms=[pose]))

    def publish(self) -> None:
        """Take one frame and publish it, if anybody wants it."""
        publishers = (self._cloud, self._depth, self._info)
        if not any(each.get_subscription_count() for each in publishers):
            return
        camera = self._driver.setup.camera
        head = header(self._driver.frame_id, self._node.get_clock().now().nanoseconds)
        with self._lock:
            if not self._open:
                return
            depth = self._measure()
            self._info.publish(info_message(camera, head))
            self._depth.publish(depth_message(depth, self._driver.encoding, head))
            self._cloud.publish(cloud_message(camera, depth, head))

    def close(self) -> None:
        """Wait for a frame that is being made; none is made after it."""
        with self._lock:
            self._open = False
