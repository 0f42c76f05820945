"""Messages: each conversion and its way back."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from geometry_msgs.msg import Vector3
from hypothesis import given
from hypothesis import strategies as st
from rclpy.serialization import deserialize_message, serialize_message
from scipy.spatial.transform import Rotation
from sensor_msgs.msg import PointCloud2

from grasp_core.cloud import PointCloud
from grasp_core.grasps import Grasps
from grasp_msgs.msg import GraspArray, Region
from grasp_msgs.srv import DetectGrasps
from grasp_nodes.geometry_ros import read_pose
from grasp_nodes.grasps_ros import mask_message, read_grasps
from grasp_perception import ros
from grasp_perception.clouds.point_cloud2 import read_cloud
from grasp_perception.clouds.wire import read_stamp
from grasp_perception.diagnostics import Level, Report
from grasp_perception.errors import RequestError
from grasp_perception.gripper_files import load_gripper
from grasp_perception.markers import gripper_shapes
from grasp_perception.request import ApproachCone, Request
from grasp_perception.request import Region as Box

seeds = st.integers(0, 2**32 - 1)


def random_grasps(n: int, seed: int) -> Grasps:
    rng = np.random.default_rng(seed)
    rotations = Rotation.random(n, rng=rng).as_matrix() if n else np.zeros((0, 3, 3))
    positions = rng.normal(size=(n, 3))
    return Grasps(rotations, positions, rng.random(n) / 10, rng.random(n), "camera")


def over_the_wire(message: object) -> object:
    """The message as another process gets it."""
    return deserialize_message(serialize_message(message), type(message))


@given(seeds, st.integers(0, 5))
def test_grasps_round_trip(seed: int, n: int) -> None:
    grasps = random_grasps(n, seed)
    sent = ros.grasps_message(grasps, 5, "hand", "net", "abc", {"detect": 1.5, "nms": 0.25})
    message: GraspArray = over_the_wire(sent)
    assert (message.gripper, message.detector, message.detector_checksum) == ("hand", "net", "abc")
    assert [(t.stage, t.milliseconds) for t in message.timing] == [("detect", 1.5), ("nms", 0.25)]
    back = read_grasps(message)
    assert (len(back), back.frame_id) == (n, "camera")
    np.testing.assert_allclose(back.rotations, grasps.rotations, atol=1e-12)
    np.testing.assert_array_equal(back.positions, grasps.positions)
    np.testing.assert_array_equal(back.widths, grasps.widths.astype(np.float32))
    np.testing.assert_array_equal(back.scores, grasps.scores.astype(np.float32))


@pytest.mark.parametrize("organized", [True, False])
def test_cloud_round_trip(block_cloud: PointCloud, organized: bool) -> None:
    holes = block_cloud.select(np.arange(len(block_cloud)) % 3 > 0)
    colors = np.arange(3 * len(holes), dtype=np.uint64).reshape(-1, 3).astype(np.uint8)
    cloud = replace(holes, colors=colors)
    message: PointCloud2 = over_the_wire(ros.cloud_message(cloud, organized))
    back = read_cloud(message)
    np.testing.assert_array_equal(back.points, cloud.points)
    np.testing.assert_array_equal(back.colors, cloud.colors)
    assert (back.frame_id, back.stamp_ns) == (cloud.frame_id, cloud.stamp_ns)
    assert back.source_shape == ((120, 160) if organized else (1, len(cloud)))


def test_request_round_trip() -> None:
    target = np.zeros((4, 6), bool)
    target[1:3, 2:5] = True
    T = random_grasps(1, 3).T_frame_grasp[0]
    request = Request(
        region=Box(T, np.array([0.1, 0.2, 0.3]), "base"),
        target=target,
        cone=ApproachCone(np.array([0.0, 0.6, 0.8]), np.pi, "tool"),
        max_grasps=9,
        min_score=0.25,
    )
    back = ros.read_request(over_the_wire(ros.request_message(request)))
    np.testing.assert_allclose(back.region.T_frame_box, T, atol=1e-12)
    np.testing.assert_array_equal(back.region.size, [0.1, 0.2, 0.3])
    assert (back.region.frame_id, back.cone.frame_id) == ("base", "tool")
    np.testing.assert_array_equal(back.target, target)
    np.testing.assert_allclose(back.cone.axis, [0.0, 0.6, 0.8])
    assert back.cone.half_angle == np.pi  # float32's pi is larger
    assert (back.max_grasps, back.min_score) == (9, 0.25)


def test_default_request_asks_for_the_settings_of_the_node() -> None:
    back = ros.read_request(over_the_wire(ros.request_message(Request())))
    assert (back.region, back.target, back.cone) == (None, None, None)
    assert (back.max_grasps, back.min_score) == (0, 0.0)
    assert DetectGrasps.Request() == ros.request_message(Request())


def test_instance_selects_one_object_of_the_mask() -> None:
    message = DetectGrasps.Request(mask=mask_message(np.ones((1, 3), bool)), instance=7)
    message.mask.data = bytes([0, 7, 9])
    np.testing.assert_array_equal(ros.read_request(message).target, [[False, True, False]])
    message.instance = 0
    np.testing.assert_array_equal(ros.read_request(message).target, [[False, True, True]])


def test_wrong_requests_name_the_field() -> None:
    mask = mask_message(np.ones((2, 3), bool))
    mask.encoding = "rgb8"
    with pytest.raises(RequestError, match="mask: encoding 'rgb8', expected"):
        ros.read_request(DetectGrasps.Request(mask=mask))
    with pytest.raises(RequestError, match="instance -1 is negative"):
        ros.read_request(DetectGrasps.Request(instance=-1))
    with pytest.raises(RequestError, match="region: region size: value at index"):
        ros.read_region(Region(size=Vector3(x=np.nan, y=1.0, z=1.0)))
    region = Region(size=Vector3(x=1.0, y=1.0, z=1.0))
    region.pose.orientation.w = 0.0
    with pytest.raises(RequestError, match=r"region: quaternion .* has no direction"):
        ros.read_region(region)
    cone = ros.cone_message(ApproachCone(np.array([0.0, 0.0, 1.0]), 1.0))
    cone.axis.z = np.nan
    with pytest.raises(RequestError, match="approach_cone: cone axis: value at index"):
        ros.read_cone(cone)
    cone.half_angle = 4.0
    cone.axis.z = 1.0
    with pytest.raises(RequestError, match=r"half angle 4\.0 rad"):
        ros.read_cone(cone)


def test_markers_are_the_boxes_of_the_shapes() -> None:
    shapes = gripper_shapes(random_grasps(3, 1), load_gripper("franka_hand"))
    first, *markers = over_the_wire(ros.marker_messages(shapes, 6)).markers
    assert first.action == first.DELETEALL
    assert len({(m.ns, m.id) for m in markers}) == len(markers) == 3 * shapes.sizes.shape[1]
    for marker, T, size in zip(
        markers, shapes.T_frame_box.reshape(-1, 4, 4), shapes.sizes.reshape(-1, 3), strict=True
    ):
        assert (marker.type, marker.action) == (marker.CUBE, marker.ADD)
        assert (marker.header.frame_id, read_stamp(marker.header)) == ("camera", 6)
        np.testing.assert_allclose(read_pose(marker.pose), T, atol=1e-12)
        assert [marker.scale.x, marker.scale.y, marker.scale.z] == size.tolist()
    rgb = [markers[-1].color.r, markers[-1].color.g, markers[-1].color.b]
    np.testing.assert_allclose(rgb, shapes.colors[-1], atol=1e-6)


def test_diagnostics_keep_level_and_values() -> None:
    report = Report(Level.WARN, "no cloud", {"state": "active"})
    (status,) = over_the_wire(ros.diagnostics_message(report, "/perception", 1)).status
    assert (status.level, status.message) == (status.WARN, "no cloud")
    assert status.name == "/perception: grasp detection"
    assert [(pair.key, pair.value) for pair in status.values] == [("state", "active")]
