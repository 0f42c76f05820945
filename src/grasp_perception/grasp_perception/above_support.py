"""Which points of a scene belong to objects, and which to the support or its noise.

A depth camera bends a table into waves about as high as small objects are. But it bends it down as
often as up, and nothing real lies below a support: so the depth of its dips tells how high its
waves are, in each frame anew. Heights are averaged over a fingertip's area before, because waves
average out and objects do not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from grasp_core.checks import Float
from grasp_core.plane import Plane
from grasp_core.voxels import voxel_components

#: A component of fewer voxels is a speck of noise: at 3 mm, 10 voxels are 0.9 square centimetres.
SPECK_VOXELS = 10
#: A patch this large, or higher than so many tolerances of the support, is no wave: a D435 at 0.5 m
#: makes waves of up to 6 square centimetres and 12 mm.
WAVE_AREA_M2 = 9e-4
WAVE_HEIGHT = 2.1
#: Standard deviation of the average over heights, metres.
SMOOTHING_M = 0.006
#: Share of the dips that may be deeper than what counts as their depth, and the factor by which
#: objects must be higher than it.
DEEPER_SHARE, DIP_FACTOR = 0.002, 1.2
#: Noise of the best cameras: less high is never an object, metres.
LEAST_HEIGHT_M = 0.003


def large_enough(points: NDArray[np.float32], voxel_size: float) -> NDArray[np.bool_]:
    """Which points (N, 3) are no specks of noise."""
    labels = voxel_components(points, voxel_size)
    mask: NDArray[np.bool_] = (np.bincount(labels) >= SPECK_VOXELS)[labels]
    return mask


def above_support(
    points: NDArray[np.float32], support: Plane, voxel_size: float, tolerance: float
) -> NDArray[np.bool_]:
    """Which points (N, 3) belong to objects on a support.

    Parameters
    ----------
    points : one in each voxel of edge `voxel_size`, metres.
    tolerance : metres, points nearer to the support than this belong to it, unless they and those
        around them stand out of its waves.
    """
    heights = support.height(points.astype(np.float64))
    highest_wave = WAVE_HEIGHT * tolerance
    smooth = _smoothed(points, heights, support, voxel_size, highest_wave)
    dips = -smooth[smooth < 0]
    dip = np.quantile(dips, 1 - DEEPER_SHARE) if len(dips) else 0.0
    standing_out = smooth > max(LEAST_HEIGHT_M, DIP_FACTOR * dip)
    standing_out &= heights > smooth / 2  # beside an object the average is high, the support not
    above = np.flatnonzero((heights > tolerance) | standing_out)
    mask = np.zeros(len(points), dtype=bool)
    if len(above) == 0:
        return mask
    labels = voxel_components(points[above], voxel_size)
    sizes = np.bincount(labels)
    certain = standing_out[above] | (heights[above] >= highest_wave)
    solid = np.bincount(labels, certain) > 0
    solid |= sizes * voxel_size**2 >= WAVE_AREA_M2
    solid &= sizes >= SPECK_VOXELS
    mask[above] = solid[labels]
    return mask


def _smoothed(
    points: NDArray[np.float32], heights: Float, support: Plane, cell: float, highest: float
) -> Float:
    """Average heights (N,) over the low points around; of higher points, their own height."""
    smooth = heights.copy()
    low = np.flatnonzero(np.abs(heights) < highest)
    if len(low) == 0:
        return smooth
    across = np.linalg.svd(support.normal[None])[2][1:]  # (2, 3) two directions along the plane
    at = np.floor(points[low] @ across.T / cell).astype(np.int64)
    at -= at.min(axis=0)
    shape, width = tuple(at.max(axis=0) + 1), SMOOTHING_M / cell
    flat = np.ravel_multi_index((at[:, 0], at[:, 1]), shape)
    sums, counts = (
        gaussian_filter(np.bincount(flat, weights, shape[0] * shape[1]).reshape(shape), width)
        for weights in (heights[low], np.ones(len(low)))
    )
    smooth[low] = sums.ravel()[flat] / counts.ravel()[flat]
    return smooth
