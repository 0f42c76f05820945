"""The simulated camera as other nodes see it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Any

import numpy as np
import pytest
import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, qos_profile_sensor_data
from sensor_msgs.msg import CameraInfo, Image, PointCloud2
from std_srvs.srv import Trigger
from tf2_msgs.msg import TFMessage

from grasp_core.errors import GraspError, ParameterError
from grasp_nodes.geometry_ros import read_transform
from grasp_sim.drivers import DRIVERS
from grasp_sim.errors import UnknownObjectError
from grasp_sim.node_params import SimCameraParams
from grasp_sim.sim_node import TARGET, SimCamera
from grasp_sim.still_cell import StillCell

TIMEOUT_SEC = 60.0
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
Start = Callable[..., tuple[SimCamera, "Probe"]]


class Probe:
    """A node of the test, in one executor with the camera."""

    def __init__(self, camera: SimCamera) -> None:
        self.node = Node("probe")
        self._executor = SingleThreadedExecutor()
        for node in (camera, self.node):
            self._executor.add_node(node)

    def wait(self, condition: Callable[[], Any]) -> None:
        deadline = monotonic() + TIMEOUT_SEC
        while not condition():
            assert monotonic() < deadline
            self._executor.spin_once(timeout_sec=0.1)

    def listen(self, kind: type, topic: str, qos: Any = qos_profile_sensor_data) -> list[Any]:
        messages: list[Any] = []
        self.node.create_subscription(kind, topic, messages.append, qos)
        return messages

    def reset(self) -> Trigger.Response:
        client = self.node.create_client(Trigger, "/sim_camera/reset")
        self.wait(client.service_is_ready)
        future = client.call_async(Trigger.Request())
        self.wait(future.done)
        return future.result()


@pytest.fixture
def start() -> Iterator[Start]:
    """Start the camera with parameters, and a probe beside it."""

    nodes: list[Node] = []

    def make(**parameters: object) -> tuple[SimCamera, Probe]:
        given = [part for key, value in parameters.items() for part in ("-p", f"{key}:={value}")]
        rclpy.init(args=["--ros-args", *given])
        camera = SimCamera()
        probe = Probe(camera)
        nodes.extend((camera, probe.node))
        return camera, probe

    yield make
    for node in nodes:  # else the camera's pose is still sent to the next test
        node.destroy_node()
    rclpy.try_shutdown()


def common(first: list[Any], second: list[Any]) -> tuple[Any, Any] | None:
    """Return two messages of one frame: the first frames may reach one listener only."""
    for one in first:
        for other in second:
            if one.header.stamp == other.header.stamp:
                return one, other
    return None


@pytest.mark.parametrize("name", DRIVERS)
def test_a_frame_is_what_the_driver_of_the_camera_sends(name: str, start: Start) -> None:
    driver = DRIVERS[name]
    camera = driver.setup.camera
    _, probe = start(camera=name, rate=30.0, objects="die-0003,box-0003", noise=0.0)
    clouds = probe.listen(PointCloud2, driver.points)
    depths = probe.listen(Image, driver.depth)
    infos = probe.listen(CameraInfo, driver.info)
    static = probe.listen(TFMessage, "/tf_static", LATCHED)
    probe.wait(lambda: infos and static and common(clouds, depths))
    cloud, depth = common(clouds, depths)
    shape = (camera.height, camera.width)
    for message in (cloud, depth, infos[0]):
        assert message.header.frame_id == driver.frame_id
        assert (message.height, message.width) == shape
    assert cloud.header.stamp.sec > 1_600_000_000  # the wall clock, not 0
    dtype = np.dtype("<u2" if driver.encoding == "16UC1" else "<f4")
    counts = np.frombuffer(depth.data, dtype).reshape(shape)
    xyz = np.frombuffer(cloud.data, "<f4").reshape(*shape, 3)
    np.testing.assert_allclose(xyz[..., 2] * 1000, counts, atol=1e-3 if name == "phoxi" else 0.01)
    assert (counts > 0).mean() > 0.5
    assert infos[0].k[0] == camera.fx

    # The pose in TF takes the points into the world: the middle of the picture is in the bin.
    (pose,) = static[0].transforms
    assert (pose.header.frame_id, pose.child_frame_id) == ("world", driver.frame_id)
    T_world_camera = read_transform(pose)
    middle = xyz[shape[0] // 2 - 5 :, shape[1] // 2 - 5 :][:10, :10].reshape(-1, 3)
    measured = np.median(middle[middle[:, 2] > 0].astype(np.float64), axis=0)
    world = T_world_camera[:3, :3] @ measured + T_world_camera[:3, 3]
    assert np.linalg.norm(world[:2] - TARGET[:2]) < 0.05
    assert -0.01 < world[2] < 0.15
    near, far = driver.setup.distance_m
    assert near <= np.linalg.norm(T_world_camera[:3, 3] - TARGET) <= far


def test_the_points_of_the_objects_lie_on_the_objects(start: Start) -> None:
    camera, probe = start(rate=30.0, objects="can-0003", noise=0.0, seed=5)
    clouds = probe.listen(PointCloud2, DRIVERS["d435"].points)
    probe.wait(lambda: clouds)
    T_world_camera = camera.T_world_camera
    cell = StillCell(SimCameraParams(objects="can-0003", seed=5))
    seen = cell.look(DRIVERS["d435"].setup.camera, T_world_camera)
    xyz = np.frombuffer(clouds[0].data, "<f4").reshape(*seen.depth.shape, 3)
    inside = (seen.instances == 1) & (xyz[..., 2] > 0)
    assert inside.sum() > 1000
    assert np.median(np.abs(xyz[inside][:, 2] - seen.depth[inside])) < 0.002


def test_noise_is_new_in_each_frame_and_the_same_in_each_run(start: Start) -> None:
    runs = []
    for _ in range(2):
        _, probe = start(rate=30.0, objects="die-0003", seed=2)
        depths = probe.listen(Image, DRIVERS["d435"].depth, 10)
        probe.wait(lambda depths=depths: len(depths) >= 3)
        runs.append({bytes(message.data) for message in depths})
        rclpy.shutdown()
    assert all(len(frames) >= 3 for frames in runs)
    assert runs[0] & runs[1]  # a listener that comes late may miss the first


def test_reset_puts_the_scene_of_the_next_seed_there(start: Start) -> None:
    camera, probe = start(rate=30.0, count=2, seed=8)
    before = camera.cell.scene
    pose = camera.T_world_camera.copy()
    answer = probe.reset()
    after = camera.cell.scene
    assert answer.success
    assert answer.message == f"scene of seed 9: {', '.join(after.spec.objects)}"
    assert after.spec == StillCell(SimCameraParams(count=2, seed=9)).scene.spec != before.spec
    np.testing.assert_array_equal(camera.T_world_camera, pose)  # the camera stays


def test_a_reset_that_fails_says_why_and_leaves_the_scene(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    # With seed 1 four bowls find a place side by side in the first try, with seed 2 they do not.
    monkeypatch.setattr("grasp_sim.scenes.SCENES_TRIED", 1)
    bowls = ",".join(["bowl-0003"] * 4)
    camera, probe = start(objects=bowls, mode="packed", seed=1)
    before = camera.cell.scene
    answer = probe.reset()
    assert not answer.success
    assert "rejected, last: bowl-0003 finds no place" in answer.message
    assert camera.cell.scene is before


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"rate": -1.0}, ParameterError, r"rate: -1\.0 is not in \[0\.1, 30\.0\] Hz"),
        ({"bin": "bucket"}, ParameterError, "bin: 'bucket' is not one of bin, euro_box, table"),
        ({"speed": 1}, ParameterError, "unknown parameter speed; valid: bin, camera"),
        ({"objects": "sofa-0001"}, UnknownObjectError, "no object 'sofa-0001'; valid: FAMILY-SEED"),
    ],
)
def test_bad_parameters_are_refused(
    parameters: dict[str, Any], error: type[GraspError], message: str, start: Start
) -> None:
    with pytest.raises(error, match=message):
        start(**parameters)


def test_the_process_ends_with_the_reason() -> None:
    command = [sys.executable, "-m", "grasp_sim.sim_node", "--ros-args", "-p", "bin:=bucket"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SEC)
    assert ended.returncode == 1
    assert ended.stderr == "bin: 'bucket' is not one of bin, euro_box, table\n"
