"""The perception node as other processes see it, over DDS."""

from __future__ import annotations

import itertools
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from time import sleep
from typing import Any

import numpy as np
import pytest
from builtin_interfaces.msg import Time
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus
from geometry_msgs.msg import Vector3
from lifecycle_msgs.msg import Transition
from lifecycle_msgs.srv import ChangeState
from rcl_interfaces.srv import DescribeParameters, SetParameters
from rclpy.parameter import Parameter
from rclpy.qos import DurabilityPolicy, QoSProfile, qos_profile_sensor_data
from sensor_msgs.msg import PointCloud2
from std_srvs.srv import Trigger
from tf2_msgs.msg import TFMessage
from visualization_msgs.msg import Marker, MarkerArray

from grasp_core.cloud import PointCloud
from grasp_core.transforms import transform, transform_points
from grasp_msgs.msg import ApproachCone, GraspArray, Region
from grasp_msgs.srv import DetectGrasps
from grasp_nodes.geometry_ros import header, transform_message
from grasp_nodes.grasps_ros import mask_message, read_grasps
from grasp_perception import ros
from grasp_perception.clouds.wire import read_stamp
from grasp_perception.detectors import DEFAULT_DETECTOR
from grasp_perception.model_files import installed_models
from grasp_perception.request import Request

Response = DetectGrasps.Response
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)


class Node:
    """The node under test and what it publishes."""

    def __init__(self, probe: Any, start_node: Callable[..., Any]) -> None:
        self.probe = probe
        self.diagnostics = probe.listen(DiagnosticArray, "/diagnostics")
        self.process = start_node("perception_node", "-p", "autostart:=false")
        self.wait_for_state("unconfigured")
        self.change(Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_ACTIVATE)
        self.wait_for_state("active")
        self.camera = probe.publisher(PointCloud2, "/perception/cloud", qos_profile_sensor_data)

    def status(self) -> DiagnosticStatus:
        return self.diagnostics[-1].status[0]

    def values(self) -> dict[str, str]:
        return {pair.key: pair.value for pair in self.status().values}

    def wait_for_state(self, state: str) -> None:
        self.wait_for(lambda values: values["state"] == state, f"state {state}")

    def wait_for(self, condition: Callable[[dict[str, str]], bool], what: str) -> None:
        """Wait for diagnostics that are published from now on."""
        self.diagnostics.clear()

        def holds() -> bool:
            assert self.process.runs, self.process.stop()[1]
            return bool(self.diagnostics) and condition(self.values())

        self.probe.wait(holds, what)

    def see(
        self,
        cloud: PointCloud,
        condition: Callable[[dict[str, str]], bool],
        what: str,
        camera: Any = None,
    ) -> None:
        """Publish a cloud until the condition holds: a best-effort message may be lost."""
        camera = self.camera if camera is None else camera
        message = ros.cloud_message(cloud)

        def seen(values: dict[str, str]) -> bool:
            camera.publish(message)
            return condition(values)

        self.wait_for(seen, what)

    def detect(self, request: DetectGrasps.Request | None = None) -> Response:
        request = DetectGrasps.Request() if request is None else request
        return self.probe.call(DetectGrasps, "/detect_grasps", request)

    def change(self, *transitions: int) -> None:
        for number in transitions:
            request = ChangeState.Request(transition=Transition(id=number))
            assert self.probe.call(ChangeState, "/perception/change_state", request).success

    def set(self, **values: Any) -> list[Any]:
        parameters = [Parameter(k, value=v).to_parameter_msg() for k, v in values.items()]
        request = SetParameters.Request(parameters=parameters)
        return self.probe.call(SetParameters, "/perception/set_parameters", request).results

    def reconfigure(self, **values: Any) -> None:
        self.change(Transition.TRANSITION_DEACTIVATE, Transition.TRANSITION_CLEANUP)
        assert all(result.successful for result in self.set(**values))
        self.change(Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_ACTIVATE)


@pytest.fixture(scope="module")
def node(probe: Any, start_node: Callable[..., Any]) -> Node:
    return Node(probe, start_node)


