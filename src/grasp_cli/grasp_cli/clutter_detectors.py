"""Who plays the clutter benchmark: every detector of the pipeline, a random one, and an oracle."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

from grasp_cli.bench_timing import TwoClocks
from grasp_cli.clutter_oracle import oracle_grasps
from grasp_cli.data_candidates import inner_region
from grasp_core.cloud import PointCloud
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_perception.detector import DetectionContext, Detector
from grasp_perception.detectors import DETECTORS
from grasp_perception.geometric.antipodal import AntipodalDetector
from grasp_perception.pipeline import Pipeline, PipelineParams
from grasp_perception.request import Request
from grasp_sim.bins import BINS
from grasp_sim.clutter import Observation, Setting
from grasp_sim.scenes import WORLD


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


#: Detectors that run inside the pipeline, by name.
IN_PIPELINE: dict[str, Callable[[], Detector]] = {**DETECTORS, "random": RandomDetector}
#: Knows the truth instead of a cloud.
ORACLE = "oracle"
NAMES = (*IN_PIPELINE, ORACLE)


class Player:
    """Finds the grasps of one round, and remembers how long each detection took.

    Attributes
    ----------
    stage_cpu_ms : CPU milliseconds of each stage of the pipeline, for each view.
    """

    def __init__(self, name: str, setting: Setting, seed: int, gripper: Gripper) -> None:
        self._gripper = gripper
        self._name = name
        self._request = Request(region=inner_region(BINS[setting.bin], WORLD))
        self._params = PipelineParams(seed=seed)
        self.stage_cpu_ms: list[dict[str, float]] = []

    def __call__(self, seen: Observation) -> Grasps:
        """Find grasps, best first, in the frame "world"."""
        if self._name == ORACLE:
            return oracle_grasps(seen.cell)
        pipeline = Pipeline(self._params, self._gripper, _detector(self._name))
        watch = TwoClocks()
        cloud = seen.cloud.transformed(seen.T_world_camera, WORLD)
        found = pipeline.run(cloud, self._request, watch)
        self.stage_cpu_ms.append(watch.stage_cpu_ms)
        return found.grasps


def checksum(name: str) -> str:
    """Identify the weights of a detector; empty where it has none."""
    return "" if name == ORACLE else _detector(name).checksum


@cache
def _detector(name: str) -> Detector:
    """Make a detector once in each process: a network takes its time to load."""
    return IN_PIPELINE[name]()
