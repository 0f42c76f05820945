"""`RandomDetector`: the geometric detector without its judgement, to tell what that is worth."""

from __future__ import annotations

from dataclasses import replace

from grasp_core.cloud import PointCloud
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_perception.detector import DetectionContext
from grasp_perception.geometric.antipodal import AntipodalDetector


class RandomDetector(AntipodalDetector):
    """The antipodal detector without its judgement: the same candidates, each with a random score.

    A candidate is still an antipodal contact pair under the approach that fits it best, and still
    passes the pipeline's collision filter: what is random is which of them is tried.
    """

    name = "random"

    def detect(self, cloud: PointCloud, gripper: Gripper, context: DetectionContext) -> Grasps:
        """Return the candidates in the frame of the cloud, with scores drawn from `context.rng`."""
        found = super().detect(cloud, gripper, context)
        return replace(found, scores=context.rng.random(len(found)))
