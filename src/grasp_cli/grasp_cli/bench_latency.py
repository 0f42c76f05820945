"""Measures how long the stack takes: the pipeline per stage, and its parts against references."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec

import numpy as np

from grasp_cli.bench_inputs import (
    PHOXI_SHAPE,
    cloud_message,
    random_contacts,
    random_grasps,
)
from grasp_cli.bench_reference import (
    APPROACH_M,
    exact_collisions,
    ferrari_canny_by_hull,
    model_free_collisions,
    read_structured,
    thin,
)
from grasp_cli.bench_timing import TwoClocks, compare, row, timed
from grasp_cli.results import Row
from grasp_core.cloud import PointCloud
from grasp_core.collision import gripper_collisions
from grasp_core.graspnet import to_rows
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.nms import GRASPNET_ROTATION_RAD, GRASPNET_TRANSLATION_M, nms_graspnet
from grasp_core.point_grid import PointGrid
from grasp_core.quality import ferrari_canny
from grasp_perception.clouds.point_cloud2 import read_cloud
from grasp_perception.detector import DetectionContext, Detector
from grasp_perception.detectors import DETECTORS, GEOMETRIC
from grasp_perception.geometric.antipodal import AntipodalDetector
from grasp_perception.gripper_files import load_gripper
from grasp_perception.pipeline import Pipeline, PipelineParams

GRIPPERS = ("yumi_smart_gripper", "parallel_100mm")
#: The gripper of the training data.
OF_NETWORKS = "parallel_100mm"
#: Voxels of the reference's scene: graspnetAPI's default, and what published scripts pass.
REFERENCE_VOXELS_M = (0.005, 0.01)
#: The plain exact test takes so long that it gets only so many grasps.
EXACT_GRASPS = 20
#: GPR labels its grasps at this friction; the length is that of a common object.
FRICTION, LENGTH_M = 0.3, 0.05


@dataclass(frozen=True)
class Effort:
    """How much is measured.

    Attributes
    ----------
    repeats : runs of the pipeline, after one that is not counted.
    turns : of each comparison, after one that is not counted; references take their time.
    share : of the pixels of the cloud messages, and of the items of batches.
    """

    repeats: int
    turns: int
    share: float = 1.0

    def rows(self, shape: tuple[int, int]) -> tuple[int, int]:
        """Image shape with only the share of its rows."""
        return max(1, int(shape[0] * self.share)), shape[1]

    def batch(self, n: int) -> int:
        """Share of the items of a batch, at least ten."""
        return max(10, int(n * self.share))


FULL = Effort(repeats=30, turns=11)
QUICK = Effort(repeats=2, turns=1, share=0.02)


class RecordingDetector(AntipodalDetector):
    """Keeps what the pipeline hands to its collision filter."""

    def __init__(self) -> None:
        self.found: Grasps | None = None

    def detect(self, cloud: PointCloud, gripper: Gripper, context: DetectionContext) -> Grasps:
        """Detect as ever, and remember."""
        self.found = super().detect(cloud, gripper, context)
        return self.found


def latency_rows(effort: Effort, frames: Mapping[str, PointCloud]) -> Iterator[Row]:
    """Measure everything, the pipeline on each of the frames."""
    for name, frame in frames.items():
        for gripper in GRIPPERS:
            yield from frame_rows(name, frame, load_gripper(gripper), effort)
        yield from network_rows(name, frame, effort)
    yield from reading_rows(effort)
    if find_spec("grasp_nms") is not None:
        yield from nms_rows(effort)
    yield from quality_rows(effort)


def network_rows(name: str, frame: PointCloud, effort: Effort) -> Iterator[Row]:
    """Measure the pipeline with each installed network on one frame."""
    gripper = load_gripper(OF_NETWORKS)
    for detector in DETECTORS:
        if detector != GEOMETRIC:
            yield from pipeline_rows(detector, name, frame, gripper, DETECTORS[detector](), effort)


def frame_rows(name: str, frame: PointCloud, gripper: Gripper, effort: Effort) -> Iterator[Row]:
    """Measure the pipeline on one frame, and the collision filter on what was found there."""
    setting = f"{name}, {gripper.name}"
    detector = RecordingDetector()
    yield from pipeline_rows("pipeline", setting, frame, gripper, detector, effort)
    if detector.found is not None and len(detector.found) > 0:
        candidates = detector.found[slice(effort.batch(len(detector.found)))]
        yield from collision_rows(setting, frame, candidates, gripper, effort)
        yield from exact_rows(setting, frame, candidates, gripper, effort)


def pipeline_rows(
    about: str,
    setting: str,
    frame: PointCloud,
    gripper: Gripper,
    detector: Detector,
    effort: Effort,
) -> Iterator[Row]:
    """Measure each stage of the pipeline."""
    pipeline = Pipeline(PipelineParams(), gripper, detector)
    pipeline.run(frame)  # compiles, and loads Open3D
    clocks = [TwoClocks() for _ in range(effort.repeats)]
    totals = [timed(partial(pipeline.run, frame, watch=watch)) for watch in clocks]
    for clock, per_run, total in (
        ("wall", [run.stage_ms for run in clocks], [times.wall_ms for times in totals]),
        ("cpu", [run.stage_cpu_ms for run in clocks], [times.cpu_ms for times in totals]),
    ):
        for stage in per_run[0]:
            values = [stages[stage] for stages in per_run]
            yield row(about, setting, f"{stage}_{clock}_ms", values)
        yield row(about, setting, f"total_{clock}_ms", total)


def collision_rows(
    setting: str, frame: PointCloud, grasps: Grasps, gripper: Gripper, effort: Effort
) -> Iterator[Row]:
    """Compare the collision filters, with and without what is done once per cloud."""
    grid = PointGrid.from_cloud(frame)

    def ours() -> object:
        return gripper_collisions(grasps, gripper, PointGrid.from_cloud(frame), APPROACH_M)

    def ours_prepared() -> object:
        return gripper_collisions(grasps, gripper, grid, APPROACH_M)

    def reference(voxel_m: float) -> object:
        return model_free_collisions(grasps, thin(frame.points, voxel_m), voxel_m)

    for voxel_m in REFERENCE_VOXELS_M:
        scene = thin(frame.points, voxel_m)
        size = f"{len(grasps)} grasps, {len(frame)} points, {voxel_m * 1000:.0f} mm voxels"
        what = f"{setting}: {size}"
        prepared = partial(model_free_collisions, grasps, scene, voxel_m)
        whole = partial(reference, voxel_m)
        yield from compare("collision filter", what, ours, whole, effort.turns)
        what += ", prepared"
        yield from compare("collision filter", what, ours_prepared, prepared, effort.turns)


def exact_rows(
    setting: str, frame: PointCloud, grasps: Grasps, gripper: Gripper, effort: Effort
) -> Iterator[Row]:
    """Compare the collision filter with the same test written with NumPy."""
    few = grasps[slice(EXACT_GRASPS)]
    yield from compare(
        "exact box test",
        f"{setting}: {len(few)} grasps, {len(frame)} points",
        lambda: gripper_collisions(few, gripper, PointGrid.from_cloud(frame), APPROACH_M),
        lambda: exact_collisions(few, gripper, frame.points, APPROACH_M),
        effort.turns,
    )


def reading_rows(effort: Effort) -> Iterator[Row]:
    """Compare the reading of PointCloud2 messages with structured arrays."""
    messages = {
        "RealSense-like": cloud_message(effort.rows((720, 1280)), 20, 0.03, colored=True),
        "PhoXi-like": cloud_message(effort.rows(PHOXI_SHAPE), 16, 0.3, colored=False),
    }
    for name, message in messages.items():
        pixels = message.height * message.width
        yield from compare(
            "PointCloud2 reading",
            f"{name}: {pixels} points of {message.point_step} bytes",
            partial(read_cloud, message),
            partial(read_structured, message),
            effort.turns,
        )


def nms_rows(effort: Effort) -> Iterator[Row]:
    """Compare non-maximum suppression by graspnetAPI's rule with the compiled package."""
    from grasp_nms import nms_grasp  # a requirement of development only

    grasps = random_grasps(effort.batch(5000), np.random.default_rng(0))
    rows = to_rows(grasps, depth_m=0.0, height_m=0.02)
    yield from compare(
        "NMS",
        f"{len(grasps)} random grasps",
        lambda: nms_graspnet(grasps),
        lambda: nms_grasp(rows, GRASPNET_TRANSLATION_M, GRASPNET_ROTATION_RAD),
        effort.turns,
    )


def quality_rows(effort: Effort) -> Iterator[Row]:
    """Compare Ferrari-Canny quality with one hull per grasp."""
    contacts, normals = random_contacts(effort.batch(500), np.random.default_rng(0))
    yield from compare(
        "Ferrari-Canny",
        f"{len(contacts)} random contact pairs",
        lambda: ferrari_canny(contacts, normals, np.zeros(3), FRICTION, LENGTH_M),
        lambda: ferrari_canny_by_hull(contacts, normals, FRICTION, LENGTH_M),
        effort.turns,
    )
