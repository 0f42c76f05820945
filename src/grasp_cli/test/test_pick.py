"""A robot in its simulated cell, told from other processes what to pick."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic

import numpy as np
import pytest
import rclpy
import yaml
from PIL import Image
from rclpy.executors import SingleThreadedExecutor
from tf2_msgs.msg import TFMessage
from typer.testing import Result

from grasp_core.transforms import inverse, transform_points
from grasp_executor.client_node import PickClient
from grasp_perception.bringup import cell_file
from grasp_robots.work_cell import load_work_cell

pytest.importorskip("mujoco")  # no wheel for Python 3.10
COMMAND = [sys.executable, "-m", "grasp_cli.main"]
#: Longest wait for anything that a process does; compiling for the first time is the longest.
TIMEOUT_SEC = 200.0
OBJECTS = ("box-0003", "cup-0003", "spool-0003")


@pytest.fixture(scope="module")
def robot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Run the nodes of a Diana 7 and a simulated camera."""
    overrides = tmp_path_factory.mktemp("robot") / "sim.yaml"
    values = {"objects": ",".join(OBJECTS), "rate": 1.0}
    overrides.write_text(yaml.safe_dump({"/**": {"ros__parameters": values}}))
    arguments = ["camera:=sim", "robot:=diana7", "seed:=1", f"camera_params_file:={overrides}"]
    with subprocess.Popen([*COMMAND, "up", *arguments]) as up:
        yield
        up.send_signal(signal.SIGINT)
        assert up.wait(TIMEOUT_SEC) == 0


def places() -> dict[str, str]:
    with PickClient() as client:
        return dict(json.loads(client.trigger("/sim_arm/contents")))


def positions() -> dict[str, np.ndarray]:
    """Where the objects are in the world."""
    context = rclpy.Context()
    rclpy.init(context=context)
    node = rclpy.create_node("looker", context=context)
    executor = SingleThreadedExecutor(context=context)
    executor.add_node(node)
    heard: list[TFMessage] = []
    node.create_subscription(TFMessage, "/sim_arm/objects", heard.append, 1)
    deadline = monotonic() + TIMEOUT_SEC
    while not heard and monotonic() < deadline:
        executor.spin_once(timeout_sec=0.1)
    executor.shutdown()
    node.destroy_node()
    rclpy.shutdown(context=context)
    found = {}
    for frame in heard[0].transforms:
        t = frame.transform.translation
        found[frame.child_frame_id.partition("/")[2]] = np.array([t.x, t.y, t.z])
    return found


def mask_of(name: str) -> np.ndarray:
    """Pixels of the camera within 4 cm of an object's origin, 2 cm above the floor."""
    from grasp_sim.drivers import DRIVERS
    from grasp_sim.views import look_at

    camera = DRIVERS["d435"].setup.camera
    T_world_camera = look_at(*load_work_cell(cell_file("diana7")).cameras["d435"])
    x, y, z = transform_points(inverse(T_world_camera), positions()[name][None])[0]
    u, v = camera.fx * x / z + camera.cx, camera.fy * y / z + camera.cy
    rows, columns = np.mgrid[: camera.height, : camera.width]
    return np.hypot(columns - u, rows - v) < 0.04 * camera.fx / z


@pytest.mark.usefixtures("robot")
def test_clearing_is_cancelled_and_then_one_target_is_picked(tmp_path: Path) -> None:
    clearing = subprocess.Popen(
        [*COMMAND, "clear", "--wait", "120"], stdout=subprocess.PIPE, text=True
    )
    assert clearing.stdout is not None
    said = []
    for line in clearing.stdout:
        said.append(line)
        if "0 picked: approach" in line and "approach" not in "".join(said[:-1]):
            clearing.send_signal(signal.SIGTERM)
    assert clearing.wait(TIMEOUT_SEC) == 1, said
    assert "CANCELED, 0 picked: cancelled by the client" in "".join(said)
    assert set(places().values()) == {"bin"}

    with PickClient() as client:
        client.trigger("/sim_arm/reset")  # it stopped where it was, in the camera's view
    target = tmp_path / "target.png"
    Image.fromarray(mask_of("cup-0003")).save(target)
    picked = subprocess.run(
        [*COMMAND, "pick", "--mask", target], capture_output=True, text=True, timeout=TIMEOUT_SEC
    )
    assert picked.returncode == 0, picked.stdout + picked.stderr
    assert "SUCCESS in retreat: placed" in picked.stdout
    assert places() == {"box-0003": "bin", "cup-0003": "diana7_arm", "spool-0003": "bin"}


@pytest.mark.parametrize("command", ["pick", "clear"])
def test_without_an_executor_it_says_so(command: str, grasp: Callable[..., Result]) -> None:
    result = grasp(command, "--wait", "0.1", "--namespace", "left")
    assert result.exit_code == 2
    assert result.stderr == "Error: no active executor within 0.1 s\n"


def test_a_mask_that_is_no_image(grasp: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "mask.png").write_text("no image")
    result = grasp("pick", "--mask", str(tmp_path / "mask.png"))
    assert result.exit_code == 2
    assert "mask.png: no image" in result.stderr
