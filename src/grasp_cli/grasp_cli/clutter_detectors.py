"""Who plays the clutter benchmark: detectors by name, files of networks, and an oracle."""

from __future__ import annotations

from grasp_cli.bench_timing import TwoClocks
from grasp_cli.clutter_oracle import oracle_grasps
from grasp_cli.data_candidates import inner_region
from grasp_cli.named_detectors import INSTALLED, shared_detector
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_perception.pipeline import Pipeline, PipelineParams
from grasp_perception.request import Request
from grasp_sim.bins import BINS
from grasp_sim.clutter import Observation, Setting
from grasp_sim.scenes import WORLD

#: Knows the truth instead of a cloud.
ORACLE = "oracle"
NAMES = (*INSTALLED, ORACLE)


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
        pipeline = Pipeline(self._params, self._gripper, shared_detector(self._name))
        watch = TwoClocks()
        cloud = seen.cloud.transformed(seen.T_world_camera, WORLD)
        found = pipeline.run(cloud, self._request, watch)
        self.stage_cpu_ms.append(watch.stage_cpu_ms)
        return found.grasps


def checksum(name: str) -> str:
    """Identify the weights of a detector; empty where it has none."""
    return "" if name == ORACLE else shared_detector(name).checksum