@pytest.fixture
def forgetful(node: Node) -> Node:
    """The node with no cloud received."""
    node.change(Transition.TRANSITION_DEACTIVATE, Transition.TRANSITION_ACTIVATE)
    return node


def test_service_finds_grasps_in_the_cloud_of_the_request(
    node: Node, block_cloud: PointCloud
) -> None:
    request = ros.request_message(Request(max_grasps=7), ros.cloud_message(block_cloud))
    response = node.detect(request)
    assert response.code == Response.SUCCESS, response.message
    found = response.grasps
    assert (found.gripper, found.detector) == ("parallel_100mm", DEFAULT_DETECTOR)
    assert found.detector_checksum == installed_models()[DEFAULT_DETECTOR].sha256
    assert found.header.frame_id == "camera"
    assert read_stamp(found.header) == block_cloud.stamp_ns
    grasps = read_grasps(found)
    assert 1 <= len(grasps) <= 7
    assert (np.diff(grasps.scores) <= 0).all()
    # The block is 5 cm wide and its top lies 0.5 m in front of the camera.
    assert 0.04 < grasps.widths[0] < 0.1
    assert 0.49 < grasps.positions[0, 2] < 0.56
    assert {timing.stage for timing in found.timing} >= {"read", "detect", "collision"}


def test_result_is_published_for_those_who_come_later(node: Node, block_cloud: PointCloud) -> None:
    response = node.detect(ros.request_message(Request(), ros.cloud_message(block_cloud)))
    results = node.probe.listen(GraspArray, "/perception/grasps", LATCHED)
    markers = node.probe.listen(MarkerArray, "/perception/grasp_markers", LATCHED)
    clouds = node.probe.listen(PointCloud2, "/perception/cloud_filtered", LATCHED)
    node.probe.wait(lambda: results and markers and clouds, "results")
    assert results[-1] == response.grasps
    first, *boxes = markers[-1].markers
    assert first.action == Marker.DELETEALL
    assert len(boxes) == 4 * len(response.grasps.grasps)
    assert {box.header.frame_id for box in boxes} == {"camera"}
    assert 0 < clouds[-1].width < len(block_cloud)


def test_service_takes_the_newest_cloud(forgetful: Node, block_cloud: PointCloud) -> None:
    forgetful.see(block_cloud, lambda values: float(values["cloud rate [Hz]"]) > 0, "cloud")
    response = forgetful.detect()
    assert response.code == Response.SUCCESS, response.message


def test_service_without_any_cloud(forgetful: Node) -> None:
    response = forgetful.detect()
    assert response.code == Response.NO_CLOUD
    assert "none received yet on /perception/cloud" in response.message


def test_service_waits_for_a_cloud_as_new_as_it_is_asked_for(
    forgetful: Node, block_cloud: PointCloud
) -> None:
    older = replace(block_cloud, stamp_ns=10**9)
    forgetful.see(older, lambda values: float(values["cloud rate [Hz]"]) > 0, "cloud")
    request = DetectGrasps.Request(not_before=Time(sec=2))
    with ThreadPoolExecutor() as pool:
        newer = ros.cloud_message(replace(block_cloud, stamp_ns=3 * 10**9))
        pool.submit(lambda: (sleep(1.0), forgetful.camera.publish(newer)))
        response = forgetful.detect(request)
    assert response.code == Response.SUCCESS, response.message
    assert response.grasps.header.stamp.sec == 3


def test_service_does_not_wait_for_ever(node: Node) -> None:
    node.change(Transition.TRANSITION_DEACTIVATE, Transition.TRANSITION_CLEANUP)
    assert node.set(cloud_timeout=0.5)[0].successful
    node.change(Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_ACTIVATE)
    response = node.detect(DetectGrasps.Request(not_before=Time(sec=2)))
    assert response.code == Response.NO_CLOUD
    assert "no cloud as new as wanted on /perception/cloud within 0.5 s" in response.message


def _message(xyz: np.ndarray) -> PointCloud2:
    """A cloud message with these points as they are, valid or not."""
    cloud = PointCloud.from_xyz(np.ones(xyz.shape, np.float32), "camera")
    message = ros.cloud_message(cloud)
    message.data = xyz.astype("<f4").tobytes()
    return message


