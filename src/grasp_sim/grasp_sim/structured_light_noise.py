"""`StructuredLightNoise`: the faults of a laser projector and a camera such as PhoXi scanners."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from grasp_sim.depth_frame import DepthFrame, pixel_rays
from grasp_sim.errors import SensorNoiseError
from grasp_sim.noise_fields import Image, Mask, bow, correlated_noise, shadow, steps


@dataclass(frozen=True)
class StructuredLightNoise:
    """Faults of triangulation between a camera and a projector to its right.

    The defaults are a PhoXi 3D Scanner L, which is made for 0.87 to 2.15 m (GPR's stands 1.3 m
    above the bin).

    Attributes
    ----------
    baseline_m : from camera to projector; assumption (the housing is 0.6 m long).
    noise_m, reference_m : "temporal noise" of the data sheet, standard deviation, and the distance
        at which it holds, the middle of the range on a logarithmic scale (assumption). It grows
        with the square of the distance, as in all triangulation.
    noise_sigma_px : how far the noise is alike; assumption: the scanner filters lightly.
    bow_m : "calibration accuracy" of the data sheet, standard deviation.
    grazing_deg : incidence beyond which there is no depth, for the camera as for the projector;
        assumption.
    step_m : step of depth that counts as a border; assumption.
    edge_lost_share, flying_share : of the pixels at a border, how many are without depth or between
        the surfaces; assumption: the scanner drops most pixels that see two surfaces.
    glare_deg : a surface whose normal is that close to the mirror direction between camera and
        projector saturates and has no depth; 0 for matt objects (assumption).

    Raises
    ------
    SensorNoiseError : a value is negative, the baseline or reference is 0, or a share is above 1.
    """

    baseline_m: float = 0.55
    noise_m: float = 0.00019
    reference_m: float = 1.37
    noise_sigma_px: float = 0.6
    bow_m: float = 0.0002
    grazing_deg: float = 80.0
    step_m: float = 0.004
    edge_lost_share: float = 0.7
    flying_share: float = 0.05
    glare_deg: float = 0.0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not np.isfinite(value) or value < 0:
                raise SensorNoiseError(f"{name} = {value} must be finite and not negative")
        for name in ("baseline_m", "reference_m"):
            if getattr(self, name) == 0:
                raise SensorNoiseError(f"{name} must be positive")
        for name in ("flying_share", "edge_lost_share"):
            if getattr(self, name) > 1:
                raise SensorNoiseError(f"{name} = {getattr(self, name)} is not in [0, 1]")

    def scaled(self, factor: float) -> StructuredLightNoise:
        """Return the same camera with errors of depth `factor` times as large."""
        return replace(self, noise_m=self.noise_m * factor, bow_m=self.bow_m * factor)

    def apply(self, frame: DepthFrame, rng: np.random.Generator) -> NDArray[np.float32]:
        """Depth (H, W) in metres as the camera would measure it; 0 = no measurement."""
        surface, lost = self._borders(frame.depth, rng)
        lost |= self._unlit(frame)
        sigmas = (self.noise_sigma_px, self.noise_sigma_px)
        noise = self.noise_m * correlated_noise(frame.depth.shape, sigmas, rng)
        noise += self.bow_m * bow(frame.depth.shape, rng)
        depth = surface + noise * (surface / self.reference_m) ** 2
        return np.where((frame.depth > 0) & ~lost, np.maximum(depth, 0.0), 0.0).astype(np.float32)

    def _borders(self, depth: Image, rng: np.random.Generator) -> tuple[Image, Mask]:
        """Depth with pixels between two surfaces, and the pixels that are lost there."""
        beside, low, high = steps(depth, self.step_m)
        draw = rng.random(depth.shape, dtype=np.float32)
        between = low + rng.random(depth.shape, dtype=np.float32) * (high - low)
        flying = beside & (draw < self.flying_share) & (low > 0)
        lost = beside & (draw > 1 - self.edge_lost_share)
        return np.where(flying, between, depth), lost

    def _unlit(self, frame: DepthFrame) -> Mask:
        """Surfaces that the projector does not reach, is too flat on, or dazzles the camera from.

        Grazing is judged by the worse of camera and projector.
        """
        far = np.divide(1, frame.depth, out=np.zeros_like(frame.depth), where=frame.depth > 0)
        hidden = shadow(far * np.float32(frame.camera.fx * self.baseline_m))
        points = pixel_rays(frame.camera) * frame.depth[..., None]
        to_camera = _unit(-points)
        to_projector = _unit(np.array([self.baseline_m, 0.0, 0.0]) - points)
        worst = np.minimum(
            np.einsum("hwc,hwc->hw", frame.normals, to_camera),
            np.einsum("hwc,hwc->hw", frame.normals, to_projector),
        )
        flat = worst < np.cos(np.radians(self.grazing_deg))
        mirror = np.einsum("hwc,hwc->hw", frame.normals, _unit(to_camera + to_projector))
        glare = mirror > np.cos(np.radians(self.glare_deg))
        unlit: Mask = hidden | flat | (glare & (self.glare_deg > 0))
        return unlit


def _unit(vectors: NDArray[np.floating]) -> NDArray[np.floating]:
    """Scale (H, W, 3) to length 1; what has no length, a pixel that sees nothing, stays."""
    norms = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: NDArray[np.floating] = vectors / np.maximum(norms, 1e-12)
    return unit
