"""Cameras and their triggers against stand-ins of their drivers, over DDS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread
from typing import Any

import pytest
import rclpy
from phoxi_camera_msgs.srv import TriggerFrame
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.event_handler import PublisherEventCallbacks
from rclpy.executors import MultiThreadedExecutor
from rclpy.node import Node
from rclpy.qos import ReliabilityPolicy
from sensor_msgs.msg import PointCloud2
from std_srvs.srv import Trigger as StdTrigger

from grasp_core.cloud import PointCloud
from grasp_nodes.geometry_ros import header
from grasp_perception import ros
from grasp_perception.camera_files import CameraSource, Trigger
from grasp_perception.cameras_ros import Cameras, Shot
from grasp_perception.clouds.wire import read_stamp
from grasp_perception.errors import CameraFileError, NoCloudError

#: Longest wait for what comes; what does not come is waited for so short a time.
LONG_SEC, SHORT_SEC = 60.0, 0.2
STD, PHOXI = "std_srvs/srv/Trigger", "phoxi_camera_msgs/srv/TriggerFrame"


class Driver:
    """A camera's driver: answers its trigger, and publishes a cloud if told to."""

    def __init__(
        self, node: Node, name: str, cloud: PointCloud, service_type: Any = StdTrigger
    ) -> None:
        self.cloud, self.stamp_ns = cloud, 0
        self.requests: list[Any] = []
        self.refusal, self.publishes = "", True
        self.heard, self.answers = Event(), Event()
        self.answers.set()
        self.publisher = node.create_publisher(
            PointCloud2,
            f"/{name}/points",
            10,
            event_callbacks=PublisherEventCallbacks(matched=lambda _: self.heard.set()),
        )
        group = ReentrantCallbackGroup()
        node.create_service(service_type, f"/{name}/go", self._on_trigger, callback_group=group)

    def publish(self, stamp_ns: int) -> None:
        message = ros.cloud_message(self.cloud)
        message.header = header("camera", stamp_ns)
        self.publisher.publish(message)

    def _on_trigger(self, request: Any, response: Any) -> Any:
        self.requests.append(request)
        self.answers.wait(LONG_SEC)
        response.success, response.message = not self.refusal, self.refusal
        if response.success and self.publishes:
            self.stamp_ns += 1
            self.publish(self.stamp_ns)
        return response


def triggered(name: str, service_type: str = STD, **request: Any) -> CameraSource:
    return CameraSource(name, f"/{name}/points", Trigger(f"/{name}/go", service_type, request))


@pytest.fixture(scope="module")
def nodes() -> Iterator[tuple[Node, Node]]:
    """The node of the cameras and that of the drivers, which spin."""
    context = rclpy.Context()
    rclpy.init(context=context)
    executor = MultiThreadedExecutor(4, context=context)
    made = [rclpy.create_node(name, context=context) for name in ("cameras", "drivers")]
    for node in made:
        executor.add_node(node)
    spinning = Thread(target=executor.spin)
    spinning.start()
    yield made[0], made[1]
    executor.shutdown()
    spinning.join(LONG_SEC)
    for node in made:
        node.destroy_node()
    context.shutdown()


@pytest.fixture
def cameras(nodes: tuple[Node, Node]) -> Iterator[Callable[..., Cameras]]:
    """Make cameras that listen, each with a driver's topic that is connected."""
    made: list[Cameras] = []

    def make(*sources: CameraSource, window_sec: float = SHORT_SEC) -> Cameras:
        made.append(Cameras(nodes[0], sources, window_sec, lambda *_: None))
        made[-1].start()
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def driver(nodes: tuple[Node, Node], block_cloud: PointCloud) -> Callable[..., Driver]:
    """Make a driver; no two tests use one name, so that none hears another's."""

    def make(name: str, service_type: Any = StdTrigger) -> Driver:
        return Driver(nodes[1], name, block_cloud, service_type)

    return make


def stamps(shot: Shot) -> list[int]:
    return [read_stamp(message.header) for message in shot.messages]


@pytest.mark.parametrize(
    ("name", "service_type", "text", "fields"),
    [
        ("std", StdTrigger, STD, {}),
        ("photoneo", TriggerFrame, PHOXI, {"wait_grabbing_end": True}),
    ],
)
def test_each_trigger_gives_a_new_cloud(
    cameras: Callable[..., Cameras],
    driver: Callable[..., Driver],
    name: str,
    service_type: Any,
    text: str,
    fields: dict[str, bool],
) -> None:
    camera = driver(name, service_type)
    taken = cameras(triggered(name, text, **fields))
    assert camera.heard.wait(LONG_SEC)
    # A wanted time is of our clock; the stamps of this camera are of another.
    assert stamps(taken.shoot(10**18, LONG_SEC)) == [1]
    assert stamps(taken.shoot(0, LONG_SEC)) == [2]
    assert camera.requests == [service_type.Request(**fields)] * 2