def _changed(message: PointCloud2, **changes: Any) -> PointCloud2:
    for name, value in changes.items():
        setattr(message, name, value)
    return message


def _renamed(message: PointCloud2) -> PointCloud2:
    message.fields[0].name = "u"
    return message


def _retyped(message: PointCloud2) -> PointCloud2:
    message.fields[2].datatype = 2
    return message


BAD_CLOUDS = {
    "empty": (lambda: _message(np.zeros((0, 3))), "none of the 0 points"),
    "all NaN": (lambda: _message(np.full((50, 3), np.nan)), "none of the 50 points"),
    "all zero": (lambda: _message(np.zeros((50, 3))), "none of the 50 points"),
    "no x": (lambda: _renamed(_message(np.ones((9, 3)))), "no field 'x'"),
    "integer z": (lambda: _retyped(_message(np.ones((9, 3)))), "datatype 2, expected 7 or 8"),
    "short data": (lambda: _changed(_message(np.ones((9, 3))), data=b"1234"), "4 bytes"),
    "no frame": (
        lambda: _changed(_message(np.ones((9, 3))), header=header("", 0)),
        "frame_id is empty",
    ),
    "millimetres": (lambda: _message(np.full((99, 3), 500.0)), "millimetres"),
}


@pytest.mark.parametrize("name", BAD_CLOUDS)
def test_bad_cloud_is_refused_with_its_reason(node: Node, name: str) -> None:
    make, reason = BAD_CLOUDS[name]
    errors = int(node.values()["errors"])
    response = node.detect(DetectGrasps.Request(cloud=make()))
    assert (response.code, reason in response.message) == (Response.INVALID_CLOUD, True), response
    assert not response.grasps.grasps
    node.probe.wait(lambda: int(node.values()["errors"]) == errors + 1, "error is counted")
    assert reason in node.values()["last error"]
    assert node.status().level == DiagnosticStatus.WARN


def test_one_point_is_no_error(node: Node) -> None:
    response = node.detect(DetectGrasps.Request(cloud=_message(np.array([[0.0, 0.0, 0.5]]))))
    assert response.code == Response.NO_GRASPS
    assert "outlier" in response.message


BAD_REQUESTS = {
    "region without points": (
        {"region": Region(size=Vector3(x=0.1, y=0.1, z=0.1))},
        Response.NO_GRASPS,
        "the region of interest holds no point",
    ),
    "region of negative size": (
        {"region": Region(size=Vector3(x=-1.0, y=1.0, z=1.0))},
        Response.INVALID_REQUEST,
        "must be positive",
    ),
    "region in an unknown frame": (
        {"region": Region(frame_id="moon", size=Vector3(x=1.0, y=1.0, z=1.0))},
        Response.TRANSFORM_UNAVAILABLE,
        "unknown frame 'camera' and 'moon'; known: none",
    ),
    "mask of another size": (
        {"mask": mask_message(np.ones((3, 4), bool))},
        Response.INVALID_REQUEST,
        r"the target mask is (3, 4), the cloud is (120, 160)",
    ),
    "empty mask": (
        {"mask": mask_message(np.zeros((120, 160), bool))},
        Response.NO_GRASPS,
        "inside the target mask",
    ),
    "instance without a mask": (
        {"instance": 3},
        Response.INVALID_REQUEST,
        "without a mask",
    ),
    "cone without direction": (
        {"approach_cone": ApproachCone(half_angle=0.5)},
        Response.INVALID_REQUEST,
        "length zero",
    ),
    "negative number of grasps": (
        {"max_grasps": -1},
        Response.INVALID_REQUEST,
        "max_grasps -1",
    ),
    "score above 1": ({"min_score": 1.5}, Response.INVALID_REQUEST, "min_score 1.5"),
}


@pytest.mark.parametrize("name", BAD_REQUESTS)
def test_bad_request_is_refused_with_its_reason(
    node: Node, block_cloud: PointCloud, name: str
) -> None:
    fields, code, reason = BAD_REQUESTS[name]
    response = node.detect(DetectGrasps.Request(cloud=ros.cloud_message(block_cloud), **fields))
    assert (response.code, reason in response.message) == (code, True), response.message
    assert not response.grasps.grasps


