"""What every noise model of a depth camera offers, and the pair of frames that it gives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import check_array
from grasp_core.cloud import PointCloud
from grasp_sim.depth_frame import DepthFrame


class SensorNoise(Protocol):
    """The faults of one kind of depth camera."""

    def apply(self, frame: DepthFrame, rng: np.random.Generator) -> NDArray[np.float32]:
        """Depth (H, W) in metres as the camera would measure it; 0 = no measurement."""
        ...

    def scaled(self, factor: float) -> SensorNoise:
        """Return the same camera with errors of depth `factor` times as large."""
        ...


@dataclass(frozen=True, eq=False)
class Capture:
    """One view, clean and as measured; both belong to the same pixels.

    NcM (Scale-Balanced Grasp, section 4.3) mixes the two by instance.

    Attributes
    ----------
    clean : the ideal frame.
    depth : (H, W) float32 metres as measured; 0 = no measurement.

    Raises
    ------
    ArrayError : the depths differ in shape or are not finite.
    """

    clean: DepthFrame
    depth: NDArray[np.float32]

    def __post_init__(self) -> None:
        depth = check_array(self.depth, self.clean.depth.shape, "depth", np.float32)
        object.__setattr__(self, "depth", depth)

    def cloud(self, frame_id: str) -> PointCloud:
        """Measured points, in the optical frame."""
        return self.clean.camera.deproject(self.depth, frame_id)

    def clean_cloud(self, frame_id: str) -> PointCloud:
        """Points of the ideal frame, in the optical frame."""
        return self.clean.camera.deproject(self.clean.depth, frame_id)


def capture(frame: DepthFrame, noise: SensorNoise, rng: np.random.Generator) -> Capture:
    """Measure an ideal frame with a faulty camera."""
    return Capture(frame, noise.apply(frame, rng))
