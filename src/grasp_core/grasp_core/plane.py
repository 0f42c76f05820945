"""`Plane`: the support that objects lie on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import Float, check_array
from grasp_core.transforms import normalized


@dataclass(frozen=True, eq=False)
class Plane:
    """All p with normal . p + offset = 0.

    Attributes
    ----------
    normal : (3,) unit vector that points away from the support, towards the camera.
    offset : metres.
    """

    normal: Float
    offset: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "normal", normalized(check_array(self.normal, (3,), "normal")))

    def height(self, points: NDArray[np.floating]) -> Float:
        """Signed heights (N,) in metres of points (N, 3) above the plane."""
        heights: Float = points @ self.normal + self.offset
        return heights