def test_a_triggered_cloud_is_sent_again_where_it_is_lost(
    cameras: Callable[..., Cameras], nodes: tuple[Node, Node]
) -> None:
    cameras(triggered("once"), CameraSource("stream", "/stream/points"))
    reliability = {
        topic: nodes[0].get_subscriptions_info_by_topic(topic)[0].qos_profile.reliability
        for topic in ("/once/points", "/stream/points")
    }
    assert reliability == {
        "/once/points": ReliabilityPolicy.RELIABLE,
        "/stream/points": ReliabilityPolicy.BEST_EFFORT,
    }


def test_a_driver_that_is_not_there_refuses_or_sends_nothing(
    cameras: Callable[..., Cameras], driver: Callable[..., Driver]
) -> None:
    taken = cameras(triggered("mute"))
    with pytest.raises(NoCloudError, match=r"camera mute: trigger /mute/go is not there \(waited"):
        taken.shoot(0, SHORT_SEC)
    camera = driver("mute")
    camera.refusal = "laser is hot"
    with pytest.raises(NoCloudError, match="camera mute: trigger /mute/go refused: laser is hot"):
        taken.shoot(0, LONG_SEC)
    camera.refusal, camera.publishes = "", False
    message = r"triggered, but no cloud came on /mute/points within 2.0 s \(publishers there: 1\)"
    with pytest.raises(NoCloudError, match=message):
        taken.shoot(0, 2.0)


def test_a_driver_that_does_not_answer(
    cameras: Callable[..., Cameras], driver: Callable[..., Driver]
) -> None:
    camera = driver("slow")
    camera.answers.clear()
    taken = cameras(triggered("slow"))
    with pytest.raises(NoCloudError, match=r"/slow/go did not answer within 2.0 s"):
        taken.shoot(0, 2.0)
    camera.answers.set()


def test_two_are_triggered_in_turn_and_a_third_gives_its_newest(
    cameras: Callable[..., Cameras], driver: Callable[..., Driver]
) -> None:
    made = [driver(name) for name in ("left", "right", "free")]
    free = CameraSource("free", "/free/points")
    taken = cameras(triggered("left"), triggered("right"), free, window_sec=LONG_SEC)
    assert all(each.heard.wait(LONG_SEC) for each in made)
    made[1].stamp_ns = 100
    with ThreadPoolExecutor(1) as pool:
        shot = pool.submit(taken.shoot, 7, LONG_SEC)
        made[2].publish(8)
        assert stamps(shot.result(2 * LONG_SEC)) == [1, 101, 8]
    assert shot.result().missing == ""
    assert [len(each.requests) for each in made] == [1, 1, 0]


def test_it_goes_on_without_a_camera_and_says_so(
    cameras: Callable[..., Cameras], driver: Callable[..., Driver]
) -> None:
    here = driver("here")
    sources = [CameraSource(name, f"/{name}/points") for name in ("here", "gone")]
    taken = cameras(*sources)
    assert here.heard.wait(LONG_SEC)
    message = "none received yet on /here/points, /gone/points"
    with pytest.raises(NoCloudError, match=message):
        taken.shoot(0, SHORT_SEC)
    with ThreadPoolExecutor(1) as pool:
        shot = pool.submit(taken.shoot, 5, LONG_SEC)
        here.publish(6)
        assert stamps(shot.result(2 * LONG_SEC)) == [6]
    expected = "camera gone: no cloud on /gone/points within 0.2 s of the others'"
    assert shot.result().missing == expected


def test_nothing_is_left_of_clouds_after_a_stop(
    cameras: Callable[..., Cameras], driver: Callable[..., Driver]
) -> None:
    camera = driver("stopped")
    taken = cameras(CameraSource("stopped", "/stopped/points"))
    assert camera.heard.wait(LONG_SEC)
    camera.publish(5)
    assert stamps(taken.shoot(1, LONG_SEC)) == [5]
    taken.stop()
    assert taken.take() is None
    with pytest.raises(NoCloudError, match="none received yet on /stopped/points"):
        taken.shoot(0, LONG_SEC)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            triggered("a", "no_such_msgs/srv/Trigger"),
            "camera a: the trigger's type no_such_msgs/srv/Trigger is not installed; build",
        ),
        (triggered("a", "std_srvs/srv/Tigger"), "std_srvs/srv/Tigger is not installed"),
        (
            triggered("a", PHOXI, wait=True),
            r"trigger.request \{'wait': True\} does not fit phoxi_camera_msgs/srv/TriggerFrame",
        ),
        (triggered("a", PHOXI, wait_grabbing_end=3), "does not fit phoxi_camera_msgs"),
    ],
)
def test_a_trigger_that_cannot_be_called_is_refused_at_once(
    cameras: Callable[..., Cameras], source: CameraSource, message: str
) -> None:
    with pytest.raises(CameraFileError, match=message):
        cameras(source)