def test_stamps_that_go_back_are_counted_and_the_cloud_is_used(
    forgetful: Node, block_cloud: PointCloud
) -> None:
    before = int(forgetful.values()["stamps backwards"])
    count = int(forgetful.values()["clouds"])
    newer, older = (replace(block_cloud, stamp_ns=seconds * 10**9) for seconds in (9, 8))
    forgetful.see(newer, lambda values: int(values["clouds"]) > count, "cloud")
    forgetful.see(older, lambda values: int(values["stamps backwards"]) > before, "older cloud")
    assert int(forgetful.values()["stamps backwards"]) == before + 1
    assert read_stamp(forgetful.detect().grasps.header) == 8_000_000_000


def test_parameters_describe_themselves(node: Node) -> None:
    request = DescribeParameters.Request(names=["voxel_size", "mode", "max_grasps"])
    voxel_size, mode, max_grasps = node.probe.call(
        DescribeParameters, "/perception/describe_parameters", request
    ).descriptors
    assert voxel_size.description == "Edge of a downsampling voxel. [m]"
    assert voxel_size.floating_point_range[0].from_value == 0.0005
    assert voxel_size.floating_point_range[0].to_value == 0.05
    assert mode.additional_constraints == "one of on_demand, continuous"
    assert max_grasps.integer_range[0].from_value == 1


def test_parameters_are_fixed_while_the_node_is_configured(node: Node) -> None:
    (result,) = node.set(voxel_size=0.01)
    assert not result.successful
    assert "voxel_size: clean up the node" in result.reason


def test_grasps_are_reported_in_the_frame_of_the_parameter(
    node: Node, block_cloud: PointCloud
) -> None:
    request = ros.request_message(Request(), ros.cloud_message(block_cloud))
    in_camera = read_grasps(node.detect(request).grasps)
    node.reconfigure(frame="base", tf_timeout=0.2)
    response = node.detect(request)
    assert response.code == Response.TRANSFORM_UNAVAILABLE
    assert "unknown frame 'base' and 'camera'; known: none (waited 0.2 s)" in response.message
    T_base_camera = transform([[1, 0, 0], [0, -1, 0], [0, 0, -1]], [0.5, 0.0, 0.8])
    publisher = node.probe.publisher(TFMessage, "/tf_static", LATCHED)
    message = transform_message(T_base_camera, "base", "camera", 0)
    publisher.publish(TFMessage(transforms=[message]))
    node.reconfigure(tf_timeout=10.0)
    response = node.detect(request)
    assert response.code == Response.SUCCESS, response.message
    in_base = read_grasps(response.grasps)
    assert in_base.frame_id == "base"
    expected = transform_points(T_base_camera, in_camera.positions)
    assert np.abs(in_base.positions[0] - expected).max(axis=1).min() < 0.02
    node.reconfigure(frame="", tf_timeout=0.5)


def test_continuous_mode_detects_in_the_newest_cloud(node: Node, block_cloud: PointCloud) -> None:
    node.reconfigure(mode="continuous")
    results = node.probe.listen(GraspArray, "/perception/grasps", LATCHED)
    stamps = itertools.count(10_000_000_000)

    def publish(count: int) -> int:
        for stamp_ns in itertools.islice(stamps, count):
            message = ros.cloud_message(replace(block_cloud, stamp_ns=stamp_ns))
            node.camera.publish(message)
        return stamp_ns

    def drops(values: dict[str, str]) -> bool:
        publish(5)  # again and again: a loaded machine may be slow to publish and quick to detect
        return int(values["dropped clouds"]) > 0

    node.wait_for(drops, "dropped clouds")
    newest = publish(1)
    message = ros.cloud_message(replace(block_cloud, stamp_ns=newest))

    def newest_is_found() -> bool:
        node.camera.publish(message)  # a best-effort message may be lost
        return bool(results) and read_stamp(results[-1].header) == newest

    node.probe.wait(newest_is_found, "grasps of the newest")
    found = [read_stamp(result.header) for result in results]
    assert found == sorted(found)
    assert len(results) < newest - 10_000_000_000
    arrived = int(node.values()["clouds"])
    assert int(node.values()["dropped clouds"]) < arrived
    node.reconfigure(mode="on_demand")


