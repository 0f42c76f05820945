from __future__ import annotations

import time
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import pytest

from grasp_perception.cameras.librealsense import librealsense
from grasp_perception.cameras.realsense import RealSense
from grasp_perception.cameras.realsense_frame import RealSenseFrame
from grasp_perception.cameras.realsense_params import RealSenseParams
from grasp_perception.cameras.realsense_sources import choose, offered, open_realsense
from grasp_perception.cameras.software_realsense import FPS, SoftwareRealSense
from grasp_perception.clouds.depth_files import read_picture
from grasp_perception.errors import CameraError, CloudFileError

TIMEOUT_SEC = 30.0
#: Frames of a recording.
FRAMES = 3
#: 2026-01-01: long ago, so that it is seen where a recorded time is taken for the present.
START_MS = 1_767_225_600_000.0
#: Made by `record` from `depth_picture` with pyrealsense2 2.56.5: librealsense 2.59 plays this
#: format and writes .db3 only.
LEGACY = Path(__file__).with_name("tiny.bag")


def record(picture: Path, path: Path) -> None:
    """Write frames of a picture, a tenth of a second apart, into a file."""
    rs = librealsense()
    software = SoftwareRealSense(picture)
    recorder = rs.recorder(str(path), software.device)
    arrivals = rs.frame_queue(2 * FRAMES, keep_frames=True)
    sensors = recorder.query_sensors()
    for sensor in sensors:
        sensor.open(sensor.get_stream_profiles())
        sensor.start(arrivals)
    for number in range(1, FRAMES + 1):
        software.send(number, START_MS + 100 * number)
        for _ in sensors:
            arrivals.wait_for_frame(int(1000 * TIMEOUT_SEC))
    for sensor in sensors:
        sensor.stop()
        sensor.close()


def open_with(**params: Any) -> RealSense:
    return open_realsense(RealSenseParams(**params))


def next_frame(camera: RealSense) -> RealSenseFrame:
    deadline = monotonic() + TIMEOUT_SEC
    while (frame := camera.read(0.2)) is None:
        assert monotonic() < deadline
    return frame


@pytest.fixture(params=["db3", "bag"])
def recording(request: pytest.FixtureRequest, depth_picture: Path, tmp_path: Path) -> Path:
    """A recording of today's librealsense, and one of the older format."""
    if request.param == "bag":
        return LEGACY
    path = tmp_path / "recording.db3"
    record(depth_picture, path)
    return path


def test_a_recording_plays_again_and_again_as_if_taken_now(
    recording: Path, depth_picture: Path
) -> None:
    picture = read_picture(depth_picture)
    before = time.time_ns()
    with open_with(rosbag_filename=str(recording)) as camera:
        for _ in range(2 * FRAMES):
            frame = next_frame(camera)
            np.testing.assert_array_equal(frame.depth_mm(), picture.depth)
            np.testing.assert_array_equal(frame.color_image(), picture.color)
            assert before <= frame.stamp_ns <= time.time_ns()
        assert camera.T_depth_color is not None
        np.testing.assert_allclose(camera.T_depth_color, np.eye(4), atol=1e-6)
        assert camera.name == "software device depth.png"


def test_a_recording_without_the_colour_that_is_wanted_is_refused(
    depth_picture: Path, tmp_path: Path
) -> None:
    depth_picture.with_suffix(".yaml").write_text("fx: 60\nfy: 61\ncx: 31.5\ncy: 23\n")
    path = tmp_path / "gray.db3"
    record(depth_picture, path)
    with pytest.raises(
        CameraError, match=r"gray\.db3: cannot be played .*colour in rgb8.*resolve requests"
    ):
        open_with(rosbag_filename=str(path))
    with open_with(rosbag_filename=str(path), enable_color=False) as camera:
        assert next_frame(camera).color_image() is None


def test_a_recording_that_is_missing_or_damaged_is_named(tmp_path: Path) -> None:
    with pytest.raises(CameraError, match=r"no\.bag: no such recording"):
        open_with(rosbag_filename=str(tmp_path / "no.bag"))
    (tmp_path / "cut.bag").write_bytes(LEGACY.read_bytes()[:100])
    with pytest.raises(CameraError, match=r"cut\.bag: cannot be played "):
        open_with(rosbag_filename=str(tmp_path / "cut.bag"))


def test_a_picture_without_colour_gives_depth_alone(depth_picture: Path) -> None:
    depth_picture.with_suffix(".yaml").write_text("fx: 60\nfy: 61\ncx: 31.5\ncy: 23\n")
    with open_with(depth_image=str(depth_picture)) as camera:
        assert camera.T_depth_color is None
        frame = next_frame(camera)
        assert frame.color_image() is None
        assert frame.color_intrinsics is None
        assert frame.cloud("optical").colors is None


def test_the_stamp_of_a_picture_is_when_it_was_sent(depth_picture: Path) -> None:
    before = time.time_ns()
    with open_with(depth_image=str(depth_picture)) as camera:
        first, second = next_frame(camera).stamp_ns, next_frame(camera).stamp_ns
    assert before - 1_000_000 <= first < second <= time.time_ns()


def test_a_picture_that_is_missing_or_damaged_is_named(depth_picture: Path) -> None:
    with pytest.raises(CloudFileError, match=r"none\.png: .*needs its intrinsics"):
        open_with(depth_image=str(depth_picture.with_name("none.png")))
    depth_picture.write_bytes(depth_picture.read_bytes()[:60])
    with pytest.raises(CloudFileError, match=r"depth\.png: "):
        open_with(depth_image=str(depth_picture))


def test_a_camera_that_is_not_there_is_named() -> None:
    with pytest.raises(CameraError, match=r"no RealSense camera (000 )?is connected"):
        open_with(serial_no="_000")


def test_a_camera_is_chosen_by_its_number_or_because_it_is_the_first() -> None:
    connected = {"111": "first", "222": "second"}
    assert choose(connected, "") == "first"
    assert choose(connected, "222") == "second"
    with pytest.raises(CameraError, match="no RealSense camera 333 is connected; found: 111, 222"):
        choose(connected, "333")


def test_the_profiles_that_a_device_offers_are_listed(depth_picture: Path) -> None:
    rs = librealsense()
    device = SoftwareRealSense(depth_picture).device
    assert offered(device, rs.stream.depth, rs.format.z16) == f"64x48x{FPS}"
    assert offered(device, rs.stream.color, rs.format.rgb8) == f"64x48x{FPS}"
    assert offered(device, rs.stream.infrared, rs.format.y8) == "nothing"
