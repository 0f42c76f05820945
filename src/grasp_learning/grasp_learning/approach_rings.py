"""Grasps on given contact pairs: from which sides, how deep and how wide open.

GPR gives the approach direction as part of a grasp and does not tell how it is chosen. Every
direction across the contact line is possible; we take a ring of evenly spaced ones, turned by a
random angle for each pair, so that over all pairs no direction is preferred.
"""

from __future__ import annotations

import numpy as np

from grasp_core.checks import Float
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.transforms import grasp_rotation, normalized
from grasp_learning.contact_pairs import ContactPairs, perpendicular

#: Name of the frame of an object's grasps.
OBJECT_FRAME = "object"

#: Metres between a finger and its contact when the gripper arrives; both fingers together give away
#: one of GPR's 5 mm width classes. An object can bulge by no more than this between the pads, so
#: that they close on these contacts or very near them.
CLEARANCE_M = 0.0025

#: Metres that the fingertips reach beyond the contacts; each grasp draws one. The least is for flat
#: objects on a table, the next puts the whole soft patch of `grasp_core.quality` (radius
#: 5 mm) onto the pad, deeper ones resist torques better (and mean that the palm needs room).
INSERTIONS_M = (0.001, 0.005, 0.010, 0.020)


def ring_grasps(
    pairs: ContactPairs, scores: Float, gripper: Gripper, n: int, rng: np.random.Generator
) -> Grasps:
    """Make `n` grasps on each of P contact pairs, in the frame of the object.

    The closing direction runs from the first contact to the second; the origin lies before the
    middle of the contacts by the insertion, so that the contacts touch the pads behind their tips.

    Parameters
    ----------
    scores : (P,) of the pairs.

    Returns
    -------
    P n grasps; those of one pair are neighbours.
    """
    closing = normalized(pairs.contacts[:, 1] - pairs.contacts[:, 0])
    tangent, binormal = perpendicular(closing)
    phase = rng.uniform(0.0, 2.0 * np.pi / n, (len(pairs), 1))
    turn = (phase + np.arange(n) * (2.0 * np.pi / n))[..., None]  # (P, n, 1)
    approach = np.cos(turn) * tangent[:, None] + np.sin(turn) * binormal[:, None]
    on_pad = np.minimum(INSERTIONS_M, gripper.pad_length)
    insertion = rng.choice(on_pad, (len(pairs), n, 1))
    origin = pairs.contacts.mean(axis=1)[:, None] + insertion * approach
    width = np.minimum(pairs.distances + 2.0 * CLEARANCE_M, gripper.max_width)
    closing_of_each = np.repeat(closing, n, axis=0)
    return Grasps(
        grasp_rotation(approach.reshape(-1, 3), closing_of_each),
        origin.reshape(-1, 3),
        np.repeat(width, n),
        np.repeat(scores, n),
        OBJECT_FRAME,
    )
