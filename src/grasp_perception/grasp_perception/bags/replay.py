"""Replay: a recording in, its grasps in a new recording out, the same every time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from grasp_perception.answer_ros import answer
from grasp_perception.bags.bag_clouds import clouds_after_transforms
from grasp_perception.bags.bag_writer import BagWriter
from grasp_perception.bags.bags import Bag
from grasp_perception.detectors import DETECTORS
from grasp_perception.gripper_files import load_gripper
from grasp_perception.node_params import PerceptionParams
from grasp_perception.pipeline import Pipeline
from grasp_perception.share import share_path
from grasp_perception.tf_history import TransformHistory

#: Topics of the new recording; those that the node has by default.
GRASPS_TOPIC = "/perception/grasps"
MARKERS_TOPIC = "/perception/grasp_markers"
FILTERED_TOPIC = "/perception/cloud_filtered"


@dataclass(frozen=True)
class Replayed:
    """What one cloud of the recording gave.

    Attributes
    ----------
    time_ns : when the cloud was recorded.
    code, text : as DetectGrasps.srv has them.
    grasps : how many were found.
    stage_ms : wall milliseconds per stage of this run.
    """

    time_ns: int
    code: int
    text: str
    grasps: int
    stage_ms: dict[str, float]


def replay(
    bag: Path | str,
    out: Path | str,
    params: PerceptionParams,
    topic: str | None = None,
    storage: str = "mcap",
) -> Iterator[Replayed]:
    """Detect in every cloud of a bag, and write grasps, markers and searched points to `out`.

    Each step writes the results of one cloud at the cloud's own time; the header of a result has
    the cloud's frame and stamp. Stage timings differ from run to run, so they are left out of the
    new bag: with the same parameters it holds the same grasps to the last bit.

    Parameters
    ----------
    out : folder to make.
    topic : of the clouds; None takes the only one.
    storage : of the new bag, "mcap" or "sqlite3".

    Raises
    ------
    BagError : the bag is missing or damaged, has no such topic, or `out` exists.
    GripperFileError : the gripper's file is wrong or there is none.
    """
    history = TransformHistory()
    gripper, detector = load_gripper(params.gripper), DETECTORS[params.detector]()
    pipeline = Pipeline(params, gripper, detector, history)
    messages = share_path("grasp_msgs") / "msg"
    with Bag(bag) as source, BagWriter(out, messages, storage) as target:
        wait_ns = round(params.tf_timeout * 1e9)
        for cloud in clouds_after_transforms(source, topic, history, wait_ns):
            result = answer(pipeline, cloud.read)
            result.grasps.timing = []
            if result.error is None:
                target.write(
                    GRASPS_TOPIC, "grasp_msgs/msg/GraspArray", result.grasps, cloud.time_ns
                )
                target.write(
                    MARKERS_TOPIC,
                    "visualization_msgs/msg/MarkerArray",
                    result.markers,
                    cloud.time_ns,
                )
                target.write(
                    FILTERED_TOPIC, "sensor_msgs/msg/PointCloud2", result.filtered, cloud.time_ns
                )
            found = len(result.grasps.grasps)
            yield Replayed(cloud.time_ns, result.code, result.text, found, result.stage_ms)
