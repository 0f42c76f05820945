"""`Link`: a rigid part of a robot, or a frame of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from grasp_core.checks import Float
from grasp_robots.errors import RobotModelError
from grasp_robots.shapes import Shape, mass_properties


@dataclass(frozen=True, eq=False)
class Link:
    """A rigid part. A link without shapes is a frame, and has no mass.

    Attributes
    ----------
    name : of its frame too.
    mass : kilograms.
    shapes : its convex primitives, for collision and for the eye.
    center, inertia : (3,) and (3, 3), from `mass_properties`.
    """

    name: str
    mass: float = 0.0
    shapes: tuple[Shape, ...] = ()

    def __post_init__(self) -> None:
        if not 0 <= self.mass < np.inf or (self.mass == 0) != (not self.shapes):
            raise RobotModelError(
                f"link {self.name}: mass {self.mass} kg with {len(self.shapes)} shapes; "
                "a body has both, a frame neither"
            )

    @cached_property
    def center(self) -> Float:
        """Centre of mass (3,)."""
        return mass_properties(self.shapes, self.mass)[0]

    @cached_property
    def inertia(self) -> Float:
        """Inertia (3, 3) about the centre of mass, along the link's axes."""
        return mass_properties(self.shapes, self.mass)[1]
