"""Who can be evaluated: detectors by name, files of networks, and the labels themselves."""

from __future__ import annotations

from dataclasses import dataclass

from grasp_cli.errors import OptionError
from grasp_cli.eval_sources import Sample
from grasp_cli.named_detectors import shared_detector
from grasp_core.cloud import PointCloud
from grasp_core.collision import gripper_collisions
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_perception.detector import DetectionContext, Detector
from grasp_perception.pipeline import Pipeline, PipelineParams
from grasp_perception.request import Request

#: Gives the free labels of a data set, by rising quality: the best that can be learned from it.
LABELS = "labels"


@dataclass(frozen=True, eq=False)
class Found:
    """What a detector found in a view.

    Attributes
    ----------
    grasps : all of them, before the pipeline's filters.
    free : those that meet no point of the cloud on their way.
    """

    grasps: Grasps
    free: Grasps


class _Tap:
    """Detector that keeps what another one was asked and answered."""

    def __init__(self, detector: Detector, frame_id: str) -> None:
        self.name, self.checksum = detector.name, detector.checksum
        self.least_score = 0.0  # all that it finds is judged
        self.reaches_support = detector.reaches_support
        self.approximate = False  # what the pipeline makes of them is not judged
        self._detector = detector
        self.grasps = Grasps.empty(frame_id)
        self.context: DetectionContext | None = None

    def detect(self, cloud: PointCloud, gripper: Gripper, context: DetectionContext) -> Grasps:
        """Ask the other one."""
        self.grasps, self.context = self._detector.detect(cloud, gripper, context), context
        return self.grasps


def find_grasps(name: str, sample: Sample, gripper: Gripper) -> Found:
    """Detect grasps in a view, in its frame, after the pipeline's preparation.

    Raises
    ------
    OptionError : there is no such detector, or the view has no labels.
    ModelFileError : the file of a network is missing or damaged.
    """
    if name == LABELS:
        if sample.labels is None:
            raise OptionError(f"{LABELS!r} needs a generated data set (--data)")
        return Found(sample.labels, sample.labels)
    params = PipelineParams()
    tap = _Tap(shared_detector(name), sample.cloud.frame_id)
    Pipeline(params, gripper, tap).run(sample.cloud, Request(region=sample.region))
    if tap.context is None:  # nothing to search on was left
        return Found(tap.grasps, tap.grasps)
    hit = gripper_collisions(
        tap.grasps,
        gripper,
        tap.context.scene,
        params.approach_distance,
        params.collision_points,
    )
    return Found(tap.grasps, tap.grasps[~hit])


def check_name(name: str) -> None:
    """Refuse a name of no detector, before hours are spent.

    Raises
    ------
    OptionError : lists the valid names.
    ModelFileError : the file of a network is missing or damaged.
    """
    if name == LABELS:
        return
    try:
        shared_detector(name)
    except OptionError as error:
        raise OptionError(f"{error}, or {LABELS}") from error
