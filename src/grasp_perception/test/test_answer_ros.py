"""One detection from messages to messages."""

from __future__ import annotations

import numpy as np
import pytest

from grasp_core.cloud import PointCloud
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_msgs.srv import DetectGrasps
from grasp_perception.answer_ros import answer
from grasp_perception.detector import DetectionContext
from grasp_perception.errors import CloudMessageError
from grasp_perception.gripper_files import load_gripper
from grasp_perception.pipeline import Pipeline, PipelineParams

Response = DetectGrasps.Response


class FaultyDetector:
    """Raises what it was made with."""

    name = "faulty"
    checksum = "123"
    least_score = 0.0
    reaches_support = False
    approximate = False

    def __init__(self, error: Exception | None = None) -> None:
        self._error = error

    def detect(self, cloud: PointCloud, *_: Gripper | DetectionContext) -> Grasps:
        if self._error is not None:
            raise self._error
        return Grasps.empty(cloud.frame_id)


def pipeline(error: Exception | None = None) -> Pipeline:
    return Pipeline(PipelineParams(), load_gripper("franka_hand"), FaultyDetector(error))


@pytest.mark.parametrize("error", [IndexError("off by one"), MemoryError("10 GB")])
def test_whatever_a_detector_raises_is_a_code(block_cloud: PointCloud, error: Exception) -> None:
    result = answer(pipeline(error), lambda: block_cloud)
    assert (result.code, result.text) == (Response.DETECTION_FAILED, str(error))
    assert result.error is error
    assert (result.markers, result.filtered) == (None, None)
    stages = [timing.stage for timing in result.grasps.timing]
    assert (stages[0], stages[-1]) == ("read", "detect")  # up to the stage that failed


def test_reading_is_part_of_it(block_cloud: PointCloud) -> None:
    def read() -> PointCloud:
        raise CloudMessageError("no field 'x'")

    result = answer(pipeline(), read)
    assert (result.code, result.text) == (Response.INVALID_CLOUD, "no field 'x'")
    empty = block_cloud.select(np.zeros(0, np.int64))
    assert answer(pipeline(), lambda: empty).code == Response.INVALID_CLOUD


def test_no_grasps_is_a_result_with_its_reason(block_cloud: PointCloud) -> None:
    result = answer(pipeline(), lambda: block_cloud)
    assert (result.code, result.text) == (
        Response.NO_GRASPS,
        "the faulty detector found no grasp",
    )
    assert result.error is None
    assert (result.grasps.detector, result.grasps.detector_checksum) == ("faulty", "123")
    assert len(result.markers.markers) == 1  # deletes those of the last time
    assert result.filtered.width > 0
    assert result.grasps.timing[0].stage == "read"
