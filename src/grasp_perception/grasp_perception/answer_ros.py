"""`Answer`: one detection from messages to messages; what goes wrong becomes a code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from sensor_msgs.msg import PointCloud2
from visualization_msgs.msg import MarkerArray

from grasp_core.cloud import PointCloud
from grasp_msgs.msg import GraspArray
from grasp_msgs.srv import DetectGrasps
from grasp_nodes.grasps_ros import timing_messages
from grasp_perception import ros
from grasp_perception.errors import (
    CloudMessageError,
    CloudUnitsError,
    RequestError,
    TransformError,
)
from grasp_perception.markers import gripper_shapes
from grasp_perception.pipeline import Detection, Pipeline
from grasp_perception.stopwatch import Stopwatch

Response = DetectGrasps.Response

#: Every other error is DETECTION_FAILED.
CODES: dict[type[Exception], int] = {
    CloudMessageError: Response.INVALID_CLOUD,
    CloudUnitsError: Response.INVALID_CLOUD,
    RequestError: Response.INVALID_REQUEST,
    TransformError: Response.TRANSFORM_UNAVAILABLE,
}


@dataclass(frozen=True)
class Answer:
    """What a detection gives: the fields of DetectGrasps' response, and what is published.

    Attributes
    ----------
    code, text, grasps : as in DetectGrasps.srv.
    markers, filtered : pictures of the grasps and the points they were searched on; None after an
        error.
    stage_ms : wall milliseconds per stage.
    error : what was raised, or None.
    """

    code: int
    text: str
    grasps: GraspArray = field(default_factory=GraspArray)
    markers: MarkerArray | None = None
    filtered: PointCloud2 | None = None
    stage_ms: dict[str, float] = field(default_factory=dict)
    error: Exception | None = None


def answer(
    pipeline: Pipeline,
    read: Callable[[], PointCloud],
    request: DetectGrasps.Request | None = None,
) -> Answer:
    """Detect grasps in the cloud that `read` gives; the request's own cloud is not looked at."""
    request = DetectGrasps.Request() if request is None else request
    watch = Stopwatch()
    try:
        with watch("read"):
            wanted = ros.read_request(request)
            cloud = _valid(read())
        detection = pipeline.run(cloud, wanted, watch)
    except Exception as error:  # a detector may raise anything, and the node must stay up
        code = CODES.get(type(error), Response.DETECTION_FAILED)
        grasps = GraspArray(timing=timing_messages(watch.stage_ms))
        return Answer(code, str(error), grasps, stage_ms=watch.stage_ms, error=error)
    return _answer_of(detection, pipeline, cloud.stamp_ns)


def _answer_of(detection: Detection, pipeline: Pipeline, stamp_ns: int) -> Answer:
    gripper, detector, grasps = pipeline.gripper, pipeline.detector, detection.grasps
    found = len(grasps) > 0
    return Answer(
        code=Response.SUCCESS if found else Response.NO_GRASPS,
        text=f"{len(grasps)} grasps" if found else detection.reason,
        grasps=ros.grasps_message(
            grasps,
            stamp_ns,
            gripper.name,
            detector.name,
            detector.checksum,
            detection.stage_ms,
        ),
        markers=ros.marker_messages(gripper_shapes(grasps, gripper), stamp_ns),
        filtered=ros.cloud_message(detection.objects, organized=False),
        stage_ms=detection.stage_ms,
    )


def _valid(cloud: PointCloud) -> PointCloud:
    """Refuse a cloud without a valid point.

    Raises
    ------
    CloudMessageError : it is empty, or all its points are zero or not finite.
    """
    if len(cloud) == 0:
        height, width = cloud.source_shape
        raise CloudMessageError(
            f"none of the {height * width} points of the cloud is valid (finite and not zero)"
        )
    return cloud
