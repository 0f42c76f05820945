"""`Plane`: the support that objects lie on."""

from __future__ import annotations

from dataclasses import dataclass

from grasp_core.checks import AnyFloat, Float, check_array
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

    def height(self, points: AnyFloat) -> Float:
        """Signed heights (N,) in metres of points (N, 3) above the plane."""
        heights: Float = points @ self.normal + self.offset
        return heights
