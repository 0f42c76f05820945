"""The page of `grasp view`: a file, and a perception node seen through a real browser."""

from __future__ import annotations

import io
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import IO

import numpy as np
import pytest
import rclpy
from PIL import Image
from rclpy.qos import qos_profile_sensor_data
from sensor_msgs.msg import PointCloud2
from typer.testing import Result

from grasp_perception.clouds.cloud_files import read_cloud_file
from grasp_perception.detectors import DEFAULT_DETECTOR
from grasp_perception.ros import cloud_message

#: Longest wait for anything that a process does; compiling for the first time is the longest.
TIMEOUT_SEC = 200.0
BROWSER = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
#: Root may not use Chromium's sandbox; the rest draws without a GPU, and asks nobody on the net.
FLAGS = [
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
]


@contextmanager
def running(*arguments: object) -> Iterator[IO[str]]:
    """Run a module's process; its output. It ends well at SIGINT."""
    command = [sys.executable, "-u", "-m", *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout
        finally:
            process.send_signal(signal.SIGINT)
            status = process.wait(TIMEOUT_SEC)
    assert status == 0


def address(output: IO[str]) -> str:
    """Address of the page, from the line that tells it."""
    return next(word for word in output.readline().split() if word.startswith("http://"))


def test_a_file_is_served_with_its_grasps(block_file: Path) -> None:
    port = 20000 + os.getpid() % 10000
    with running("grasp_cli.main", "view", block_file, "--port", port) as output:
        url = address(output)
        with urllib.request.urlopen(url, timeout=TIMEOUT_SEC) as answer:
            assert answer.status == 200


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--params", "a.yaml"], "--params a.yaml is for a file; a running node has its own"),
        (["missing.npz"], "missing.npz: No such file"),
        (["--gripper", "hook"], "gripper 'hook' is unknown; valid: "),
        (["--host", "192.0.2.1"], "192.0.2.1:8080: cannot be served"),
    ],
)
def test_bad_input_ends_with_2(
    options: list[str], message: str, grasp: Callable[..., Result]
) -> None:
    result = grasp("view", *options)
    assert result.exit_code == 2
    assert message in result.stderr


@pytest.fixture
def cloud_sender(block_file: Path) -> Iterator[Callable[[], None]]:
    """Publish the block for a perception node that listens."""
    context = rclpy.Context()
    rclpy.init(context=context)
    node = rclpy.create_node("camera", context=context)
    publisher = node.create_publisher(PointCloud2, "/perception/cloud", qos_profile_sensor_data)
    message = cloud_message(read_cloud_file(block_file))
    yield lambda: publisher.publish(message)
    node.destroy_node()
    rclpy.shutdown(context=context)


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
def test_detect_and_pick_in_a_browser(
    cloud_sender: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    from playwright.sync_api import sync_playwright

    # Playwright's loop runs in this thread; the cloud is sent between its steps.
    monkeypatch.delenv("DISPLAY", raising=False)
    port = 20000 + os.getpid() % 10000
    with (
        running("grasp_perception.perception_node"),
        running("grasp_cli.main", "view", "--port", port) as output,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=BROWSER, args=FLAGS)
        page = browser.new_page(viewport={"width": 900, "height": 600})
        page.set_default_timeout(1000 * TIMEOUT_SEC)
        page.goto(address(output))

        def send_until_visible(text: str) -> None:
            """Send as a camera does: what sees a cloud is not all that listens to it."""
            deadline = monotonic() + TIMEOUT_SEC
            while not page.get_by_text(text).is_visible():
                assert monotonic() < deadline, text
                cloud_sender()
                page.wait_for_timeout(200)

        send_until_visible("Camera: /perception/cloud")
        page.get_by_role("button", name="Detect").click()
        send_until_visible("SUCCESS (1)")
        page.get_by_text("Click on a gripper").wait_for()
        page.get_by_label("rank").fill("1")
        page.get_by_text(DEFAULT_DETECTOR).wait_for()
        picture = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
        assert len(np.unique(picture[:, :500].reshape(-1, 3), axis=0)) > 100  # something is drawn

        page.get_by_role("button", name="Pick").click()
        page.get_by_text("it picks grasp 1").wait_for()
        page.get_by_role("button", name="Move the robot").click()
        page.get_by_text("no active executor with /pick").wait_for()
        browser.close()
