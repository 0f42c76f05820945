"""`CameraLoop`: reads a camera in a thread, and opens it anew when it is lost."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event, Thread
from time import monotonic
from typing import Protocol

from grasp_core.errors import GraspError
from grasp_perception.cameras.camera_health import CameraHealth
from grasp_perception.cameras.realsense import RealSense
from grasp_perception.cameras.realsense_frame import RealSenseFrame
from grasp_perception.errors import CameraError

#: Longest time until a request to stop is noticed.
POLL_SEC = 0.2
#: Longest wait for the thread at the end. librealsense may be busy with a camera that just went.
LAST_WORK_SEC = 5.0


class FrameSink(Protocol):
    """Takes what a camera gives; called in the loop's thread."""

    def opened(self, camera: RealSense) -> None:
        """Take note of a camera that has begun to stream."""
        ...

    def frame(self, frame: RealSenseFrame) -> None:
        """Take a frame, which is good until this returns."""
        ...

    def lost(self, reason: str) -> None:
        """Take note that there is no camera, and why."""
        ...


class CameraLoop:
    """Opens, reads and, after a loss, opens again, until it is stopped.

    Parameters
    ----------
    open_camera : opens it, or raises a GraspError that says why not.
    sink : takes the frames.
    health : is told what happens.
    frame_timeout_sec : longest silence until the camera counts as lost.
    retry_sec : pause from a loss to the next attempt.
    """

    def __init__(
        self,
        open_camera: Callable[[], RealSense],
        sink: FrameSink,
        health: CameraHealth,
        frame_timeout_sec: float,
        retry_sec: float,
    ) -> None:
        self._open_camera = open_camera
        self._sink = sink
        self._health = health
        self._frame_timeout_sec = frame_timeout_sec
        self._retry_sec = retry_sec
        self._stopping = Event()
        self._thread = Thread(target=self._run, daemon=True)

    def start(self) -> None:
        """Begin to look for the camera."""
        self._thread.start()

    def stop(self) -> None:
        """End, and wait within bounds until the camera is closed."""
        self._stopping.set()
        self._thread.join(LAST_WORK_SEC)

    @property
    def runs(self) -> bool:
        """Whether its thread lives."""
        return self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                with self._open_camera() as camera:
                    self._health.connected(camera.name, monotonic())
                    self._sink.opened(camera)
                    self._read(camera)
            except GraspError as error:
                self._health.failed(str(error))
                self._sink.lost(str(error))
                self._stopping.wait(self._retry_sec)

    def _read(self, camera: RealSense) -> None:
        """Pass frames on until told to stop."""
        deadline = monotonic() + self._frame_timeout_sec
        while not self._stopping.is_set():
            frame = camera.read(POLL_SEC)
            if frame is not None:
                self._health.frame_arrived(monotonic())
                self._sink.frame(frame)
                deadline = monotonic() + self._frame_timeout_sec
            elif monotonic() > deadline:
                raise CameraError(f"{camera.name} has sent nothing for {self._frame_timeout_sec} s")
