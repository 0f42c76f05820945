"""`ViewerFeed`: shows in a `Viewer` what a running perception node sees and finds."""

from __future__ import annotations

from functools import partial
from threading import Event
from time import monotonic

import numpy as np
from rclpy.node import NodeNameNonExistentError
from rclpy.qos import DurabilityPolicy, QoSProfile, qos_profile_sensor_data
from rclpy.serialization import deserialize_message
from rclpy.subscription import Subscription
from sensor_msgs.msg import PointCloud2

from grasp_core.checks import Float
from grasp_core.cloud import PointCloud
from grasp_core.errors import GraspError, GripperFileError
from grasp_core.gripper import Gripper
from grasp_msgs.msg import GraspArray
from grasp_nodes.client_ros import ClientNode
from grasp_nodes.grasps_ros import read_grasps
from grasp_perception.clouds.point_cloud2 import read_cloud
from grasp_perception.clouds.wire import read_stamp
from grasp_perception.errors import TransformError
from grasp_perception.gripper_files import load_gripper
from grasp_perception.pipeline import PipelineParams
from grasp_perception.preprocess import find_support
from grasp_perception.tf_ros import listen
from grasp_perception.viewer.shown import ShownGrasps, thinned
from grasp_perception.viewer.viewer import Viewer

PERCEPTION = "perception"
#: Its topics, and the name that the camera's has here.
GRASPS, SEARCHED, CAMERA = "grasps", "cloud_filtered", "camera"
CLOUD_TYPE = "sensor_msgs/msg/PointCloud2"
#: s between two pictures, however many clouds come.
UPDATE_SEC = 0.5
#: s, longest time until a request to end is noticed.
POLL_SEC = 0.1
#: s without a cloud after which the page says so.
SILENCE_SEC = 3.0
#: Drawn where the file of the grasps' gripper is not on this machine.
OTHER_GRIPPER = "parallel_100mm"
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)


class ViewerFeed(ClientNode):
    """Listens to the clouds and grasps of a perception node, now or once there is one.

    Parameters
    ----------
    namespace : of the perception node; empty for the root.
    gripper : drawn at the grasps; None: the installed one that they are for.
    """

    def __init__(self, viewer: Viewer, namespace: str = "", gripper: Gripper | None = None) -> None:
        super().__init__("grasp_viewer")
        self._viewer, self._gripper = viewer, gripper
        self._namespace = f"/{namespace.strip('/')}"
        # The newest message of each topic that was not shown yet, in CDR: few of them are read.
        self._waiting: dict[str, bytes] = {}
        self._camera: Subscription | None = None
        self._heard_sec = -SILENCE_SEC
        self._late: PointCloud | None = None  # waits for its transform
        self._seen: PointCloud | None = None  # the camera's cloud as it is shown
        self._frame = ""  # of the grasps; until there are some the camera's own is shown

    def __enter__(self) -> ViewerFeed:
        super().__enter__()
        prefix = f"{self._namespace.rstrip('/')}/{PERCEPTION}"
        self._transforms = listen(self.node)
        for kind, topic in ((GraspArray, GRASPS), (PointCloud2, SEARCHED)):
            put = partial(self._waiting.__setitem__, topic)
            self.node.create_subscription(kind, f"{prefix}/{topic}", put, LATCHED, raw=True)
        return self

    def run(self, stop: Event) -> None:
        """Show what comes until told to stop."""
        shown_sec = -UPDATE_SEC
        while not stop.is_set():
            self.executor.spin_once(timeout_sec=POLL_SEC)
            if monotonic() - shown_sec >= UPDATE_SEC:
                self.update()
                shown_sec = monotonic()

    def update(self) -> None:
        """Show the newest of each, if somebody looks; tell on the page what is wrong with it."""
        source = self._follow_camera()
        if self._viewer.is_watched:
            for show in (self._show_camera, self._show_searched, self._show_grasps):
                try:
                    show()
                except GraspError as error:
                    source = f"**Error:** {error}"
        self._viewer.tell_source(source)

    def _follow_camera(self) -> str:
        """Listen to the cloud that the perception node listens to; say what it is or is not."""
        try:
            topics = self.node.get_subscriber_names_and_types_by_node(PERCEPTION, self._namespace)
        except NodeNameNonExistentError:
            return "Waiting for a perception node: `grasp up` or the launch file starts one."
        found = sorted(name for name, types in topics if CLOUD_TYPE in types)
        if not found:
            return "Waiting for the perception node to be active."
        if self._camera is None or self._camera.topic_name != found[0]:
            if self._camera is not None:
                self.node.destroy_subscription(self._camera)
            self._camera = self.node.create_subscription(
                PointCloud2, found[0], self._on_camera, qos_profile_sensor_data, raw=True
            )
            self._heard_sec = monotonic()
        silence_sec = monotonic() - self._heard_sec
        if silence_sec > SILENCE_SEC:
            return f"No cloud on `{found[0]}` for {silence_sec:.0f} s."
        return f"Camera: `{found[0]}`"

    def _on_camera(self, data: bytes) -> None:
        self._waiting[CAMERA], self._heard_sec = data, monotonic()

    def _show_camera(self) -> None:
        cloud, self._late = self._late, None
        is_late = cloud is not None
        if cloud is None:
            data = self._waiting.pop(CAMERA, None)
            if data is None:
                return
            cloud = thinned(read_cloud(deserialize_message(data, PointCloud2)))
        if self._frame not in ("", cloud.frame_id):
            try:
                T = self._transforms.lookup(self._frame, cloud.frame_id, cloud.stamp_ns)
            except TransformError:
                if is_late:
                    raise
                self._late = cloud  # the transform of a moving camera comes after its cloud
                return
            cloud = cloud.transformed(T, self._frame)
        self._seen = cloud
        self._viewer.show_camera_cloud(cloud)

    def _show_searched(self) -> None:
        data = self._waiting.pop(SEARCHED, None)
        if data is not None:
            cloud = read_cloud(deserialize_message(data, PointCloud2))
            if len(cloud) > 0:
                self._viewer.show_searched_cloud(cloud)

    def _show_grasps(self) -> None:
        """Show the newest grasps, after the camera's cloud: the tilt needs the support."""
        if self._seen is None and monotonic() - self._heard_sec < SILENCE_SEC:
            return
        data = self._waiting.pop(GRASPS, None)
        if data is None:
            return
        message = deserialize_message(data, GraspArray)
        grasps = read_grasps(message)
        self._frame = grasps.frame_id
        self._viewer.show_grasps(
            ShownGrasps(
                grasps,
                self._gripper or _gripper_of(message.gripper),
                message.gripper,
                message.detector,
                read_stamp(message.header),
                self._up(),
            )
        )

    def _up(self) -> Float | None:
        """Direction (3,) away from the support in the frame of the grasps, None: not known."""
        if self._seen is None:
            return None
        if self._seen.frame_id != self._frame or self._seen.viewpoint.any():
            return np.array([0.0, 0.0, 1.0])  # not the camera's frame: a robot's or the world
        rules = PipelineParams()
        support = find_support(self._seen, rules.support_distance, rules.support_share, rules.seed)
        return None if support is None else support.normal


def _gripper_of(name: str) -> Gripper:
    """Find the gripper of that name, else the one that is drawn for those that are not here."""
    try:
        return load_gripper(name)
    except GripperFileError:
        return load_gripper(OTHER_GRIPPER)
