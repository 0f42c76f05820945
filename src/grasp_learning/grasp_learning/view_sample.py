"""`View`: one sample of a data set, one view of one scene with all that is known about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import DTypeLike, NDArray

from grasp_core.checks import Float, check_array, check_range, check_rotations
from grasp_core.errors import ArrayError
from grasp_learning.scene_labels import PointClass
from grasp_sim.scenes import SceneSpec
from grasp_sim.trial import Outcome

Float32 = NDArray[np.float32]

#: Numbers of the outcomes in `View.trial_outcomes`; 0 is HELD, the only success.
OUTCOMES = tuple(Outcome)


class TrialSource(IntEnum):
    """Where an executed grasp came from."""

    LABEL = 0  #: a force-closure label that is free of collision in the scene
    CANDIDATE = 1  #: found by a detector in the measured cloud
    PERTURBED = 2  #: one of the others, moved and turned at random


@dataclass(frozen=True, eq=False)
class View:
    """N pixels of one view in the workspace, M grasp labels and T executed grasps.

    Points and poses are in the optical frame of the camera (x right, y down, z forward).

    Attributes
    ----------
    measured : (N, 3) float32 metres, as the noisy camera gave them; 0 where it gave nothing.
    measured_valid : (N,) whether the camera measured this pixel.
    clean : (N, 3) float32 metres, noise-free points of the same pixels.
    instances : (N,) int16, 0 for table and bin, i for object i of the scene, from 1.
    classes : (N,) uint8 `PointClass`.
    grasp_index : (N,) int32 grasp whose label a positive point has (GPR eq. 2), else -1.
    rotations : (M, 3, 3) float32, columns approach, closing direction and their cross product.
    positions : (M, 3) float32 metres, origin midway between the fingertips.
    widths : (M,) float32 metres.
    quality : (M,) float32 Ferrari-Canny Q.
    grasp_instances : (M,) int16 object that each grasp is on.
    free : (M,) whether the gripper and its way meet nothing else in the scene.
    contacts : (M, 2, 3) float32 metres, of the right (-y) and the left (+y) finger.
    trial_rotations, trial_positions, trial_widths : the same of the executed grasps, (T, ...).
    trial_outcomes : (T,) uint8 index into `OUTCOMES`; 0 is a success.
    trial_sources : (T,) uint8 `TrialSource`.
    T_world_camera : (4, 4); gravity is -z of the world.
    friction : coefficient of friction of all objects.
    noise : factor of the camera's depth errors.
    spec : what the scene was made from; its `objects` are the names of instances 1, 2, ...

    Raises
    ------
    ArrayError : lengths differ, a value is not finite, a rotation or pose is not rigid, or an index
        or number is unknown.
    """

    measured: Float32
    measured_valid: NDArray[np.bool_]
    clean: Float32
    instances: NDArray[np.int16]
    classes: NDArray[np.uint8]
    grasp_index: NDArray[np.int32]
    rotations: Float32
    positions: Float32
    widths: Float32
    quality: Float32
    grasp_instances: NDArray[np.int16]
    free: NDArray[np.bool_]
    contacts: Float32
    trial_rotations: Float32
    trial_positions: Float32
    trial_widths: Float32
    trial_outcomes: NDArray[np.uint8]
    trial_sources: NDArray[np.uint8]
    T_world_camera: Float
    friction: float
    noise: float
    spec: SceneSpec

    def __post_init__(self) -> None:
        n, m, t = len(self.measured), len(self.widths), len(self.trial_widths)
        self._check("measured", (n, 3), np.float32)
        self._check("measured_valid", (n,), np.bool_)
        self._check("clean", (n, 3), np.float32)
        self._check("instances", (n,), np.int16, 0, len(self.spec.objects))
        self._check("classes", (n,), np.uint8, 0, max(PointClass))
        self._check("grasp_index", (n,), np.int32, -1, m - 1)
        for prefix, count in (("", m), ("trial_", t)):
            self._check(f"{prefix}rotations", (count, 3, 3), np.float32)
            check_rotations(getattr(self, f"{prefix}rotations"), f"{prefix}rotations")
            self._check(f"{prefix}positions", (count, 3), np.float32)
            self._check(f"{prefix}widths", (count,), np.float32, 0, np.inf)
        self._check("quality", (m,), np.float32, 0, np.inf)
        self._check("grasp_instances", (m,), np.int16, 1, len(self.spec.objects))
        self._check("free", (m,), np.bool_)
        self._check("contacts", (m, 2, 3), np.float32)
        self._check("trial_outcomes", (t,), np.uint8, 0, len(OUTCOMES) - 1)
        self._check("trial_sources", (t,), np.uint8, 0, max(TrialSource))
        self._check("T_world_camera", (4, 4), np.float64)
        check_rotations(self.T_world_camera[None, :3, :3], "T_world_camera")
        if not np.array_equal(self.grasp_index >= 0, self.classes == PointClass.POSITIVE):
            raise ArrayError("grasp_index must be >= 0 for positive points and for no others")

    def __len__(self) -> int:
        return len(self.clean)

    def _check(
        self,
        name: str,
        shape: tuple[int, ...],
        dtype: DTypeLike,
        low: float | None = None,
        high: float = np.inf,
    ) -> None:
        array = check_array(getattr(self, name), shape, name, dtype)
        if low is not None:
            check_range(array, low, high, name)
        object.__setattr__(self, name, array)
