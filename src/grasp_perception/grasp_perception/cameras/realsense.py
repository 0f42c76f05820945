"""`RealSense`: a camera, a recording or a device in software that streams through librealsense."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any

import numpy as np

from grasp_core.checks import Float
from grasp_core.transforms import transform
from grasp_perception.cameras.librealsense import camera_errors, librealsense
from grasp_perception.cameras.realsense_filters import DepthFilters
from grasp_perception.cameras.realsense_frame import RealSenseFrame

_NS_PER_MS = 1_000_000


class RealSense:
    """Starts a pipeline of librealsense and gives its frames; stops it at the end of `with`.

    A recording begins again at its end.

    Parameters
    ----------
    pipeline, config : rs.pipeline and rs.config.
    filters : of this camera alone.
    color : whether frames have colour.
    stop : what is to stop before the pipeline.

    Attributes
    ----------
    name : model and serial number.
    T_depth_color : (4, 4) pose of the colour optical frame in the depth optical frame, or None
        without colour.

    Raises
    ------
    RuntimeError : librealsense cannot start the pipeline.
    """

    def __init__(
        self,
        pipeline: Any,
        config: Any,
        filters: DepthFilters,
        color: bool,
        stop: Callable[[], None] | None = None,
    ) -> None:
        rs = librealsense()
        self._rs = rs
        self._pipeline = pipeline
        self._config = config
        self._filters = filters
        self._stop = stop
        self._to_points = rs.pointcloud()
        profile = pipeline.start(config)
        device = profile.get_device()
        self._playback = device.as_playback() if device.is_playback() else None
        known = (rs.camera_info.name, rs.camera_info.serial_number)
        self.name = " ".join(device.get_info(each) for each in known if device.supports(each))
        self.T_depth_color = _color_pose(rs, profile) if color else None

    def __enter__(self) -> RealSense:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._stop is not None:
            self._stop()
        with suppress(RuntimeError):  # the pipeline of a camera that is gone cannot be stopped
            self._pipeline.stop()

    def read(self, timeout_sec: float) -> RealSenseFrame | None:
        """Wait for the next frame; None if it does not come within `timeout_sec`.

        Raises
        ------
        CameraError : the camera is lost, or a filter fails.
        """
        with camera_errors(f"{self.name} is lost"):
            arrived, frames = self._pipeline.try_wait_for_frames(round(1000 * timeout_sec))
            if not arrived:
                self._rewind_at_the_end()
                return None
        depth = frames.get_depth_frame()
        stamp_ns = self._stamp_ns(depth)
        color = None if self.T_depth_color is None else frames.get_color_frame()
        return RealSenseFrame(self._filters.process(depth), color, self._to_points, stamp_ns)

    def _rewind_at_the_end(self) -> None:
        """Begin a recording again. librealsense's own repetition stands still now and then."""
        if self._playback is None:
            return
        if self._playback.current_status() == self._rs.playback_status.stopped:
            self._pipeline.stop()
            self._playback = self._pipeline.start(self._config).get_device().as_playback()

    def _stamp_ns(self, frame: Any) -> int:
        """Time of the frame where it is that of this computer's clock, else the present."""
        domains = self._rs.timestamp_domain
        is_host_time = frame.get_frame_timestamp_domain() != domains.hardware_clock
        if self._playback is None and is_host_time:
            return round(float(frame.get_timestamp()) * _NS_PER_MS)
        return time.time_ns()


def _color_pose(rs: Any, profile: Any) -> Float:
    """Pose of the colour optical frame in the depth optical frame."""
    color, depth = (profile.get_stream(each) for each in (rs.stream.color, rs.stream.depth))
    extrinsics = color.get_extrinsics_to(depth)
    rotation = np.reshape(extrinsics.rotation, (3, 3), order="F")  # stored by columns
    return transform(rotation, extrinsics.translation)
