"""`Shape`: a convex primitive of a link, and the mass properties of a link made of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grasp_core.checks import Float, check_array
from grasp_robots.errors import RobotModelError

#: What a shape's size holds, in metres. These three are what URDF, MuJoCo and coal all know.
SIZES: dict[str, tuple[str, ...]] = {
    "box": ("x", "y", "z"),
    "cylinder": ("radius", "length along z"),
    "sphere": ("radius",),
}


@dataclass(frozen=True, eq=False)
class Shape:
    """A box, cylinder or sphere, centred on its own frame.

    Attributes
    ----------
    kind : a key of `SIZES`.
    size_m : metres, as `SIZES` lists them.
    T_link_shape : (4, 4) pose in the link's frame.

    Raises
    ------
    RobotModelError : an unknown kind, or a size that is not positive.
    """

    kind: str
    size_m: tuple[float, ...]
    T_link_shape: Float

    def __post_init__(self) -> None:
        if self.kind not in SIZES:
            raise RobotModelError(f"shape {self.kind!r} is unknown; valid: {', '.join(SIZES)}")
        wanted = SIZES[self.kind]
        if len(self.size_m) != len(wanted) or not all(0 < s < math.inf for s in self.size_m):
            raise RobotModelError(
                f"size {list(self.size_m)} of a {self.kind} must be {len(wanted)} lengths > 0 m: "
                f"{', '.join(wanted)}"
            )
        T = check_array(self.T_link_shape, (4, 4), "T_link_shape")
        object.__setattr__(self, "T_link_shape", T)

    @property
    def volume(self) -> float:
        """Cubic metres."""
        if self.kind == "box":
            return math.prod(self.size_m)
        if self.kind == "cylinder":
            return math.pi * self.size_m[0] ** 2 * self.size_m[1]
        return 4 / 3 * math.pi * self.size_m[0] ** 3

    @property
    def unit_inertia(self) -> Float:
        """Principal inertia (3,) about the centre, along the shape's axes, per kilogram."""
        if self.kind == "box":
            squares = np.square(np.array(self.size_m))
            box: Float = (squares.sum() - squares) / 12
            return box
        if self.kind == "cylinder":
            radius, length = self.size_m
            across = (3 * radius**2 + length**2) / 12
            return np.array([across, across, radius**2 / 2])
        return np.full(3, 2 / 5 * self.size_m[0] ** 2)

    @property
    def bounding_radius(self) -> float:
        """Radius in metres of the smallest sphere about the shape's centre that holds it."""
        if self.kind == "box":
            return math.hypot(*self.size_m) / 2
        if self.kind == "cylinder":
            return math.hypot(self.size_m[0], self.size_m[1] / 2)
        return self.size_m[0]


def mass_properties(shapes: Sequence[Shape], mass: float) -> tuple[Float, Float]:
    """Centre of mass (3,) and inertia (3, 3) about it, along the link's axes.

    The mass is spread evenly over the shapes' volumes; where two overlap, the material counts
    twice, which shifts a little mass to the overlap and keeps the inertia physical.

    Raises
    ------
    RobotModelError : there is mass but no shape to hold it.
    """
    if not shapes:
        if mass > 0:
            raise RobotModelError(f"{mass} kg need at least one shape to hold them")
        return np.zeros(3), np.zeros((3, 3))
    volumes = np.array([shape.volume for shape in shapes])
    masses = mass * volumes / volumes.sum()
    centers = np.stack([shape.T_link_shape[:3, 3] for shape in shapes])
    center = masses @ centers / mass if mass > 0 else centers.mean(axis=0)
    inertia = np.zeros((3, 3))
    for shape, m, arm in zip(shapes, masses, centers - center, strict=True):
        R = shape.T_link_shape[:3, :3]
        inertia += m * (R * shape.unit_inertia) @ R.T
        inertia += m * (arm @ arm * np.eye(3) - np.outer(arm, arm))  # parallel axes
    return center, inertia
