"""Which grasps are executed in a view, and how they end: the physics labels of a data set.

A scorer must tell good grasps from bad ones among what a detector proposes. So a quarter of the
grasps are force-closure labels, half are candidates of a detector (some of these its best, the
others any), and a quarter are perturbed copies, which lie near the border between success and
failure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.nms import nms
from grasp_learning.view_sample import OUTCOMES, TrialSource
from grasp_sim.cell import Cell
from grasp_sim.errors import UnstableSimulationError
from grasp_sim.scenes import Scene
from grasp_sim.trial import try_grasp

#: Of all executed grasps, the shares of force-closure labels and of perturbed copies.
LABEL_SHARE, PERTURBED_SHARE = 0.25, 0.25
#: Metres, of GPR eq. 1: the best candidates are those that the perception pipeline would report.
BEST_NMS_M = 0.01
#: Standard deviations of the perturbation along and about each axis, and of the width: the fingers
#: still reach most of the objects that they were meant for (the smallest are 1 to 2 cm wide).
SHIFT_M, TURN_RAD, WIDTH_M = 0.005, np.radians(10.0), 0.005
#: Stands for an outcome where the physics engine warned.
UNSTABLE = -1


@dataclass(frozen=True, eq=False)
class ChosenGrasps:
    """Grasps to execute, in the frame "world".

    Attributes
    ----------
    grasps : T grasps.
    sources : (T,) `TrialSource`.
    """

    grasps: Grasps
    sources: NDArray[np.uint8]


def sample_trials(
    labels: Grasps,
    candidates: Grasps,
    count: int,
    best_share: float,
    gripper: Gripper,
    rng: np.random.Generator,
) -> ChosenGrasps:
    """Choose the grasps to execute; fewer than `count` where there are not enough.

    Parameters
    ----------
    labels : force-closure grasps that are free of collision; any of them are taken.
    candidates : of a detector, scored, before its non-maximum suppression.
    best_share : of the candidates that are executed, the share of the best ones.
    """
    perturbed = round(count * PERTURBED_SHARE)
    of_labels = round(count * LABEL_SHARE)
    chosen = rng.permutation(len(labels))[:of_labels]
    of_candidates = count - perturbed - len(chosen)
    proposed = _candidates(candidates, of_candidates, best_share, rng)
    whole = Grasps.concatenate([labels[chosen], candidates[proposed]])
    sources = np.repeat([TrialSource.LABEL, TrialSource.CANDIDATE], [len(chosen), len(proposed)])
    copied = rng.permutation(len(whole))[:perturbed]
    return ChosenGrasps(
        Grasps.concatenate([whole, perturb(whole[copied], gripper, rng)]),
        np.append(sources, np.repeat(TrialSource.PERTURBED, len(copied))).astype(np.uint8),
    )


def _candidates(
    grasps: Grasps, count: int, best_share: float, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Choose the best candidates and, for the rest of `count`, any others."""
    best = nms(grasps, BEST_NMS_M, round(count * best_share))
    others = rng.permutation(np.setdiff1d(np.arange(len(grasps)), best))
    return np.append(best, others[: count - len(best)])


def perturb(grasps: Grasps, gripper: Gripper, rng: np.random.Generator) -> Grasps:
    """Move, turn and open or close each grasp at random; the width stays within the stroke."""
    n = len(grasps)
    turns = Rotation.from_rotvec(rng.normal(0.0, TURN_RAD, (n, 3))).as_matrix()
    widths = grasps.widths + rng.normal(0.0, WIDTH_M, n)
    return Grasps(
        grasps.rotations @ turns.reshape(-1, 3, 3),
        grasps.positions + rng.normal(0.0, SHIFT_M, (n, 3)),
        np.clip(widths, gripper.min_width, gripper.max_width),
        grasps.scores,
        grasps.frame_id,
    )


def run_trials(scene: Scene, gripper: Gripper, grasps: Grasps) -> NDArray[np.int8]:
    """Execute each grasp on the scene at rest, as if none had been before it.

    Parameters
    ----------
    grasps : T grasps in the frame "world".

    Returns
    -------
    (T,) index into `OUTCOMES`, or `UNSTABLE` where the physics engine warned: that is no label.

    Raises
    ------
    ArrayError : a width is outside the gripper's stroke.
    """
    cell = Cell(scene, gripper)
    outcomes = np.full(len(grasps), UNSTABLE, dtype=np.int8)
    for i, (T_world_grasp, width) in enumerate(
        zip(grasps.T_frame_grasp, grasps.widths, strict=True)
    ):
        cell.reset()
        try:
            trial = try_grasp(cell, T_world_grasp, float(width))
        except UnstableSimulationError:
            continue
        outcomes[i] = OUTCOMES.index(trial.outcome)
    return outcomes
