"""What the noise models of depth cameras are made of."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, gaussian_filter1d, maximum_filter, minimum_filter

Image = NDArray[np.float32]
Mask = NDArray[np.bool_]

#: A Gaussian is cut off at this many standard deviations; what is beyond is below 0.3 %.
CUTOFF_SIGMAS = 3.0


def correlated_noise(
    shape: tuple[int, int], sigmas_px: tuple[float, float], rng: np.random.Generator
) -> Image:
    """Gaussian noise (H, W) of mean 0 and standard deviation 1, alike in neighbouring pixels.

    White noise under a Gaussian filter: pixels k apart have the correlation
    exp(-k^2 / (4 sigma^2)).

    Parameters
    ----------
    sigmas_px : of the filter along u (columns) and along v (rows); 0 leaves the noise white.
    """
    sigma_u, sigma_v = sigmas_px
    white = rng.standard_normal(shape, dtype=np.float32)
    smooth = gaussian_filter(white, (sigma_v, sigma_u), mode="wrap", truncate=CUTOFF_SIGMAS)
    gain = _gain(shape[0], sigma_v) * _gain(shape[1], sigma_u)
    noise: Image = smooth / np.float32(gain)
    return noise


def _gain(n: int, sigma_px: float) -> float:
    """Give the standard deviation that white noise of length n keeps under the filter."""
    if sigma_px == 0:
        return 1.0
    impulse = np.zeros(n)
    impulse[0] = 1.0
    return float(
        np.linalg.norm(gaussian_filter1d(impulse, sigma_px, mode="wrap", truncate=CUTOFF_SIGMAS))
    )


def bow(shape: tuple[int, int], rng: np.random.Generator) -> Image:
    """Random quadratic surface (H, W) of mean 0, whose standard deviation is 1 on average.

    This is how an error of calibration bends a plane.
    """
    v = np.linspace(-1.0, 1.0, shape[0], dtype=np.float32)[:, None]
    u = np.linspace(-1.0, 1.0, shape[1], dtype=np.float32)[None, :]
    a, b, c = rng.standard_normal(3)
    # Legendre polynomials, scaled to a variance of 1/3 each over the image.
    p_u, p_v = (3 * u**2 - 1) / 2, (3 * v**2 - 1) / 2
    surface: Image = (
        a * np.sqrt(5 / 3) * p_u + b * np.sqrt(5 / 3) * p_v + c * np.sqrt(3.0) * u * v
    ).astype(np.float32)
    return surface


def shadow(disparity_px: Image) -> Mask:
    """Pixels (H, W) that the second imager, or the projector, does not see.

    It stands to the right, so that pixel u of the first imager lies at u - d in the second. There a
    pixel is hidden when one to its right, which is nearer, lies at the same place or further left.

    Parameters
    ----------
    disparity_px : (H, W) in pixels of this image; 0 where nothing is seen.
    """
    u_second = np.arange(disparity_px.shape[1], dtype=np.float32) - disparity_px
    leftmost = np.minimum.accumulate(u_second[:, ::-1], axis=1)[:, ::-1]  # of u and all right of it
    hidden = np.zeros(disparity_px.shape, dtype=bool)
    hidden[:, :-1] = u_second[:, :-1] >= leftmost[:, 1:]
    return hidden


def steps(image: Image, threshold: float | Image) -> tuple[Mask, Image, Image]:
    """Pixels (H, W) beside a step above `threshold`, and the lowest and highest value there.

    A pixel's neighbourhood is 3 by 3 pixels.
    """
    low: Image = minimum_filter(image, size=3)
    high: Image = maximum_filter(image, size=3)
    return high - low > threshold, low, high


def displaced(image: Image, shift_u: Image, shift_v: Image) -> Image:
    """Values of `image` (H, W) at the pixels nearest to (u + shift_u, v + shift_v)."""
    height, width = image.shape
    v, u = np.indices(image.shape, dtype=np.int32)
    v = np.clip(v + np.rint(shift_v).astype(np.int32), 0, height - 1)
    u = np.clip(u + np.rint(shift_u).astype(np.int32), 0, width - 1)
    moved: Image = image[v, u]
    return moved


def smooth_within(image: Image, sigma_px: float, tolerance: float) -> Image:
    """Gaussian mean (H, W) over those neighbours that differ by less than `tolerance`.

    First along the rows, then along the columns.
    """
    radius = int(np.ceil(CUTOFF_SIGMAS * sigma_px))
    offsets = np.arange(-radius, radius + 1)
    kernel = np.exp(-0.5 * (offsets / max(sigma_px, 1e-6)) ** 2).astype(np.float32)
    rows = _smooth_rows(np.ascontiguousarray(image), kernel, tolerance)
    columns = _smooth_rows(np.ascontiguousarray(rows.T), kernel, tolerance)
    return np.ascontiguousarray(columns.T)


@njit(cache=True, nogil=True)
def _smooth_rows(image: Image, kernel: NDArray[np.float32], tolerance: float) -> Image:
    height, width = image.shape
    radius = len(kernel) // 2
    out = np.empty_like(image)
    for v in range(height):
        for u in range(width):
            middle = image[v, u]
            total, weights = np.float32(0.0), np.float32(0.0)
            for k in range(max(-radius, -u), min(radius, width - 1 - u) + 1):
                value = image[v, u + k]
                if abs(value - middle) < tolerance:
                    total += kernel[radius + k] * value
                    weights += kernel[radius + k]
            out[v, u] = total / weights
    return out
