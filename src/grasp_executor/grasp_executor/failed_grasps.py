"""`FailedGrasps`: what was tried in vain, so that other grasps come first the next time.

A detector sees the object of a failed grasp where it fell and may rank nearly the same grasp first
again, as often as it is asked.
"""

from __future__ import annotations

import numpy as np

from grasp_core.grasps import Grasps
from grasp_core.nms import grasp_distance

#: Metres of GPR's distance (eq. 1) within which a grasp resembles one that failed: 3 cm beside it,
#: or 2 cm and a third of a half turn. An object that slipped out lies about that far from where it
#: was.
NEAR_M = 0.03

#: What each failed grasp nearby leaves of a score.
DISCOUNT = 0.5

#: So many are remembered; older ones are of objects that are long gone.
MEMORY = 20


class FailedGrasps:
    """Remembers grasps that closed on nothing or lost their object, in the frame of the base."""

    def __init__(self) -> None:
        self._failed: list[Grasps] = []

    def add(self, grasp: Grasps) -> None:
        """Remember one grasp."""
        self._failed = [*self._failed, grasp][-MEMORY:]

    def rerank(self, grasps: Grasps) -> Grasps:
        """Order grasps (best first) anew, those later that resemble failed ones; scores stay.

        Raises
        ------
        FrameError : the grasps are in another frame than those remembered.
        """
        if not self._failed:
            return grasps
        near = grasp_distance(grasps, Grasps.concatenate(self._failed)) < NEAR_M
        expected = grasps.scores * DISCOUNT ** near.sum(axis=1)
        return grasps[np.argsort(-expected, kind="stable")]
