"""Fixtures of all tests of grasp_perception."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import pytest
from PIL import Image

from grasp_core.camera import Camera
from grasp_core.cloud import PointCloud

#: Real frames lie beside the repository; their licences keep them out of it.
REAL_DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"
#: Longest wait for anything that another process does; compiling for the first time is the longest.
TIMEOUT_SEC = 120.0


@pytest.fixture(scope="session")
def real_data() -> Callable[[str], Path]:
    """Path of a real frame by name; skips the test where it is absent."""

    def find(name: str) -> Path:
        path = REAL_DATA / name
        if not path.exists():
            pytest.skip(f"no real frame {name!r} beside the repository")
        return path

    return find


@pytest.fixture(scope="session")
def block_cloud() -> PointCloud:
    """A block of 5 by 15 by 6 cm on a table, 160 by 120 pixels, seen from straight above."""
    camera = Camera(width=160, height=120, fx=150.0, fy=150.0, cx=80.0, cy=60.0)
    depth = np.full((120, 160), 0.56, np.float32)
    depth[37:83, 72:87] = 0.5
    return camera.deproject(depth, "camera", stamp_ns=7_000_000_000)


#: Camera of the made scenes, half a metre above the table.
SCENE_CAMERA = Camera(width=320, height=240, fx=300.0, fy=300.0, cx=160.0, cy=120.0)
SCENE_HEIGHT_M = 0.5


def see_scene(
    boxes: Sequence[tuple[float, ...]] = (),
    spheres: Sequence[tuple[float, ...]] = (),
    noise_m: float = 0.0,
    table: bool = True,
) -> PointCloud:
    """Cloud of shapes on a table, seen from straight above by `SCENE_CAMERA`; frame "camera".

    Parameters
    ----------
    boxes : (x, y, edge x, edge y, height) each, metres; x right and y down in the image.
    spheres : (x, y, radius) each, lying on the table.
    noise_m : standard deviation of the depth, from a fixed seed.
    """
    v, u = np.mgrid[: SCENE_CAMERA.height, : SCENE_CAMERA.width]
    rays = np.stack(
        [(u - SCENE_CAMERA.cx) / SCENE_CAMERA.fx, (v - SCENE_CAMERA.cy) / SCENE_CAMERA.fy]
    )
    depth = np.full(u.shape, SCENE_HEIGHT_M if table else np.inf)
    for x, y, edge_x, edge_y, height in boxes:
        low = np.array([x - edge_x / 2, y - edge_y / 2])[:, None, None]
        high = np.array([x + edge_x / 2, y + edge_y / 2])[:, None, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            near, far = np.sort([low / rays, high / rays], axis=0)
        enter = np.nanmax([*near, np.full(u.shape, SCENE_HEIGHT_M - height)], axis=0)
        leave = np.nanmin([*far, np.full(u.shape, SCENE_HEIGHT_M)], axis=0)
        depth = np.where(enter < leave, np.minimum(depth, enter), depth)
    for x, y, radius in spheres:
        center = np.array([x, y, SCENE_HEIGHT_M - radius])
        along = rays[0] * center[0] + rays[1] * center[1] + center[2]
        squared = rays[0] ** 2 + rays[1] ** 2 + 1
        root = along**2 - squared * (center @ center - radius**2)
        hit = (along - np.sqrt(np.maximum(root, 0))) / squared
        depth = np.where(root > 0, np.minimum(depth, hit), depth)
    depth = depth + np.random.default_rng(0).normal(0.0, noise_m, depth.shape)
    return SCENE_CAMERA.deproject(depth.astype(np.float32), "camera")


@pytest.fixture(scope="session", name="see_scene")
def _see_scene() -> Callable[..., PointCloud]:
    """Look at shapes on a table: the function `see_scene`."""
    return see_scene


@pytest.fixture
def depth_picture(tmp_path: Path) -> Path:
    """A depth image of 64 by 48 pixels with its colours and intrinsics beside it.

    A slope from 0.4 m on the left to 0.715 m on the right; no measurement in the topmost row. Red
    grows from left to right, green from top to bottom.
    """
    rows, columns = np.mgrid[:48, :64]
    depth = np.where(rows == 0, 0, 400 + 5 * columns).astype(np.uint16)
    color = np.stack([4 * columns, 5 * rows, 0 * rows + 200], axis=-1).astype(np.uint8)
    Image.fromarray(depth).save(tmp_path / "depth.png")
    Image.fromarray(color).save(tmp_path / "color.png")
    sidecar = "fx: 60.0\nfy: 61.0\ncx: 31.5\ncy: 23.0\ncolor: color.png\n"
    (tmp_path / "depth.yaml").write_text(sidecar, encoding="utf-8")
    return tmp_path / "depth.png"


class Probe:
    """A node of the test, spun only while the test waits for something."""

    def __init__(self) -> None:
        import rclpy
        from rclpy.executors import SingleThreadedExecutor

        self.context = rclpy.Context()
        rclpy.init(context=self.context)
        self.node = rclpy.create_node("probe", context=self.context)
        self.executor = SingleThreadedExecutor(context=self.context)
        self.executor.add_node(self.node)

    def wait(self, condition: Callable[[], Any], what: str) -> Any:
        """Spin until the condition holds; its value."""
        deadline = monotonic() + TIMEOUT_SEC
        while not (value := condition()):
            assert monotonic() < deadline, f"timed out: {what}"
            self.executor.spin_once(timeout_sec=0.1)
        return value

    def listen(self, message_type: type, topic: str, qos: Any = 10) -> list[Any]:
        """List that grows with every message on `topic`."""
        messages: list[Any] = []
        self.node.create_subscription(message_type, topic, messages.append, qos)
        return messages

    def call(self, service_type: type, name: str, request: Any) -> Any:
        """Call a service and wait for its answer."""
        client = self.node.create_client(service_type, name)
        self.wait(client.service_is_ready, f"service {name}")
        future = client.call_async(request)
        self.wait(future.done, f"answer of {name}")
        self.node.destroy_client(client)
        return future.result()

    def publisher(self, message_type: type, topic: str, qos: Any = 10) -> Any:
        """Publisher on a topic that somebody listens to."""
        publisher = self.node.create_publisher(message_type, topic, qos)
        self.wait(publisher.get_subscription_count, f"subscriber of {topic}")
        return publisher

    def close(self) -> None:
        """Leave the ROS graph."""
        self.executor.shutdown()
        self.node.destroy_node()
        self.context.shutdown()


@pytest.fixture(scope="module")
def probe() -> Iterator[Probe]:
    """A node to look at other processes with."""
    made = Probe()
    yield made
    made.close()


class NodeProcess:
    """One of our nodes in a process of its own."""

    def __init__(self, module: str, *ros_arguments: str) -> None:
        command = [sys.executable, "-m", f"grasp_perception.{module}", "--ros-args"]
        self._process = subprocess.Popen(
            [*command, *ros_arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    @property
    def runs(self) -> bool:
        """Whether the process has not ended."""
        return self._process.poll() is None

    def stop(self, number: int = signal.SIGINT) -> tuple[int, str]:
        """Send a signal unless it has ended, and give its exit status and output."""
        if self.runs:
            self._process.send_signal(number)
        return self.end()

    def end(self) -> tuple[int, str]:
        """Wait for its end, and give its exit status and output."""
        try:
            output, _ = self._process.communicate(timeout=TIMEOUT_SEC)
        finally:
            self._process.kill()
        return self._process.returncode, output


@pytest.fixture(scope="module")
def start_node() -> Iterator[Callable[..., NodeProcess]]:
    """Start a node by its module and ROS arguments; stopped at the end of the module."""
    started: list[NodeProcess] = []

    def start(module: str, *ros_arguments: str) -> NodeProcess:
        started.append(NodeProcess(module, *ros_arguments))
        return started[-1]

    yield start
    for node in started:
        node.stop()
