"""Grasps from the perception node's service, and the points that they were found in."""

from __future__ import annotations

from threading import Condition, Event

import numpy as np
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup, ReentrantCallbackGroup
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import PointCloud2

from grasp_executor import ros
from grasp_executor.errors import StageError
from grasp_executor.halt import Halt
from grasp_executor.pick import Found
from grasp_executor.pick_result import PickCode
from grasp_msgs.msg import GraspArray
from grasp_msgs.srv import DetectGrasps

#: s, longest wait for the service to appear, and for the points after the answer.
SERVICE_SEC, POINTS_SEC = 2.0, 2.0

#: What the answer's code means for a pick; every other one is DETECTION_FAILED.
CODES = {
    DetectGrasps.Response.NO_GRASPS: PickCode.NO_GRASPS,
    DetectGrasps.Response.INVALID_REQUEST: PickCode.INVALID_GOAL,
    DetectGrasps.Response.TRANSFORM_UNAVAILABLE: PickCode.TRANSFORM_UNAVAILABLE,
}


class DetectionClient:
    """Asks `/detect_grasps`, and keeps the newest points of the objects, `~/points`.

    Attributes
    ----------
    stamp_ns : time of the cloud of the last answer.
    """

    def __init__(self, node: Node, base: str, timeout_sec: float) -> None:
        self._node = node
        self._base = base
        self._timeout_sec = timeout_sec
        self.stamp_ns = 0
        self._client = node.create_client(
            DetectGrasps, "/detect_grasps", callback_group=ReentrantCallbackGroup()
        )
        self._points: PointCloud2 | None = None
        self._arrived = Condition()
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self._subscription = node.create_subscription(
            PointCloud2,
            "~/points",
            self._on_points,
            latched,
            callback_group=MutuallyExclusiveCallbackGroup(),
        )

    def find(self, request: DetectGrasps.Request, halt: Halt) -> Found:
        """Detect anew, in a cloud that is taken from now on: the arm stands still.

        Raises
        ------
        StageError : nothing is found, the service does not answer or says why it cannot, or a frame
            is not the robot's base.
        """
        name = self._client.srv_name
        if not self._client.wait_for_service(SERVICE_SEC):
            message = f"{name}: no service within {SERVICE_SEC} s"
            raise StageError(PickCode.DETECTION_FAILED, message)
        request.not_before = self._node.get_clock().now().to_msg()
        future = self._client.call_async(request)
        woken = Event()
        future.add_done_callback(lambda _: woken.set())
        with halt.calling(woken.set):
            woken.wait(self._timeout_sec)
        if not future.done():
            self._client.remove_pending_request(future)
            halt.check()
            message = f"{name}: no answer within {self._timeout_sec} s"
            raise StageError(PickCode.DETECTION_FAILED, message)
        response = future.result()
        if response.code != DetectGrasps.Response.SUCCESS:
            code = CODES.get(response.code, PickCode.DETECTION_FAILED)
            raise StageError(code, f"{name}: {response.message}")
        return self._found(response.grasps, wait=True)

    def given(self, grasps: GraspArray) -> Found:
        """Take grasps that the client of the pick has found, and the points of the same cloud.

        Points that are not those of this cloud are not used: the gripper would stay clear of what
        may not be there any more.
        """
        return self._found(grasps, wait=False)

    def close(self) -> None:
        """Stop to listen and to ask."""
        self._node.destroy_subscription(self._subscription)
        self._node.destroy_client(self._client)

    def _found(self, message: GraspArray, wait: bool) -> Found:
        grasps = ros.read_grasps(message, self._base)
        stamp = message.header.stamp
        self.stamp_ns = stamp.sec * 1_000_000_000 + stamp.nanosec

        def same() -> bool:
            return self._points is not None and self._points.header.stamp == stamp

        with self._arrived:
            if wait and not self._arrived.wait_for(same, POINTS_SEC):
                topic = self._subscription.topic_name
                message_text = f"{topic}: no points of the detection's cloud in {POINTS_SEC} s"
                raise StageError(PickCode.DETECTION_FAILED, message_text)
            cloud = self._points if same() else None
        if cloud is None:
            return Found(grasps, np.zeros((0, 3)))
        ros.check_frame(cloud.header.frame_id, self._base, "the points")
        return Found(grasps, ros.read_points(cloud))

    def _on_points(self, cloud: PointCloud2) -> None:
        with self._arrived:
            self._points = cloud
            self._arrived.notify_all()
