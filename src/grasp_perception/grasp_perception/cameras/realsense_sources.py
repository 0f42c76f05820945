"""Where a RealSense's frames come from: a camera, a recording, or a picture."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grasp_perception.cameras.librealsense import camera_errors, librealsense
from grasp_perception.cameras.realsense import RealSense
from grasp_perception.cameras.realsense_filters import DepthFilters
from grasp_perception.cameras.realsense_params import RealSenseParams, StreamProfile
from grasp_perception.cameras.software_realsense import SoftwareRealSense
from grasp_perception.errors import CameraError

#: Frames per second. Without it librealsense takes the format for the number of a stream.
_ANY_RATE = 0


def open_realsense(params: RealSenseParams) -> RealSense:
    """Open the source that the parameters name and start its streams.

    Raises
    ------
    CameraError : it is absent, or does not offer what is wanted.
    CloudFileError : the picture is missing or damaged.
    """
    if params.rosbag_filename:
        return _open_recording(params)
    if params.depth_image:
        return open_software(SoftwareRealSense(params.depth_image), params)
    return _open_camera(params)


def _open_camera(params: RealSenseParams) -> RealSense:
    rs = librealsense()
    context = rs.context()
    device = choose(_connected(rs, context), params.serial)
    config = rs.config()
    config.enable_device(device.get_info(rs.camera_info.serial_number))
    streams = [(rs.stream.depth, rs.format.z16, params.depth)]
    if params.color is not None:
        streams.append((rs.stream.color, rs.format.rgb8, params.color))
    for stream, pixel_format, (width, height, fps) in streams:
        config.enable_stream(stream, width, height, pixel_format, fps)
    try:
        return RealSense(rs.pipeline(context), config, DepthFilters(params), params.enable_color)
    except RuntimeError as error:
        wanted = ", ".join(f"{stream.name} {size}" for stream, _, size in streams)
        offers = "; ".join(
            f"{stream.name} {offered(device, stream, pixel_format)}"
            for stream, pixel_format, _ in streams
        )
        raise CameraError(f"{error}: wanted {wanted}; offered at this port: {offers}") from error


def _connected(rs: Any, context: Any) -> dict[str, Any]:
    """Devices by their serial numbers."""
    with camera_errors("cannot look for cameras"):
        return {
            device.get_info(rs.camera_info.serial_number): device
            for device in context.query_devices()
            if device.supports(rs.camera_info.serial_number)
        }


def choose(connected: Mapping[str, Any], serial: str) -> Any:
    """Return the device of a serial number, or the first where the number is empty.

    Raises
    ------
    CameraError : it is not among those that are connected.
    """
    if not connected:
        raise CameraError("no RealSense camera is connected")
    if serial and serial not in connected:
        found = ", ".join(connected)
        raise CameraError(f"no RealSense camera {serial} is connected; found: {found}")
    return connected[serial] if serial else next(iter(connected.values()))


def offered(device: Any, stream: Any, pixel_format: Any) -> str:
    """List the profiles of a stream that a device offers, largest first.

    Raises
    ------
    CameraError : the device does not answer any more.
    """
    with camera_errors("cannot ask the camera for its profiles"):
        videos = [
            each.as_video_stream_profile()
            for sensor in device.query_sensors()
            for each in sensor.get_stream_profiles()
            if each.stream_type() == stream and each.format() == pixel_format
        ]
        profiles = {StreamProfile(each.width(), each.height(), each.fps()) for each in videos}
    return ", ".join(map(str, sorted(profiles, reverse=True))) or "nothing"


def _open_recording(params: RealSenseParams) -> RealSense:
    rs = librealsense()
    path = Path(params.rosbag_filename)
    if not path.is_file():
        raise CameraError(f"{path}: no such recording")
    wanted = "depth in z16 and colour in rgb8" if params.enable_color else "depth in z16"
    with camera_errors(f"{path}: cannot be played (wanted: {wanted})"):
        config = _as_it_comes(params.enable_color)
        config.enable_device_from_file(str(path), repeat_playback=False)
        return RealSense(rs.pipeline(), config, DepthFilters(params), params.enable_color)


def open_software(software: SoftwareRealSense, params: RealSenseParams) -> RealSense:
    """Start the streams of a device in software; colour only where it has any.

    Raises
    ------
    CameraError : librealsense refuses.
    """
    color = params.enable_color and software.has_color
    with camera_errors("the device in software does not start"):
        pipeline = librealsense().pipeline()
        pipeline.set_device(software.device)
        config = _as_it_comes(color)
        camera = RealSense(pipeline, config, DepthFilters(params), color, software.stop)
    software.start()
    return camera


def _as_it_comes(color: bool) -> Any:
    """Return the rs.config of depth, and of colour, in the size and at the rate of the source."""
    rs = librealsense()
    config = rs.config()
    config.enable_stream(rs.stream.depth, rs.format.z16, _ANY_RATE)
    if color:
        config.enable_stream(rs.stream.color, rs.format.rgb8, _ANY_RATE)
    return config
