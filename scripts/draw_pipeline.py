"""Draws what each part of the pipeline leaves of the shipped frame: docs/images/pipeline.png."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import yaml
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from grasp_core.checks import Float
from grasp_core.cloud import PointCloud
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_perception.clouds.cloud_files import read_cloud_file
from grasp_perception.detector import DetectionContext
from grasp_perception.geometric.antipodal import AntipodalDetector
from grasp_perception.pipeline import Pipeline, PipelineParams

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "src" / "grasp_cli" / "grasp_cli" / "data"
PICTURE = ROOT / "docs" / "images" / "pipeline.png"
GRIPPER = ROOT / "config" / "grippers" / "parallel_100mm.yaml"
#: Grasps of the last panel; length of the drawn fingers and stem, metres.
SHOWN, FINGER_M, STEM_M = 12, 0.03, 0.025


class Watched(AntipodalDetector):
    """Keeps what it found, before the pipeline filters it."""

    def detect(self, cloud: PointCloud, gripper: Gripper, context: DetectionContext) -> Grasps:
        """Detect as ever."""
        self.found = super().detect(cloud, gripper, context)
        return self.found


def forks(grasps: Grasps, fx: float, fy: float, cx: float, cy: float) -> Float:
    """Pixels (N, 7, 2) of a line along fingers, palm and stem of each grasp."""
    along = np.array([0.0, 1, 1, 1, 1, 1, 0]) * -FINGER_M - np.eye(7)[3] * STEM_M
    aside = np.array([1, 1, 0, 0, 0, -1, -1]) * grasps.widths[:, None] / 2
    corners = np.stack(np.broadcast_arrays(along, aside, 0.0), axis=-1)
    p = np.einsum("nij,nkj->nki", grasps.rotations, corners) + grasps.positions[:, None]
    return np.stack([fx * p[..., 0] / p[..., 2] + cx, fy * p[..., 1] / p[..., 2] + cy], axis=-1)


def draw() -> Figure:
    """Four panels, from the depth image to the ranked grasps."""
    sidecar = yaml.safe_load((DATA / "intrinsics.yaml").read_text(encoding="utf-8"))
    camera = {key: sidecar[key] for key in ("fx", "fy", "cx", "cy")}
    image = np.asarray(Image.open(DATA / "color.png").convert("RGB"))
    detector = Watched()
    cloud = read_cloud_file(DATA / "depth.png")
    params = PipelineParams(max_grasps=SHOWN, nms_distance=0.03)
    found = Pipeline(params, Gripper.load(GRIPPER), detector).run(cloud)

    figure = Figure(figsize=(10, 7.6), layout="constrained")
    (depth, objects), (candidates, result) = figure.subplots(2, 2)
    distance = np.full(image.shape[:2], np.nan)
    distance.flat[cloud.source_indices] = cloud.points[:, 2]
    depth.imshow(distance, cmap="viridis")
    depth.set_title(f"1. The cloud: {len(cloud)} points with a depth")
    objects.imshow(on_gray(image, found.objects))
    objects.set_title(f"2. Without the support: {len(found.objects)} voxels on objects")
    for axes, grasps, title in (
        (candidates, detector.found, f"3. {len(detector.found)} candidates"),
        (result, found.grasps, f"4. Free of collision, filtered, NMS: the best {SHOWN}"),
    ):
        axes.imshow(image)
        add_forks(axes, forks(grasps, **camera), grasps.scores)
        axes.set_title(title)
    for axes in (depth, objects, candidates, result):
        axes.set_axis_off()
    return figure


def on_gray(image: NDArray[np.uint8], points: PointCloud) -> NDArray[np.uint8]:
    """Show the image in colour only where the points are."""
    kept = np.zeros(image.shape[:2], bool)
    rows, columns = np.divmod(points.source_indices, image.shape[1])
    for row in (-2, -1, 0, 1, 2):  # a voxel keeps one pixel of the 5 or so that it covers
        for column in (-2, -1, 0, 1, 2):
            kept[
                np.clip(rows + row, 0, image.shape[0] - 1),
                np.clip(columns + column, 0, image.shape[1] - 1),
            ] = True
    faint = (image.mean(axis=2, keepdims=True) * 0.2 + 200).astype(np.uint8)
    return np.where(kept[..., None], image, faint)


def add_forks(axes: Axes, lines: Float, scores: Float) -> None:
    """Draw grippers, bright where the score is high."""
    ranks = np.linspace(0.95, 0.2, len(scores))[np.argsort(np.argsort(-scores))]
    width = 2.2 if len(scores) <= SHOWN else 0.7
    axes.add_collection(LineCollection(list(lines), colors=colormaps["plasma"](ranks), lw=width))


if __name__ == "__main__":
    draw().savefig(PICTURE, dpi=100)
