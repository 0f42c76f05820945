"""`SoftwareRealSense`: a device of librealsense in software that shows one picture."""

from __future__ import annotations

import time
from pathlib import Path
from threading import Event, Thread
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grasp_core.camera import Camera
from grasp_core.checks import Float
from grasp_perception.cameras.librealsense import camera_errors, librealsense
from grasp_perception.clouds.depth_files import read_picture
from grasp_perception.clouds.file_errors import file_errors

#: Frames per second: enough to look alive, and little work.
FPS = 15
#: Metres per count of a PNG in millimetres.
_DEPTH_UNIT_M = 0.001
#: Distance of the imagers of a D435, which the disparity filter needs (realsense2_description).
_BASELINE_MM = 50.0
_MS_PER_S = 1000.0
#: Longest wait for the thread that sends frames, which never waits long itself.
_JOIN_SEC = 2.0

#: A sensor, its stream's profile, and pixels (H, W) or (H, W, 3).
_Output = tuple[Any, Any, NDArray[np.generic]]


class SoftwareRealSense:
    """Sends the same depth, and colour if there is any, with the time of now.

    A picture whose file vanishes is a camera that was unplugged: no frames come until the file is
    back.

    Parameters
    ----------
    path : depth image, PNG in millimetres, with its intrinsics beside it.
    T_depth_color : (4, 4) pose of the colour camera, whose image is taken as aligned to the depth
        where it is left out.

    Attributes
    ----------
    device : rs.software_device.
    camera : of both streams.
    has_color : whether the picture has colour.

    Raises
    ------
    CloudFileError : the picture is missing or damaged.
    """

    def __init__(self, path: Path | str, T_depth_color: Float | None = None) -> None:
        rs = librealsense()
        self._path = Path(path)
        with file_errors(self._path):
            picture = read_picture(self._path)
        self.camera = picture.camera
        self.has_color = picture.color is not None
        self.device = rs.software_device()
        self.device.register_info(rs.camera_info.name, "software device")
        self.device.register_info(rs.camera_info.serial_number, self._path.name)
        depth_sensor = self.device.add_sensor("Stereo Module")
        depth_sensor.add_read_only_option(rs.option.depth_units, _DEPTH_UNIT_M)
        depth_sensor.add_read_only_option(rs.option.stereo_baseline, _BASELINE_MM)
        depth_stream = _stream(rs, self.camera, rs.stream.depth, rs.format.z16, 2)
        depth_profile = depth_sensor.add_video_stream(depth_stream)
        depth = np.ascontiguousarray(picture.depth, np.uint16)
        self._outputs: list[_Output] = [(depth_sensor, depth_profile, depth)]
        if picture.color is not None:
            color_sensor = self.device.add_sensor("RGB Camera")
            color_stream = _stream(rs, self.camera, rs.stream.color, rs.format.rgb8, 3)
            color_profile = color_sensor.add_video_stream(color_stream)
            T = np.eye(4) if T_depth_color is None else T_depth_color
            color_profile.register_extrinsics_to(depth_profile, _extrinsics(rs, T))
            self._outputs.append((color_sensor, color_profile, picture.color))
        self._stopping = Event()
        self._thread = Thread(target=self._send_frames, daemon=True)

    def start(self) -> None:
        """Begin to send frames; the device's streams have been started."""
        self._thread.start()

    def stop(self) -> None:
        """Send no more frames."""
        self._stopping.set()
        self._thread.join(_JOIN_SEC)

    def _send_frames(self) -> None:
        number = 0
        while not self._stopping.wait(1 / FPS):
            if self._path.is_file():
                number += 1
                self.send(number, time.time() * _MS_PER_S)

    def send(self, number: int, time_ms: float) -> None:
        """Send one frame of each stream.

        Parameters
        ----------
        number, time_ms : of the frame, and when it was taken, since the epoch.

        Raises
        ------
        CameraError : the streams have not been started.
        """
        rs = librealsense()
        with camera_errors("the device in software took no frame"):
            for sensor, profile, pixels in self._outputs:
                frame = rs.software_video_frame()
                frame.pixels = pixels
                frame.stride, frame.bpp = pixels.strides[:2]  # bytes of a row and of a pixel
                frame.timestamp = time_ms
                frame.domain = rs.timestamp_domain.system_time
                frame.frame_number = number
                frame.profile = profile.as_video_stream_profile()
                frame.depth_units = _DEPTH_UNIT_M
                sensor.on_video_frame(frame)


def _stream(rs: Any, camera: Camera, kind: Any, pixel_format: Any, pixel_bytes: int) -> Any:
    stream = rs.video_stream()
    stream.type, stream.fmt, stream.bpp = kind, pixel_format, pixel_bytes
    stream.index, stream.uid = 0, int(kind)
    stream.width, stream.height, stream.fps = camera.width, camera.height, FPS
    values = rs.intrinsics()
    values.width, values.height = camera.width, camera.height
    values.fx, values.fy, values.ppx, values.ppy = camera.fx, camera.fy, camera.cx, camera.cy
    values.model, values.coeffs = rs.distortion.brown_conrady, [0.0] * 5
    stream.intrinsics = values
    return stream


def _extrinsics(rs: Any, T_to_from: Float) -> Any:
    values = rs.extrinsics()
    values.rotation = T_to_from[:3, :3].ravel(order="F").tolist()  # stored by columns
    values.translation = T_to_from[:3, 3].tolist()
    return values
