"""`network_scene`: the points that a network is given, as in its training."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import Float
from grasp_core.cloud import PointCloud
from grasp_core.proximity import within
from grasp_core.transforms import approach_frame, transform_points
from grasp_core.voxels import voxel_downsample
from grasp_perception.detector import DetectionContext


def network_scene(
    cloud: PointCloud, context: DetectionContext, points: int, margin_m: float, voxel_m: float
) -> tuple[Float, NDArray[np.float32]]:
    """Cut the scene around the objects out, in the approach frame and in random order.

    Parameters
    ----------
    cloud : the objects, at least one point.
    points : at most so many of the scene, 0 for all.
    margin_m : metres around the points of the objects.
    voxel_m : edge of voxels that the scene is thinned to before, metres; 0 for none.

    Returns
    -------
    T_network_frame : (4, 4) pose of the cloud's frame in the approach frame, whose origin is the
        mean of the points around the objects.
    points : (N, 3) metres, in the approach frame.
    """
    scene = context.scene.cells.points
    if voxel_m > 0:
        scene, _ = voxel_downsample(scene, voxel_m)
    near = scene[within(scene, cloud.points, margin_m)]
    T = approach_frame(context.cone_axis, near)
    scene = transform_points(T, near)
    shuffled: NDArray[np.float32] = context.rng.permutation(scene)[: points or len(scene)]
    return T, shuffled
