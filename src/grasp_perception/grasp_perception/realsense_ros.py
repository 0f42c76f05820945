"""`RealSensePublisher`: what a RealSense gives, on the topics of the driver realsense2_camera."""

from __future__ import annotations

from array import array

import numpy as np
from numpy.typing import NDArray
from rclpy.node import Node
from rclpy.publisher import Publisher
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import CameraInfo, Image, PointCloud2
from std_msgs.msg import Header
from tf2_msgs.msg import TFMessage

from grasp_core.checks import Float
from grasp_nodes.geometry_ros import header, transform_message
from grasp_perception import ros
from grasp_perception.cameras.camera_frames import CameraFrames
from grasp_perception.cameras.realsense_frame import Intrinsics, RealSenseFrame

#: Reliable, as the driver publishes: a subscriber with the sensor data profile is served too.
FRAMES = QoSProfile(depth=5)
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)


class RealSensePublisher:
    """Publishes clouds, images, intrinsics and the camera's frames; each only where it is wanted.

    Parameters
    ----------
    node : whose publishers they are; the camera's frames begin with its name.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._frames = CameraFrames(node.get_name())
        self._cloud = node.create_publisher(PointCloud2, "~/depth/color/points", FRAMES)
        self._depth = node.create_publisher(Image, "~/depth/image_rect_raw", FRAMES)
        self._depth_info = node.create_publisher(CameraInfo, "~/depth/camera_info", FRAMES)
        self._color = node.create_publisher(Image, "~/color/image_raw", FRAMES)
        self._color_info = node.create_publisher(CameraInfo, "~/color/camera_info", FRAMES)
        self._static = node.create_publisher(TFMessage, "/tf_static", LATCHED)

    def publish_frames(self, T_depth_color: Float | None) -> None:
        """Publish the camera's tree of frames, for good; see `CameraFrames.transforms`."""
        now_ns = self._node.get_clock().now().nanoseconds
        tree = self._frames.transforms(T_depth_color)
        messages = [transform_message(T, parent, child, now_ns) for parent, child, T in tree]
        self._static.publish(TFMessage(transforms=messages))

    def publish(self, frame: RealSenseFrame) -> None:
        """Publish one frame.

        Raises
        ------
        CameraError : it holds what cannot be published.
        """
        depth_head = header(self._frames.optical("depth"), frame.stamp_ns)
        color_head = header(self._frames.optical("color"), frame.stamp_ns)
        if _is_wanted(self._depth_info):
            self._depth_info.publish(info_message(frame.depth_intrinsics, depth_head))
        if _is_wanted(self._depth):
            self._depth.publish(image_message(frame.depth_mm(), "16UC1", depth_head))
        color_intrinsics = frame.color_intrinsics
        if color_intrinsics is not None and _is_wanted(self._color_info):
            self._color_info.publish(info_message(color_intrinsics, color_head))
        image = frame.color_image() if _is_wanted(self._color) else None
        if image is not None:
            self._color.publish(image_message(image, "rgb8", color_head))
        if _is_wanted(self._cloud):
            self._cloud.publish(ros.cloud_message(frame.cloud(depth_head.frame_id)))

    def close(self) -> None:
        """Withdraw the topics; the frames stay known to those who heard of them."""
        for publisher in (
            self._cloud,
            self._depth,
            self._depth_info,
            self._color,
            self._color_info,
            self._static,
        ):
            self._node.destroy_publisher(publisher)


def _is_wanted(publisher: Publisher) -> bool:
    return bool(publisher.get_subscription_count())


def image_message(pixels: NDArray[np.generic], encoding: str, head: Header) -> Image:
    """Image of pixels (H, W) or (H, W, C)."""
    pixels = np.ascontiguousarray(pixels)
    data = array("B")  # rclpy takes it over without a look at each byte
    data.frombytes(pixels.reshape(-1).view(np.uint8).data)
    height, width = pixels.shape[:2]
    return Image(
        header=head,
        height=height,
        width=width,
        encoding=encoding,
        step=pixels.strides[0],
        data=data,
    )


def info_message(intrinsics: Intrinsics, head: Header) -> CameraInfo:
    """Intrinsics of an image that nothing has rotated."""
    camera = intrinsics.camera
    fx, fy, cx, cy = (float(value) for value in (camera.fx, camera.fy, camera.cx, camera.cy))
    return CameraInfo(
        header=head,
        height=camera.height,
        width=camera.width,
        distortion_model="plumb_bob",
        d=list(intrinsics.distortion),
        k=[fx, 0.0, cx, 0.0, fy, cy, 0.0, 0.0, 1.0],
        r=[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0],
        p=[fx, 0.0, cx, 0.0, 0.0, fy, cy, 0.0, 0.0, 0.0, 1.0, 0.0],
    )
