"""Compare detectors on the clouds of one recording; without ROS."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time

import numpy as np

from grasp_core.cloud import PointCloud
from grasp_core.errors import GraspError
from grasp_core.grasps import Grasps
from grasp_core.nms import grasp_distance
from grasp_perception.bags.bag_clouds import clouds_after_transforms
from grasp_perception.bags.bags import Bag
from grasp_perception.detector import Detector
from grasp_perception.gripper_files import load_gripper
from grasp_perception.node_params import PerceptionParams
from grasp_perception.pipeline import Pipeline
from grasp_perception.tf_history import TransformHistory
from grasp_perception.warm_up import warm_up

#: Grasps nearer than this are taken for one, m of GPR eq. 1: the largest threshold of its Table II.
AGREEMENT_M = 0.02


@dataclass(frozen=True, eq=False)
class Finding:
    """What one detector found in one cloud.

    Attributes
    ----------
    grasps : best first, in the frame of the parameters; none after an error.
    reason : why there are none, empty where there are some.
    wall_ms, cpu_ms : milliseconds of the whole pipeline; CPU time is that of all threads.
    """

    grasps: Grasps
    reason: str
    wall_ms: float
    cpu_ms: float


@dataclass(frozen=True, eq=False)
class Comparison:
    """What each detector found in one cloud.

    Attributes
    ----------
    time_ns : when the cloud was recorded.
    cloud : as it was recorded, in the frame of the grasps; None where it cannot be read or placed.
    findings : by the name of the detector.
    """

    time_ns: int
    cloud: PointCloud | None
    findings: Mapping[str, Finding]


def compare(
    bag: Path | str,
    detectors: Mapping[str, Detector],
    params: PerceptionParams,
    topic: str | None = None,
) -> Iterator[Comparison]:
    """Let each detector search each cloud of a bag, with the same parameters and gripper.

    Parameters
    ----------
    detectors : by the names that results have.
    params : its detector is not looked at.
    topic : of the clouds; None takes the only one.

    Raises
    ------
    BagError : the bag is missing or damaged, or has no such topic.
    GripperFileError : the gripper's file is wrong or there is none.
    """
    history, gripper = TransformHistory(), load_gripper(params.gripper)
    pipelines = {}
    for name, detector in detectors.items():
        warm_up(gripper, detector)  # the first cloud shall not take longer
        pipelines[name] = Pipeline(params, gripper, detector, history)
    with Bag(bag) as source:
        wait_ns = round(params.tf_timeout * 1e9)
        for recorded in clouds_after_transforms(source, topic, history, wait_ns):
            try:
                cloud = recorded.read()
                if params.frame not in ("", cloud.frame_id):
                    T = history.lookup(params.frame, cloud.frame_id, cloud.stamp_ns)
                    cloud = cloud.transformed(T, params.frame)
            except GraspError as error:
                none = Finding(Grasps.empty(params.frame or "camera"), str(error), 0.0, 0.0)
                yield Comparison(recorded.time_ns, None, dict.fromkeys(pipelines, none))
                continue
            findings = {name: _find(pipeline, cloud) for name, pipeline in pipelines.items()}
            yield Comparison(recorded.time_ns, cloud, findings)


def agreement(a: Grasps, b: Grasps, distance_m: float = AGREEMENT_M) -> float:
    """Share of the grasps `a` that are nearer than `distance_m` to one of `b`; NaN without any.

    Raises
    ------
    FrameError : the grasps are in different frames.
    """
    if len(a) == 0:
        return float("nan")
    if len(b) == 0:
        return 0.0
    return float(np.mean(grasp_distance(a, b).min(axis=1) < distance_m))


def _find(pipeline: Pipeline, cloud: PointCloud) -> Finding:
    wall, cpu = perf_counter(), process_time()
    try:
        found = pipeline.run(cloud)
        grasps, reason = found.grasps, found.reason
    except GraspError as error:
        grasps, reason = Grasps.empty(cloud.frame_id), str(error)
    wall_ms, cpu_ms = 1e3 * (perf_counter() - wall), 1e3 * (process_time() - cpu)
    return Finding(grasps, reason, wall_ms, cpu_ms)
