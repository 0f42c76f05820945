"""The papers' two cells, as their depth cameras see them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from grasp_core.camera import Camera
from grasp_core.checks import Float
from grasp_sim.errors import SensorNoiseError
from grasp_sim.sensor_noise import SensorNoise
from grasp_sim.stereo_noise import StereoNoise
from grasp_sim.structured_light_noise import StructuredLightNoise
from grasp_sim.views import orbit


@dataclass(frozen=True)
class CameraSetup:
    """A depth camera, its faults, and the range of places from which it looks at a cell.

    Attributes
    ----------
    camera : intrinsics of the depth image.
    noise : faults of the depth image.
    distance_m : nearest and farthest distance from the point that the camera looks at.
    tilt_deg : least and greatest angle between the line of sight and straight down.

    Raises
    ------
    SensorNoiseError : a range is empty, a distance is not positive or a tilt not in [0, 90).
    """

    camera: Camera
    noise: SensorNoise
    distance_m: tuple[float, float]
    tilt_deg: tuple[float, float]

    def __post_init__(self) -> None:
        near, far = self.distance_m
        if not 0 < near <= far < np.inf:
            raise SensorNoiseError(f"distance_m = {self.distance_m}, expected 0 < near <= far")
        low, high = self.tilt_deg
        if not 0 <= low <= high < 90:
            raise SensorNoiseError(f"tilt_deg = {self.tilt_deg}, expected 0 <= low <= high < 90")

    def sample_view(self, target: ArrayLike, rng: np.random.Generator) -> Float:
        """Draw a pose `T_world_camera` (4, 4) that looks at `target` (3,), metres in the world.

        Distance and tilt are uniform in their ranges, azimuth is in the full circle.
        """
        return orbit(
            target,
            distance_m=rng.uniform(*self.distance_m),
            tilt_rad=np.radians(rng.uniform(*self.tilt_deg)),
            azimuth_rad=rng.uniform(-np.pi, np.pi),
        )


#: GPR (section VI.C): a PhoXi about 1.3 m above the bin. Its low resolution of 1032 x 772; the
#: focal length follows from the projection angle of 47.5 degrees of the manufacturer's description.
PHOXI_BIN = CameraSetup(
    camera=Camera(width=1032, height=772, fx=1172.0, fy=1172.0, cx=515.5, cy=385.5),
    noise=StructuredLightNoise(),
    distance_m=(1.25, 1.35),
    tilt_deg=(0.0, 5.0),
)

#: Scale-Balanced Grasp: a D435 above a table, upright and tilted views (GraspNet-1Billion moves it
#: on a quarter sphere). 848 x 480 with 90 degrees, as Intel's tuning guide has it.
D435_TABLE = CameraSetup(
    camera=Camera(width=848, height=480, fx=424.0, fy=424.0, cx=423.5, cy=239.5),
    noise=StereoNoise(),
    distance_m=(0.4, 0.7),
    tilt_deg=(0.0, 40.0),
)
