"""Parameters of the RealSense node."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from grasp_core.errors import ParameterError
from grasp_core.params import check_params, parameter

_PROFILE = re.compile(r"(\d{1,5})x(\d{1,5})x(\d{1,3})")


class StreamProfile(NamedTuple):
    """Size in pixels and frames per second of a stream."""

    width: int
    height: int
    fps: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}x{self.fps}"


@dataclass(frozen=True)
class RealSenseParams:
    """Parameters of the RealSense node; those that realsense2_camera has too bear its names.

    Raises
    ------
    ParameterError : a value is wrong, or two sources are given.
    """

    serial_no: str = parameter(
        "",
        "Serial number of the camera, with a leading _ where YAML would read a number; empty: the "
        "first one found.",
    )
    rosbag_filename: str = parameter(
        "", "Recording of librealsense, .db3 or .bag, played again and again in place of a camera."
    )
    depth_image: str = parameter(
        "",
        "Depth image in PNG, with its intrinsics beside it, that a device of librealsense in "
        "software shows in place of a camera.",
    )
    depth_profile: str = parameter(
        "848x480x15", "Width x height x frames per second of the depth of a camera."
    )
    color_profile: str = parameter(
        "848x480x15", "Width x height x frames per second of the colour of a camera."
    )
    enable_color: bool = parameter(True, "Publish colour images and coloured clouds.")
    decimation: int = parameter(
        1, "Pixels along each edge that become one; 1: no decimation filter.", low=1, high=8
    )
    disparity_filter: bool = parameter(
        True, "Let the spatial and the temporal filter work on disparity, where noise is uniform."
    )
    spatial_filter: bool = parameter(False, "Smooth surfaces and keep their edges.")
    temporal_filter: bool = parameter(
        False, "Average over frames: less noise, but what moves leaves points behind."
    )
    publish_tf: bool = parameter(
        True, "Publish the camera's frames; false where its optical frame has a parent already."
    )
    frame_timeout: float = parameter(
        5.0, "Longest silence of a camera until it is opened anew.", unit="s", low=0.1, high=60.0
    )
    retry_period: float = parameter(
        2.0, "Time from a camera's loss until it is looked for.", unit="s", low=0.1, high=60.0
    )
    autostart: bool = parameter(True, "Configure and activate at the start; false: on command.")

    def __post_init__(self) -> None:
        check_params(self)
        sources = ("serial_no", "rosbag_filename", "depth_image")
        given = [name for name in sources if getattr(self, name)]
        if len(given) > 1:
            raise ParameterError(f"{' and '.join(given)}: give one of {', '.join(sources)}")
        for name in ("depth_profile", "color_profile"):
            self._profile(name)

    @property
    def serial(self) -> str:
        """Serial number as the camera gives it; empty: the first one found."""
        return self.serial_no.removeprefix("_")

    @property
    def depth(self) -> StreamProfile:
        """Profile of the depth."""
        return self._profile("depth_profile")

    @property
    def color(self) -> StreamProfile | None:
        """Profile of the colour, or None where there is to be none."""
        return self._profile("color_profile") if self.enable_color else None

    def _profile(self, name: str) -> StreamProfile:
        text = getattr(self, name)
        found = _PROFILE.fullmatch(text)
        if found is None:
            raise ParameterError(f"{name}: {text!r} is not like 848x480x15")
        return StreamProfile(*(int(number) for number in found.groups()))
