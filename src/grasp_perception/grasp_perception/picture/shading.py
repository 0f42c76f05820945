"""How a picture of a cloud looks: the colours of its points, light, and what covers what."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import uniform_filter

from grasp_core.checks import Float
from grasp_core.cloud import PointCloud
from grasp_perception.picture.raster import Layer

Float32 = NDArray[np.float32]
RGB = NDArray[np.uint8]

BACKGROUND = (24, 27, 33)
#: Gray of a cloud without colours, lowest and highest point: so colour means score alone.
LOW_GRAY, HIGH_GRAY = 0.40, 0.95
#: A gripper behind the cloud shines through with this opacity.
HIDDEN_OPACITY = 0.22
#: Brightness of the line around a gripper, relative to the gripper.
OUTLINE = 0.25
#: Eye-dome lighting (Boucheny 2009): how dark a step in depth makes what lies behind it, up to
#: which relative step, and over how many pixels it is looked for.
STEP_STRENGTH, LARGEST_STEP, STEP_PX = 3.0, 0.05, 3
#: Share of the light that does not depend on the slope, and the pixels over which the slope is
#: measured: a depth camera's noise is larger than the step between two pixels.
AMBIENT, SLOPE_PX = 0.4, 15


def point_colors(cloud: PointCloud, up: Float) -> Float32:
    """RGB (N, 3) in [0, 1]: the cloud's own colours, else gray by height along `up` (3,).

    Colours that are all black are none: some tools write an empty field of colours.
    """
    if cloud.colors is not None and cloud.colors.any():
        return cloud.colors.astype(np.float32) / np.float32(255)
    if len(cloud) == 0:
        return np.zeros((0, 3), np.float32)
    heights = cloud.points @ up.astype(np.float32)
    low, high = np.percentile(heights, (2, 98))
    share = np.clip((heights - low) / max(high - low, 1e-6), 0, 1)
    gray = LOW_GRAY + (HIGH_GRAY - LOW_GRAY) * share
    return np.repeat(gray[:, None], 3, axis=1).astype(np.float32)


def composed(
    scene: Layer,
    grippers: Layer,
    supersampling: int,
    slope_focal: float | None,
    background: tuple[int, int, int] = BACKGROUND,
) -> RGB:
    """Put outlined grippers before or behind the shaded scene, and average squares to pixels.

    Parameters
    ----------
    slope_focal : focal length in pixels to light slopes, which a cloud without colours needs; None
        leaves the light as the camera saw it.
    background : RGB where there is nothing.
    """
    shade = _step_shade(scene.depth)
    if slope_focal is not None:
        shade *= AMBIENT + (1 - AMBIENT) * _lamp(scene.depth, slope_focal)
    picture = scene.color * shade[..., None]
    picture[scene.label < 0] = np.array(background, np.float32) / 255
    drawn = grippers.label >= 0
    light = np.where(_outlines(grippers.label)[drawn], OUTLINE, 1.0)
    opacity = np.where(grippers.depth[drawn] <= scene.depth[drawn], 1.0, HIDDEN_OPACITY)
    behind = picture[drawn]
    in_front = light[:, None] * grippers.color[drawn]
    picture[drawn] = behind + opacity[:, None] * (in_front - behind)
    height, width, s = picture.shape[0], picture.shape[1], supersampling
    means = picture.reshape(height // s, s, width // s, s, 3).mean(axis=(1, 3))
    rgb: RGB = (255 * np.clip(means, 0, 1) + 0.5).astype(np.uint8)
    return rgb


def _outlines(label: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Pixels (H, W) at which one thing ends."""
    edge = np.zeros(label.shape, bool)
    for axis in (0, 1):
        for shift in (-1, 1):
            edge |= label != np.roll(label, shift, axis)
    return edge


def _step_shade(depth: Float32) -> Float32:
    """Factor (H, W) in (0, 1] that darkens a pixel beside which something nearer begins."""
    with np.errstate(invalid="ignore"):  # infinity minus infinity, where there is nothing
        logs = np.log(depth)
        steps = np.zeros_like(depth)
        for axis in (0, 1):
            place = np.arange(logs.shape[axis])
            for shift in (-STEP_PX, STEP_PX):
                beside = logs.take(np.clip(place + shift, 0, place[-1]), axis)
                step = np.clip(logs - beside, 0, LARGEST_STEP)
                steps += np.where(np.isnan(step), 0, step)
    shade: Float32 = np.exp(-STEP_STRENGTH * steps)
    return shade


def _lamp(depth: Float32, focal: float) -> Float32:
    """Lambert's law (H, W) for a lamp at the camera, by the slope of the depth."""
    filled = np.where(np.isfinite(depth), depth, 0)
    weight = uniform_filter((filled > 0).astype(np.float32), SLOPE_PX)
    smooth = uniform_filter(filled, SLOPE_PX) / np.maximum(weight, 1e-3)
    down, right = np.gradient(smooth)
    step_m = np.maximum(smooth, 1e-3) / focal  # what one pixel spans there
    light: Float32 = 1 / np.sqrt(1 + (down / step_m) ** 2 + (right / step_m) ** 2)
    return light
