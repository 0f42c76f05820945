"""Solids that points are tested against: box, cylinder, sphere and convex hull."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull, QhullError

from grasp_core.checks import AnyFloat, Float, check_array
from grasp_core.errors import ArrayError


class Solid(Protocol):
    """A convex body in its own frame; lengths in metres."""

    @property
    def radius(self) -> float:
        """Radius of a sphere about the origin that holds it."""
        ...

    def contains(self, points: AnyFloat, padding: float) -> NDArray[np.bool_]:
        """Which points (N, 3) are inside of it when it is `padding` thicker on all sides.

        The border counts. Edges stay sharp: a padded box is a box.
        """
        ...


@dataclass(frozen=True)
class Box:
    """Box about the origin; `half` has half of its edges."""

    half: tuple[float, float, float]

    @property
    def radius(self) -> float:
        """Half of the diagonal."""
        return float(np.linalg.norm(self.half))

    def contains(self, points: AnyFloat, padding: float) -> NDArray[np.bool_]:
        """See `Solid`."""
        within = np.abs(points) <= np.array(self.half) + padding
        inside: NDArray[np.bool_] = np.logical_and.reduce(within, axis=1)
        return inside


@dataclass(frozen=True)
class Cylinder:
    """Cylinder about the origin, along z."""

    base_radius: float
    half_length: float

    @property
    def radius(self) -> float:
        """Distance of the rim."""
        return float(np.hypot(self.base_radius, self.half_length))

    def contains(self, points: AnyFloat, padding: float) -> NDArray[np.bool_]:
        """See `Solid`."""
        across = np.hypot(points[:, 0], points[:, 1]) <= self.base_radius + padding
        along = np.abs(points[:, 2]) <= self.half_length + padding
        inside: NDArray[np.bool_] = across & along
        return inside


@dataclass(frozen=True)
class Sphere:
    """Sphere about the origin."""

    radius: float

    def contains(self, points: AnyFloat, padding: float) -> NDArray[np.bool_]:
        """See `Solid`."""
        inside: NDArray[np.bool_] = np.linalg.norm(points, axis=1) <= self.radius + padding
        return inside


@dataclass(frozen=True, eq=False)
class Hull:
    """Convex hull: where normals @ p <= offsets for each face.

    Attributes
    ----------
    normals : (F, 3) unit, out of the faces.
    offsets : (F,) metres.
    radius : as in `Solid`.
    """

    normals: Float
    offsets: Float
    radius: float

    @classmethod
    def of(cls, vertices: AnyFloat) -> Hull:
        """Hull of vertices (V, 3).

        Raises
        ------
        ArrayError : they span no volume, or a value is not finite.
        """
        vertices = check_array(vertices, (None, 3), "vertices")
        try:
            faces = np.unique(ConvexHull(vertices).equations.round(12), axis=0)  # one per triangle
        except (QhullError, ValueError) as error:
            raise ArrayError(f"{len(vertices)} vertices span no volume") from error
        radius = float(np.linalg.norm(vertices, axis=1).max())
        return cls(faces[:, :3], -faces[:, 3], radius)

    def contains(self, points: AnyFloat, padding: float) -> NDArray[np.bool_]:
        """See `Solid`."""
        within = points @ self.normals.T <= self.offsets + padding
        inside: NDArray[np.bool_] = np.logical_and.reduce(within, axis=1)
        return inside