def test_a_request_triggers_the_camera(node: Node, block_cloud: PointCloud, tmp_path: Path) -> None:
    path = tmp_path / "scanner.yaml"
    trigger = "{service: /scanner/go, type: std_srvs/srv/Trigger}"
    path.write_text(f"topic: /scanner/points\ntrigger: {trigger}", encoding="utf-8")
    node.reconfigure(cameras=str(path), cloud_timeout=1.0)
    publisher = node.probe.publisher(PointCloud2, "/scanner/points")
    response = node.detect()
    assert response.code == Response.NO_CLOUD
    assert "camera scanner: trigger /scanner/go is not there (waited 1.0 s)" in response.message
    assert node.status().level == DiagnosticStatus.WARN

    def take(_: Trigger.Request, answer: Trigger.Response) -> Trigger.Response:
        publisher.publish(ros.cloud_message(block_cloud))
        answer.success = True
        return answer

    service = node.probe.node.create_service(Trigger, "/scanner/go", take)
    node.change(Transition.TRANSITION_DEACTIVATE, Transition.TRANSITION_CLEANUP)
    assert node.set(cloud_timeout=60.0)[0].successful
    node.change(Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_ACTIVATE)
    response = node.detect()
    assert response.code == Response.SUCCESS, response.message
    node.probe.node.destroy_service(service)
    node.change(Transition.TRANSITION_DEACTIVATE, Transition.TRANSITION_CLEANUP)
    node.set(mode="continuous")
    request = ChangeState.Request(transition=Transition(id=Transition.TRANSITION_CONFIGURE))
    assert not node.probe.call(ChangeState, "/perception/change_state", request).success
    assert "continuous needs cameras that run freely" in node.detect().message
    node.set(mode="on_demand", cameras="", cloud_timeout=10.0)
    node.change(Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_ACTIVATE)


def test_two_cameras_are_one_cloud_and_one_that_is_missing_is_named(
    node: Node, block_cloud: PointCloud
) -> None:
    """Each camera sends one half of the block's frame; alone, half of the block is too little."""
    node.reconfigure(cameras="/left/points, /right/points", cloud_window=0.5)
    left, right = (
        node.probe.publisher(PointCloud2, f"/{side}/points") for side in ("left", "right")
    )
    columns = block_cloud.source_indices % 160
    halves = [block_cloud.select(columns < 80), block_cloud.select(columns >= 80)]
    node.see(halves[0], lambda values: float(values["cloud rate [Hz]"]) > 0, "cloud", left)
    response = node.detect()
    missing = "without camera /right/points: no cloud on /right/points within 0.5 s of the others'"
    assert response.message.endswith(missing), response.message
    assert node.status().level == DiagnosticStatus.WARN
    assert node.status().message == f"active: {missing.removeprefix('without ')}"

    def together(_: dict[str, str]) -> bool:
        return "without" not in node.detect().message

    node.see(halves[1], together, "both halves", right)
    response = node.detect()
    assert response.code == Response.SUCCESS, response.message
    assert "without" not in response.message
    best = read_grasps(response.grasps)
    assert 0.04 < best.widths[0] < 0.1  # across the whole block of 5 cm
    node.probe.wait(lambda: node.status().level == DiagnosticStatus.OK, "no warning")
    node.reconfigure(cameras="")


