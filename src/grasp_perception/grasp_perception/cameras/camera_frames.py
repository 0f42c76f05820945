"""Names and poses of a RealSense's frames, those of realsense2_camera."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from grasp_core.checks import Float
from grasp_core.transforms import inverse, transform

#: Optical frame (x right, y down, z forward) in the frame of a body (x forward, y left, z up).
T_BODY_OPTICAL = transform([[0, 0, 1], [-1, 0, 0], [0, -1, 0]], [0, 0, 0])


class StaticTransform(NamedTuple):
    """Pose of the frame `child` in the frame `parent`, which never changes."""

    parent: str
    child: str
    T_parent_child: Float


@dataclass(frozen=True)
class CameraFrames:
    """Frames of one camera.

    Parameters
    ----------
    camera : name of the camera, which all of its frames begin with.
    """

    camera: str

    @property
    def link(self) -> str:
        """Root, at the place of the depth sensor."""
        return f"{self.camera}_link"

    def sensor(self, stream: str) -> str:
        """Frame of a sensor, "depth" or "color": x forward, y left, z up."""
        return f"{self.camera}_{stream}_frame"

    def optical(self, stream: str) -> str:
        """Optical frame of a sensor, in which its images and clouds are."""
        return f"{self.camera}_{stream}_optical_frame"

    def transforms(self, T_depth_color: Float | None) -> list[StaticTransform]:
        """Tree from the link to the optical frames.

        Parameters
        ----------
        T_depth_color : (4, 4) pose of the colour optical frame in the depth optical frame, or None
            without a colour camera.
        """
        poses = {"depth": np.eye(4)}
        if T_depth_color is not None:
            poses["color"] = T_BODY_OPTICAL @ T_depth_color @ inverse(T_BODY_OPTICAL)
        return [
            each
            for stream, T_link_sensor in poses.items()
            for each in (
                StaticTransform(self.link, self.sensor(stream), T_link_sensor),
                StaticTransform(self.sensor(stream), self.optical(stream), T_BODY_OPTICAL),
            )
        ]
