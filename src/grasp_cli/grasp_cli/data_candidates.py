"""Candidates for the trials of a data set: what a detector finds before the pipeline's NMS."""

from __future__ import annotations

import numpy as np

from grasp_cli.named_detectors import shared_detector, title
from grasp_core.cloud import PointCloud
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.transforms import transform
from grasp_perception.pipeline import Pipeline, PipelineParams
from grasp_perception.request import Region, Request
from grasp_sim.bins import Bin

#: Metres that the region of interest keeps from walls, so that these are not grasped, and goes over
#: the border of a bare table, where objects may lie.
INSIDE_M, OUTSIDE_M = 0.01, 0.02
#: Metres, height of the region of interest, from below the floor upwards.
HEIGHT_M, BELOW_M = 0.34, 0.01
#: Metres: so little that near-duplicates stay.
NMS_M = 1e-5
#: More than the search ever finds.
MOST = 10_000


def candidates(name: str, cloud: PointCloud, box: Bin, gripper: Gripper) -> Grasps:
    """Candidates of the perception pipeline that are free of collision with the cloud.

    Those are among them that the detector expects to fail: a scorer learns from these too.

    Parameters
    ----------
    name : of the detector, as for `named_detector`.
    cloud : as measured, in the frame "world".
    """
    params = PipelineParams(nms_distance=NMS_M, max_grasps=MOST, min_score=0.0)
    pipeline = Pipeline(params, gripper, shared_detector(name))
    return pipeline.run(cloud, Request(region=inner_region(box, cloud.frame_id))).grasps


def identity(name: str) -> str:
    """Name a detector, and its weights if it has any: other weights propose other grasps."""
    return f"{title(name)} {shared_detector(name).checksum}".strip()


def inner_region(box: Bin, frame_id: str) -> Region:
    """Box in which grasps are searched."""
    margin = -INSIDE_M if box.height > 0 else OUTSIDE_M
    size = np.array([box.length + 2 * margin, box.width + 2 * margin, HEIGHT_M])
    center = transform(np.eye(3), [0.0, 0.0, HEIGHT_M / 2 - BELOW_M])
    return Region(center, size, frame_id)