def test_the_robot_is_no_object(node: Node, block_cloud: PointCloud, tmp_path: Path) -> None:
    """A robot whose only link is a box around the block, 10 cm across."""
    path = tmp_path / "robot.urdf"
    shape = '<collision><geometry><box size="0.1 0.2 0.11"/></geometry></collision>'
    path.write_text(f'<robot name="r"><link name="arm">{shape}</link></robot>', encoding="utf-8")
    request = ros.request_message(Request(), ros.cloud_message(block_cloud))
    node.reconfigure(self_filter=str(path), self_filter_padding=0.0, tf_timeout=0.2)
    response = node.detect(request)
    assert response.code == Response.TRANSFORM_UNAVAILABLE
    assert "unknown frame 'arm'" in response.message
    publisher = node.probe.publisher(TFMessage, "/tf_static", LATCHED)
    pose = transform(np.eye(3), [0.0, 0.0, 0.5])
    publisher.publish(TFMessage(transforms=[transform_message(pose, "camera", "arm", 0)]))
    node.reconfigure(tf_timeout=10.0)
    response = node.detect(request)
    assert response.code == Response.NO_GRASPS, response.message
    assert "no point above the support plane" in response.message
    node.change(Transition.TRANSITION_DEACTIVATE, Transition.TRANSITION_CLEANUP)
    node.set(self_filter="hal")
    change = ChangeState.Request(transition=Transition(id=Transition.TRANSITION_CONFIGURE))
    assert not node.probe.call(ChangeState, "/perception/change_state", change).success
    assert "robot 'hal' is unknown; valid: diana7, yumi" in node.detect(request).message
    node.set(self_filter="", tf_timeout=0.5)
    node.change(Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_ACTIVATE)
    assert node.detect(request).code == Response.SUCCESS


def test_inactive_node_says_so(node: Node, block_cloud: PointCloud) -> None:
    node.change(Transition.TRANSITION_DEACTIVATE)
    response = node.detect(DetectGrasps.Request(cloud=ros.cloud_message(block_cloud)))
    assert (response.code, response.message) == (
        Response.NOT_ACTIVE,
        "the node is not active: inactive",
    )
    node.change(Transition.TRANSITION_ACTIVATE)


def test_wrong_parameters_leave_the_node_unconfigured_until_they_are_right(
    node: Node, block_cloud: PointCloud
) -> None:
    node.change(Transition.TRANSITION_DEACTIVATE, Transition.TRANSITION_CLEANUP)
    assert not node.set(voxel_size=-1.0)[0].successful  # the range is ROS's own business
    node.set(gripper="tweezers")
    request = ChangeState.Request(transition=Transition(id=Transition.TRANSITION_CONFIGURE))
    assert not node.probe.call(ChangeState, "/perception/change_state", request).success
    response = node.detect(DetectGrasps.Request(cloud=ros.cloud_message(block_cloud)))
    assert response.code == Response.NOT_ACTIVE
    assert "gripper 'tweezers' is unknown; valid: franka_hand, parallel_100mm" in response.message
    assert node.status().level == DiagnosticStatus.ERROR
    node.set(gripper="franka_hand")
    node.change(Transition.TRANSITION_CONFIGURE, Transition.TRANSITION_ACTIVATE)
    response = node.detect(DetectGrasps.Request(cloud=ros.cloud_message(block_cloud)))
    assert (response.code, response.grasps.gripper) == (Response.SUCCESS, "franka_hand")


def test_node_is_still_up_and_ends_cleanly(node: Node) -> None:
    assert node.process.runs
    node.change(Transition.TRANSITION_ACTIVE_SHUTDOWN)
    node.wait_for_state("finalized")
    status, output = node.process.stop(signal.SIGTERM)
    assert status == 0, output
    assert "Traceback" not in output
    assert "never retrieved" not in output


def test_unknown_and_wrong_overrides_are_named(probe: Any, start_node: Callable[..., Any]) -> None:
    diagnostics = probe.listen(DiagnosticArray, "/diagnostics")
    process = start_node(
        "perception_node", "-r", "__node:=wrong", "-p", "voxelsize:=0.01", "-p", "max_grasps:=-3"
    )
    probe.wait(
        lambda: any(m.status[0].level == DiagnosticStatus.ERROR for m in diagnostics), "an error"
    )
    response = probe.call(DetectGrasps, "/detect_grasps", DetectGrasps.Request())
    assert response.code == Response.NOT_ACTIVE
    assert "unknown parameter voxelsize; valid: approach_axis" in response.message
    assert process.runs
    status, output = process.stop(signal.SIGINT)
    assert status == 0, output
    assert "cannot configure: unknown parameter voxelsize" in output
