"""`TorchScriptDetector`: grasps from a trained network, or the geometric ones scored by it."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

# Read when torch is loaded: its threads sleep where they wait for each other. Spinning, they keep
# other processes from the cores, and with these their own partners: beside three busy processes on
# two cores a detection took 18 s instead of 2.4.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from grasp_core.checks import Float
from grasp_core.cloud import PointCloud
from grasp_core.errors import ArrayError, ModelFileError
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.model_metadata import (
    CALIBRATED,
    METADATA_NAME,
    PROPOSER,
    SCORER,
    ModelMetadata,
    read_model_file,
)
from grasp_core.nms import nms
from grasp_core.point_grid import PointGrid
from grasp_core.transforms import inverse
from grasp_perception.detector import DetectionContext
from grasp_perception.geometric.antipodal import AntipodalDetector
from grasp_perception.local_search import search
from grasp_perception.model_files import ModelFile
from grasp_perception.network_scene import network_scene
from grasp_perception.proposal_fit import holds_points

#: Of torch, at most, for the whole process; other cores are left to the rest of the stack. Where
#: several processes share the cores, OMP_NUM_THREADS=1 makes them fewer.
THREADS = 2
#: A scorer is given at most so many candidates, the best of those that are free of collision and so
#: far from each other by GPR eq. 1, metres.
MOST_SCORED, SPACING_M = 256, 0.005
#: A scorer gives probabilities; a grasp that is likely to fail is none. Of grasps that are ranked
#: first fewer hold than a scorer says that is not calibrated: at one half, about a third.
LEAST_PROBABILITY, LEAST_CALIBRATED = 0.5, 0.4


class TorchScriptDetector:
    """Runs a network on the scene around the objects.

    A proposer makes the grasps; those without a point of the objects between the fingers are
    dropped. A scorer gives scores to those candidates of `AntipodalDetector` that do not collide.

    Attributes
    ----------
    name : of the detector.
    checksum : SHA-256 of the file.
    least_score : below which a grasp is better not executed.
    reaches_support : whether it was trained on grasps that go down to the support.
    approximate : whether it makes grasps of its own.
    metadata : what the file says about itself.

    Raises
    ------
    ModelFileError : the file is missing, is not the one with this checksum, is no TorchScript file
        or lacks its metadata. A file of another checksum is not opened: it is code.
    """

    def __init__(self, name: str, file: ModelFile) -> None:
        self.name, self.checksum = name, file.sha256
        self._path = file.path
        torch.set_num_threads(min(THREADS, torch.get_num_threads()))
        self._network, self.metadata = _load(file.path, file.sha256)
        self.least_score = _least_score(self.metadata)
        self.approximate = self.metadata.kind == PROPOSER
        self.reaches_support = self.approximate or self.metadata.local_search
        self._candidates = AntipodalDetector()

    def detect(self, cloud: PointCloud, gripper: Gripper, context: DetectionContext) -> Grasps:
        """Return scored grasps in the frame of the cloud.

        Raises
        ------
        ModelFileError : the network fails, or gives what are no grasps.
        """
        if len(cloud) == 0:
            return Grasps.empty(cloud.frame_id)
        if self.metadata.kind == SCORER:
            return self._score(cloud, gripper, context)
        return self._propose(cloud, gripper, context)

    def _score(self, cloud: PointCloud, gripper: Gripper, context: DetectionContext) -> Grasps:
        grasps = self._candidates.detect(cloud, gripper, context)
        grasps = grasps[context.free(grasps, gripper)]
        grasps = grasps[nms(grasps, SPACING_M, MOST_SCORED)]
        if len(grasps) == 0:
            return grasps
        T_network_frame, points = self._scene(cloud, context)

        def scored(some: Grasps) -> Grasps:
            seen = some.transformed(T_network_frame, "approach")
            (scores,) = self._run(points, seen.rotations, seen.positions, seen.widths)
            return self._checked(some.rotations, some.positions, some.widths, scores, cloud)

        grasps = scored(grasps)
        if not self.metadata.local_search:
            return grasps

        def allowed(some: Grasps) -> Grasps:
            some = some[context.in_cone(some)]
            return some[context.free(some, gripper)]

        return search(grasps, gripper, allowed, scored)

    def _propose(self, cloud: PointCloud, gripper: Gripper, context: DetectionContext) -> Grasps:
        T_network_frame, points = self._scene(cloud, context)
        rotations, positions, widths, scores = self._run(points)
        T = inverse(T_network_frame)
        grasps = self._checked(
            T[:3, :3] @ rotations,
            positions @ T[:3, :3].T + T[:3, 3],
            np.clip(widths, gripper.min_width, gripper.max_width),
            scores,
            cloud,
        )
        return grasps[holds_points(grasps, gripper, PointGrid.from_cloud(cloud))]

    def _scene(
        self, cloud: PointCloud, context: DetectionContext
    ) -> tuple[Float, NDArray[np.float32]]:
        has = self.metadata
        return network_scene(cloud, context, has.points, has.margin_m, has.voxel_m)

    def _run(self, *inputs: Float | NDArray[np.float32]) -> tuple[Float, ...]:
        """Call the network; a single result is a tuple of one."""
        tensors = [torch.from_numpy(np.array(values, dtype=np.float32)) for values in inputs]
        try:
            # Unoptimised, a call takes as long, and the first two do not compile for a second each.
            with torch.inference_mode(), torch.jit.optimized_execution(False):  # type: ignore[attr-defined]
                results = self._network(*tensors)
        except RuntimeError as error:
            raise ModelFileError(f"{self._path}: the network fails ({error})") from error
        results = (results,) if isinstance(results, Tensor) else results
        return tuple(result.numpy().astype(np.float64) for result in results)

    def _checked(
        self, rotations: Float, positions: Float, widths: Float, scores: Float, cloud: PointCloud
    ) -> Grasps:
        try:
            return Grasps(rotations, positions, widths, scores, cloud.frame_id)
        except ArrayError as error:
            raise ModelFileError(f"{self._path}: gives no grasps: {error}") from error


def _least_score(metadata: ModelMetadata) -> float:
    if metadata.kind != SCORER:
        return 0.0
    return LEAST_CALIBRATED if CALIBRATED in metadata.metrics else LEAST_PROBABILITY


def _load(path: Path, sha256: str) -> tuple[Any, ModelMetadata]:
    """Read a file once, check these bytes, and load them to the CPU."""
    content = read_model_file(path, sha256)
    extra = {METADATA_NAME: ""}
    try:
        network = torch.jit.load(io.BytesIO(content), map_location="cpu", _extra_files=extra)  # type: ignore[no-untyped-call]
    except RuntimeError as error:
        reason = str(error).partition("\n")[0]
        raise ModelFileError(f"{path}: not a TorchScript file ({reason})") from error
    if not extra[METADATA_NAME]:
        raise ModelFileError(f"{path}: lacks {METADATA_NAME}; make the file with grasp export")
    try:
        return network.eval(), ModelMetadata.from_json(extra[METADATA_NAME])
    except ModelFileError as error:
        raise ModelFileError(f"{path}: {error}") from error
