"""Where an object is put down: poses of the grasp frame at release."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from scipy.spatial.transform import Rotation

from grasp_core.checks import Float
from grasp_core.transforms import grasp_rotation, transform

#: The object may be put down turned: so many ways about the vertical.
TURNS = 8


def half_turns(T_base_grasp: Float) -> tuple[Float, Float]:
    """Return the pose (4, 4) and the same grasp turned by half about its approach."""
    return T_base_grasp, T_base_grasp @ np.diag([1.0, -1.0, -1.0, 1.0])


def releases(T_base_grasp: Float, spots: Iterable[Float], clearance: float) -> Iterator[Float]:
    """Poses (4, 4) straight down above each spot, least turn first.

    What was taken does not reach below the floor it lay on, which is as high as that of the spots:
    so much above it, and `clearance`, the object is let go.

    Parameters
    ----------
    spots : each (2,), x and y in the base, metres.
    clearance : metres.
    """
    closing = T_base_grasp[:3, 1] * [1.0, 1.0, 0.0]
    if np.linalg.norm(closing) < 1e-3:  # the fingers close vertically: no direction is nearest
        closing = np.array([0.0, 1.0, 0.0])
    upright = grasp_rotation([0.0, 0.0, -1.0], closing)
    turns = sorted(np.arange(TURNS) * 2 * np.pi / TURNS, key=lambda angle: 1 - np.cos(angle))
    height = T_base_grasp[2, 3] + clearance
    for spot in spots:
        for turn in turns:
            rotation = Rotation.from_euler("z", turn).as_matrix() @ upright
            yield transform(rotation, [*spot, height])
