"""Noisy-clean Mix (NcM): objects of a measured cloud replaced by their noise-free points.

Scale-Balanced Grasp, section 3.3. The clean cloud is rendered from the same camera, so that what
the camera missed is left out of it pixel by pixel.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from grasp_learning.view_sample import Float32, View

#: Probability that an object keeps its measured points (the repository's value).
KEEP_NOISY = 0.75
#: Metres between a measured and a clean point of one pixel, beyond which the measurement shows
#: something else, such as the empty space beside an edge (the repository's value).
FAR_M = 0.008


def noisy_clean_mix(
    view: View, keep_noisy: float, rng: np.random.Generator
) -> tuple[Float32, NDArray[np.int64], NDArray[np.int64]]:
    """Take the measured points of some objects of a view, and the clean ones of the others.

    Table and bin count as one object. A measurement far from its clean point stays where an object
    is noisy, as background, and is left out where it is clean.

    Parameters
    ----------
    keep_noisy : probability that an object stays noisy; 1 gives the measured cloud.

    Returns
    -------
    points : (K, 3) metres, in the frame of the view.
    instances : (K,) object that each point is on, 0 for none.
    pixels : (K,) index into the view of each point.
    """
    noisy_objects = rng.random(len(view.spec.objects) + 1) < keep_noisy
    noisy = noisy_objects[view.instances]
    far = np.linalg.norm(view.measured - view.clean, axis=1) > FAR_M
    points = np.where(noisy[:, None], view.measured, view.clean)
    instances = np.where(far, 0, view.instances).astype(np.int64)
    kept = np.flatnonzero(view.measured_valid & (noisy | ~far))
    return points[kept], instances[kept], kept
