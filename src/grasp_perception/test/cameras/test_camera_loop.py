"""A camera that is unplugged and comes back: a device in software whose picture vanishes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Condition
from time import monotonic

import pytest

from grasp_perception.cameras.camera_health import CameraHealth
from grasp_perception.cameras.camera_loop import CameraLoop
from grasp_perception.cameras.realsense import RealSense
from grasp_perception.cameras.realsense_frame import RealSenseFrame
from grasp_perception.cameras.realsense_params import RealSenseParams
from grasp_perception.cameras.realsense_sources import open_realsense
from grasp_perception.diagnostics import Level

#: Longest wait for anything that the loop's thread does.
TIMEOUT_SEC = 60.0
#: Longer than a busy machine lets the camera wait.
FRAME_TIMEOUT_SEC = 2.0
RETRY_SEC = 0.1


class Log:
    """Keeps what happens, and lets the test wait for it."""

    def __init__(self) -> None:
        self._changed = Condition()
        self.opened_names: list[str] = []
        self.frames = 0
        self.reasons: list[str] = []

    def opened(self, camera: RealSense) -> None:
        with self._changed:
            self.opened_names.append(camera.name)
            self._changed.notify_all()

    def frame(self, frame: RealSenseFrame) -> None:
        assert frame.depth_mm().shape == (48, 64)
        with self._changed:
            self.frames += 1
            self._changed.notify_all()

    def lost(self, reason: str) -> None:
        with self._changed:
            self.reasons.append(reason)
            self._changed.notify_all()

    def wait(self, condition: Callable[[], bool]) -> None:
        with self._changed:
            assert self._changed.wait_for(condition, TIMEOUT_SEC)


Start = Callable[[Callable[[], RealSense]], tuple[Log, CameraHealth]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a loop; stopped at the end of the test."""
    loops = []

    def make(open_camera: Callable[[], RealSense]) -> tuple[Log, CameraHealth]:
        log, health = Log(), CameraHealth()
        loops.append(CameraLoop(open_camera, log, health, FRAME_TIMEOUT_SEC, RETRY_SEC))
        loops[-1].start()
        return log, health

    yield make
    for loop in loops:
        loop.stop()


def test_a_camera_that_is_unplugged_is_found_again(start: Start, depth_picture: Path) -> None:
    params = RealSenseParams(depth_image=str(depth_picture))
    log, health = start(lambda: open_realsense(params))
    log.wait(lambda: log.frames >= 3)
    away = depth_picture.rename(depth_picture.with_name("away"))
    silence = f"software device depth.png has sent nothing for {FRAME_TIMEOUT_SEC} s"
    log.wait(lambda: silence in log.reasons)
    log.wait(lambda: any("No such file" in reason for reason in log.reasons))
    report = health.report(monotonic())
    assert report.level == Level.ERROR
    assert "No such file" in report.message
    away.rename(depth_picture)
    seen = log.frames
    log.wait(lambda: log.frames >= seen + 3)
    assert len(log.opened_names) >= 2
    assert set(log.opened_names) == {"software device depth.png"}
    values = health.report(monotonic()).values
    assert int(values["connections"]) >= 2
    assert int(values["failures"]) >= 2
    assert "No such file" in values["last error"]


def test_a_camera_that_comes_late_is_found(start: Start, depth_picture: Path) -> None:
    away = depth_picture.rename(depth_picture.with_name("away"))
    params = RealSenseParams(depth_image=str(depth_picture))
    log, health = start(lambda: open_realsense(params))
    log.wait(lambda: len(log.reasons) >= 2)
    assert health.report(monotonic()).level == Level.ERROR
    away.rename(depth_picture)
    log.wait(lambda: log.frames >= 1)
    assert health.report(monotonic()).values["last error"] == log.reasons[-1]


@pytest.mark.parametrize("name", ["depth.png", "none.png"])
def test_a_loop_ends_while_it_reads_and_while_it_waits(depth_picture: Path, name: str) -> None:
    params = RealSenseParams(depth_image=str(depth_picture.with_name(name)))
    log, health = Log(), CameraHealth()
    loop = CameraLoop(lambda: open_realsense(params), log, health, TIMEOUT_SEC, TIMEOUT_SEC)
    loop.start()
    log.wait(lambda: bool(log.frames or log.reasons))
    loop.stop()
    assert not loop.runs
