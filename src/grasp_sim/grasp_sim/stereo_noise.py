"""`StereoNoise`: the faults of an active stereo camera such as the RealSense D435.

docs/sensor_noise.md compares it with a real frame.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from grasp_sim.depth_frame import DepthFrame
from grasp_sim.errors import SensorNoiseError
from grasp_sim.noise_fields import (
    Image,
    Mask,
    bow,
    correlated_noise,
    displaced,
    shadow,
    smooth_within,
    steps,
)


@dataclass(frozen=True)
class StereoNoise:
    """Faults of block matching, in pixels of the image that is matched ("matcher pixels").

    The depth image may have another resolution; lengths are converted by its focal length. The
    defaults are a D435: "fitted" means fitted to a real frame of a table 0.47 m away.

    Attributes
    ----------
    focal_px : focal length of the matched image; 848 x 480, the best resolution of a D435 by
        Intel's "Tuning depth cameras for best performance", at its 90 degrees (there too).
    baseline_m : distance between the imagers (D435 URDF of realsense2_description).
    max_disparity_px : widest disparity searched (same tuning guide); what is nearer has no depth.
    disparity_step_px : resolution of the disparity; five fractional bits (librealsense).
    depth_unit_m : resolution of the 16 bit depth image (REP-118, the driver's default).
    noise_px, noise_sigmas_px : standard deviation of the disparity, and how far along u and v it
        is alike (sigmas of `correlated_noise`); fitted. The guide calls 0.1 px or less a good
        value for a textured wall; a glossy table has less texture.
    white_px : noise that differs from pixel to pixel; fitted, hidden by the depth unit.
    bow_px : error of calibration, standard deviation over an image; fitted.
    window_px : sigma of the matching window; it blurs steps below `step_px`; fitted.
    step_px : disparity beyond which two surfaces are told apart; fitted.
    edge_px : by how much the border of a surface wanders; fitted.
    flying_share : of the pixels beside a step, how many lie between the surfaces; fitted.
    edge_lost_share : of the pixels beside a step, how many have no depth; fitted.
    grazing_deg, grazing_spread_deg : incidence beyond which half of the surface has no depth, and
        the spread of that limit; assumption.

    Raises
    ------
    SensorNoiseError : a value is negative, a length or resolution is 0, or a share is above 1.
    """

    focal_px: float = 424.0
    baseline_m: float = 0.050
    max_disparity_px: float = 126.0
    disparity_step_px: float = 1 / 32
    depth_unit_m: float = 0.001
    noise_px: float = 0.145
    noise_sigmas_px: tuple[float, float] = (3.9, 2.6)
    white_px: float = 0.004
    bow_px: float = 0.12
    window_px: float = 3.0
    step_px: float = 2.0
    edge_px: float = 1.5
    flying_share: float = 0.05
    edge_lost_share: float = 0.1
    grazing_deg: float = 78.0
    grazing_spread_deg: float = 3.0

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if not np.isfinite(value).all() or np.any(np.asarray(value) < 0):
                raise SensorNoiseError(f"{name} = {value} must be finite and not negative")
        for name in ("focal_px", "baseline_m", "disparity_step_px", "depth_unit_m"):
            if getattr(self, name) == 0:
                raise SensorNoiseError(f"{name} must be positive")
        for name in ("flying_share", "edge_lost_share"):
            if getattr(self, name) > 1:
                raise SensorNoiseError(f"{name} = {getattr(self, name)} is not in [0, 1]")

    def scaled(self, factor: float) -> StereoNoise:
        """Return the same camera with errors of depth `factor` times as large."""
        return replace(
            self,
            noise_px=self.noise_px * factor,
            white_px=self.white_px * factor,
            bow_px=self.bow_px * factor,
        )

    def apply(self, frame: DepthFrame, rng: np.random.Generator) -> NDArray[np.float32]:
        """Depth (H, W) in metres as the camera would measure it; 0 = no measurement."""
        scale = frame.camera.fx / self.focal_px  # pixels of this image per matcher pixel
        matched, lost = self._match(self._disparity(frame.depth), scale, rng)
        lost |= self._grazing(frame, scale, rng)
        measured = matched + self._errors(frame.depth.shape, scale, rng)
        step = np.float32(self.disparity_step_px)
        measured = np.rint(measured / step) * step
        valid = (frame.depth > 0) & ~lost & (measured > 0) & (measured <= self.max_disparity_px)
        depth = self.focal_px * self.baseline_m / np.where(valid, measured, np.float32(1))
        depth = np.rint(depth / self.depth_unit_m) * self.depth_unit_m
        return np.where(valid, depth, 0.0).astype(np.float32)

    def _disparity(self, depth: NDArray[np.float32]) -> Image:
        """Matcher pixels; 0, which is infinitely far, where nothing is seen."""
        far = np.divide(1, depth, out=np.zeros_like(depth), where=depth > 0)
        return far * np.float32(self.focal_px * self.baseline_m)

    def _match(self, truth: Image, scale: float, rng: np.random.Generator) -> tuple[Image, Mask]:
        """Disparity that the matching window sees, and the pixels that it loses at borders.

        A step that the window blurs to a slope casts no shadow, as in the real frame.
        """
        sigmas = (self.edge_px * scale, self.edge_px * scale)
        shift_u, shift_v = (
            correlated_noise(truth.shape, sigmas, rng) * np.float32(self.edge_px * scale)
            for _ in range(2)
        )
        matched = smooth_within(
            displaced(truth, shift_u, shift_v), self.window_px * scale, self.step_px
        )
        beside, low, high = steps(matched, self.step_px)
        draw = rng.random(truth.shape, dtype=np.float32)
        between = low + rng.random(truth.shape, dtype=np.float32) * (high - low)
        flying = beside & (draw < self.flying_share)
        lost = beside & (draw > 1 - self.edge_lost_share)
        lost |= shadow(matched * np.float32(scale))
        return np.where(flying, between, matched), lost

    def _errors(self, shape: tuple[int, ...], scale: float, rng: np.random.Generator) -> Image:
        """Errors of the disparity, in matcher pixels."""
        height, width = shape
        sigma_u, sigma_v = self.noise_sigmas_px
        alike = correlated_noise((height, width), (sigma_u * scale, sigma_v * scale), rng)
        white = rng.standard_normal((height, width), dtype=np.float32)
        errors = self.noise_px * alike + self.white_px * white
        errors += self.bow_px * bow((height, width), rng)
        return errors.astype(np.float32)

    def _grazing(self, frame: DepthFrame, scale: float, rng: np.random.Generator) -> Mask:
        """Surfaces that a whole matching window sees too flat, in patches."""
        sigma = self.window_px * scale
        spread = self.grazing_spread_deg * correlated_noise(frame.depth.shape, (sigma, sigma), rng)
        incidence_deg = gaussian_filter(np.degrees(frame.incidence_rad()), sigma, mode="nearest")
        grazing: Mask = incidence_deg > self.grazing_deg + spread
        return grazing
