"""The RealSense node as other processes see it, on a device of librealsense in software."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import CameraInfo, Image, PointCloud2
from tf2_msgs.msg import TFMessage

from grasp_nodes.geometry_ros import read_transform
from grasp_perception.bringup import CLOUD_TOPICS
from grasp_perception.clouds.depth_files import read_picture
from grasp_perception.clouds.images import read_depth_image
from grasp_perception.clouds.point_cloud2 import read_cloud
from grasp_perception.clouds.wire import read_stamp

LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
TOLERANCE_M = 1e-4


class Camera:
    """The node, and a probe that listens to it."""

    def __init__(self, probe: Any, start_node: Callable[..., Any], *parameters: str) -> None:
        self.probe = probe
        self.statuses = probe.listen(DiagnosticArray, "/diagnostics")
        arguments = [part for each in parameters for part in ("-p", each)]
        self.process = start_node("realsense_node", *arguments)

    def listen(self, message_type: type, topic: str) -> list[Any]:
        return self.probe.listen(message_type, f"/camera/camera/{topic}")

    def wait_status(self, level: bytes, text: str) -> None:
        """Wait until the newest diagnostics are so."""

        def is_so() -> bool:
            status = self.statuses[-1].status[0] if self.statuses else None
            return status is not None and status.level == level and text in status.message

        self.probe.wait(is_so, f"diagnostics with {text!r}")

    def change(self, transition: int) -> None:
        request = ChangeState.Request(transition=Transition(id=transition))
        name = "/camera/camera/change_state"
        assert self.probe.call(ChangeState, name, request).success

    def stop(self) -> None:
        status, output = self.process.stop()
        assert status == 0, output


@pytest.fixture
def camera(probe: Any, start_node: Callable[..., Any], depth_picture: Path) -> Camera:
    image = f"depth_image:={depth_picture}"
    return Camera(probe, start_node, image, "frame_timeout:=2.0", "retry_period:=0.1")


def test_frames_go_in_and_clouds_come_out(camera: Camera, depth_picture: Path) -> None:
    assert CLOUD_TOPICS["realsense"] == "/camera/camera/depth/color/points"
    clouds = camera.listen(PointCloud2, "depth/color/points")
    depths = camera.listen(Image, "depth/image_rect_raw")
    colors = camera.listen(Image, "color/image_raw")
    depth_infos = camera.listen(CameraInfo, "depth/camera_info")
    color_infos = camera.listen(CameraInfo, "color/camera_info")
    frames = camera.probe.listen(TFMessage, "/tf_static", LATCHED)
    lists = (clouds, depths, colors, depth_infos, color_infos, frames)
    camera.probe.wait(lambda: all(lists), "a message on each topic")

    picture = read_picture(depth_picture)
    ours = picture.camera.deproject(picture.depth, "camera_depth_optical_frame")
    assert [field.name for field in clouds[0].fields] == ["x", "y", "z", "rgb"]
    assert (clouds[0].height, clouds[0].width) == (48, 64)
    cloud = read_cloud(clouds[0])
    assert cloud.frame_id == ours.frame_id
    np.testing.assert_array_equal(cloud.source_indices, ours.source_indices)
    np.testing.assert_allclose(cloud.points, ours.points, rtol=0, atol=TOLERANCE_M)
    assert picture.color is not None
    own_colors = picture.color.reshape(-1, 3)[ours.source_indices]
    np.testing.assert_array_equal(cloud.colors, own_colors)

    from_image = read_depth_image(depths[0], depth_infos[0])
    assert from_image.frame_id == "camera_depth_optical_frame"
    np.testing.assert_allclose(from_image.points, ours.points, rtol=0, atol=TOLERANCE_M)
    assert (colors[0].encoding, colors[0].header.frame_id) == ("rgb8", "camera_color_optical_frame")
    assert bytes(colors[0].data) == picture.color.tobytes()
    assert color_infos[0].header.frame_id == "camera_color_optical_frame"
    # Each frame's messages bear its time.
    later = camera.probe.wait(lambda: depths[1:], "a second depth image")
    assert read_stamp(depths[0].header) < read_stamp(later[0].header)

    tree = {each.child_frame_id: each for each in frames[0].transforms}
    assert {child: each.header.frame_id for child, each in tree.items()} == {
        "camera_depth_frame": "camera_link",
        "camera_depth_optical_frame": "camera_depth_frame",
        "camera_color_frame": "camera_link",
        "camera_color_optical_frame": "camera_color_frame",
    }
    optical = read_transform(tree["camera_depth_optical_frame"])
    np.testing.assert_allclose(optical[:3, 2], [1, 0, 0], atol=1e-12)  # z looks along x
    camera.wait_status(DiagnosticStatus.OK, "active: software device depth.png")
    camera.stop()


def test_a_camera_that_is_unplugged_is_reported_and_found_again(
    camera: Camera, depth_picture: Path
) -> None:
    clouds = camera.listen(PointCloud2, "depth/color/points")
    camera.probe.wait(lambda: clouds, "a cloud")
    away = depth_picture.rename(depth_picture.with_name("away"))
    camera.wait_status(DiagnosticStatus.STALE, "depth.png has sent nothing for")
    camera.wait_status(DiagnosticStatus.ERROR, "No such file")
    assert camera.process.runs
    away.rename(depth_picture)
    camera.wait_status(DiagnosticStatus.OK, "active: software device depth.png")
    del clouds[:]
    camera.probe.wait(lambda: clouds, "a cloud of the camera that came back")
    camera.stop()


def test_an_inactive_camera_is_silent_and_streams_again(camera: Camera) -> None:
    infos = camera.listen(CameraInfo, "depth/camera_info")
    camera.probe.wait(lambda: infos, "intrinsics")
    camera.change(Transition.TRANSITION_DEACTIVATE)
    camera.wait_status(DiagnosticStatus.OK, "inactive")
    camera.change(Transition.TRANSITION_CLEANUP)
    camera.wait_status(DiagnosticStatus.OK, "unconfigured")
    del infos[:]
    camera.change(Transition.TRANSITION_CONFIGURE)
    camera.change(Transition.TRANSITION_ACTIVATE)
    camera.probe.wait(lambda: infos, "intrinsics of the camera that was started again")
    camera.stop()


def test_a_node_without_a_camera_says_so_and_lives(
    probe: Any, start_node: Callable[..., Any]
) -> None:
    camera = Camera(probe, start_node, "serial_no:=_000", "retry_period:=0.1")
    camera.wait_status(DiagnosticStatus.ERROR, "active: no RealSense camera")
    camera.stop()


def test_a_wrong_parameter_is_named(probe: Any, start_node: Callable[..., Any]) -> None:
    camera = Camera(probe, start_node, "depth_profile:=big")
    camera.wait_status(
        DiagnosticStatus.ERROR,
        "unconfigured: cannot configure: depth_profile: 'big' is not like 848x480x15",
    )
    camera.stop()
