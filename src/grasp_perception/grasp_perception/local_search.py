"""Better grasps around those that a scorer ranks best: each is moved a little and scored again.

Geometry proposes one approach and one depth for each pair of contacts, and in much noise few of its
grasps are free of collision. A beam search over small moves finds what it left out, as GQ-CNN's
cross-entropy method does around its samples (Mahler et al. 2019).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.spatial.transform import Rotation

from grasp_core.checks import Float
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.transforms import transform

#: In each round, how many of the best grasps are moved.
BEAM = (16, 8, 8)
#: Metres along the approach: seen, a fingertip's height over the support is as uncertain as this.
DEPTHS_M = (-0.0025, 0.0025, 0.005)
#: Radians about the closing direction through the contacts, which lie so far before the fingertips.
TILT, CONTACT_M = np.radians(15.0), 0.015
#: Radians about the approach; metres along the finger's breadth; metres by which the gripper opens
#: wider.
TURN, ASIDE_M, WIDER_M = np.radians(12.0), 0.005, 0.008


def search(
    grasps: Grasps,
    gripper: Gripper,
    allowed: Callable[[Grasps], Grasps],
    score: Callable[[Grasps], Grasps],
) -> Grasps:
    """Return the grasps and, behind them, those that were tried around the best.

    Parameters
    ----------
    grasps : scored.
    allowed : keeps the grasps that can be executed.
    score : gives the same grasps their scores.
    """
    for count in BEAM:
        moved = allowed(neighbors(grasps.ranked()[:count], gripper))
        if len(moved):
            grasps = Grasps.concatenate([grasps, score(moved)])
    return grasps


def neighbors(grasps: Grasps, gripper: Gripper) -> Grasps:
    """Move each grasp in each of the ways; the scores are those of the grasps they come from."""
    T = grasps.T_frame_grasp @ MOVES[:, None]  # (moves, N, 4, 4)
    widened = WIDENING_M[:, None] + grasps.widths
    return Grasps(
        T[..., :3, :3].reshape(-1, 3, 3),
        T[..., :3, 3].reshape(-1, 3),
        np.minimum(widened, gripper.max_width).ravel(),
        np.tile(grasps.scores, len(MOVES)),
        grasps.frame_id,
    )


def _moves() -> tuple[Float, Float]:
    """Poses (M, 4, 4) of the moved grasps in the frame of the one they come from; widening (M,)."""
    contacts = np.array([-CONTACT_M, 0.0, 0.0])
    poses = [transform(np.eye(3), (depth, 0.0, 0.0)) for depth in DEPTHS_M]
    for sign in (-1.0, 1.0):
        tilted = Rotation.from_euler("y", sign * TILT).as_matrix()
        poses.append(transform(tilted, contacts - tilted @ contacts))
        poses.append(transform(Rotation.from_euler("x", sign * TURN).as_matrix(), np.zeros(3)))
        poses.append(transform(np.eye(3), (0.0, 0.0, sign * ASIDE_M)))
    poses.append(np.eye(4))
    return np.stack(poses), np.array([0.0] * (len(poses) - 1) + [WIDER_M])


MOVES, WIDENING_M = _moves()
