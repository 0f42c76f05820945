"""What GPR's two stages should say: labels of points, and of proposals (sections IV-B and V).

Everything is in the approach frame.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation
from torch import Tensor

from grasp_learning.networks.gpr_codec import MAX_TILT, GraspBatch, take
from grasp_learning.networks.proposal_nms import grasp_distances
from grasp_learning.view_sample import Float32

#: What a point has in place of the row of its label: it is no contact; or it is the contact of a
#: grasp that stage 1 cannot express, and does not count.
NO_CONTACT, IGNORED = -1, -2

#: Metres of eq. 1 between a proposal and a label up to which it is a good one, to be refined: the
#: largest threshold of the paper's Table II.
GOOD_M = 0.02

#: How far labels are moved, turned and opened at random to be proposals in training, about as far
#: as a bin of stage 1: metres, radians, metres.
JITTER_M, JITTER_RAD, JITTER_WIDTH_M = 0.005, math.radians(10.0), 0.005


class Refinable(NamedTuple):
    """What stage 2 should say of proposals (B, P).

    good : (B, P) whether a label is near. labels : (B, P) the nearest one.
    """

    good: Tensor
    labels: GraspBatch


def point_labels(
    grasp_index: NDArray[np.int32],
    on_object: NDArray[np.bool_],
    rows: NDArray[np.int64],
    labels: int,
) -> NDArray[np.int64]:
    """Give each point the row of its label, `NO_CONTACT` or `IGNORED`.

    Parameters
    ----------
    grasp_index : (N,) grasp of each point, -1 for none.
    on_object : (N,) whether the point is where its pixel's object is; elsewhere it is no contact.
    rows : the grasps that are labels; row i of the labels is grasp ``rows[i]``.
    labels : how many grasps there are.
    """
    row_of_grasp = np.full(labels + 1, IGNORED, dtype=np.int64)
    row_of_grasp[rows] = np.arange(len(rows))
    row_of_grasp[labels] = NO_CONTACT  # where grasp_index is -1
    found: NDArray[np.int64] = np.where(on_object, row_of_grasp[grasp_index], NO_CONTACT)
    return found


def describable(approach: Float32) -> NDArray[np.bool_]:
    """Tell which approach directions (M, 3) stage 1 can express."""
    inside: NDArray[np.bool_] = approach[:, 2] > math.cos(MAX_TILT)
    return inside


def jittered(
    grasps: tuple[Float32, Float32, Float32], max_width: float, rng: np.random.Generator
) -> tuple[Float32, Float32, Float32]:
    """Move, turn and open grasps at random, to proposals that refinement can learn from.

    Stage 1 makes few that are near a label while it has learned little.

    Parameters
    ----------
    grasps : rotations (K, 3, 3), positions (K, 3) and widths (K,), which are also returned.
    """
    rotations, positions, widths = grasps
    turns = Rotation.from_rotvec(rng.normal(0.0, JITTER_RAD, positions.shape)).as_matrix()
    moved = positions + rng.normal(0.0, JITTER_M, positions.shape)
    opened = np.clip(widths + rng.normal(0.0, JITTER_WIDTH_M, widths.shape), 0.0, max_width)
    return (
        (rotations @ turns).astype(np.float32),
        moved.astype(np.float32),
        opened.astype(np.float32),
    )


def refinable(proposals: GraspBatch, labels: GraspBatch) -> Refinable:
    """Find the label (B, M) nearest to each proposal (B, P) by eq. 1."""
    distance, index = grasp_distances(proposals, labels).min(dim=2)
    return Refinable(distance < GOOD_M, take(labels, index))
