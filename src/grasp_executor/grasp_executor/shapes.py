"""Shapes of obstacles and of carried objects: boxes, meshes, voxels of a cloud."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import AnyFloat, Float, check_array
from grasp_executor.errors import PlanningSceneError


@dataclass(frozen=True, eq=False)
class Box:
    """A box about its origin; `size` (3,) metres along x, y, z."""

    size: Float

    def __post_init__(self) -> None:
        """Raise PlanningSceneError for a box without volume."""
        size = check_array(self.size, (3,), "box size")
        if not (size > 0).all():
            raise PlanningSceneError(f"box size {size.tolist()} must be positive")
        object.__setattr__(self, "size", size)


@dataclass(frozen=True, eq=False)
class Mesh:
    """A surface of triangles; it need not be convex or closed. Its inside is free space.

    Attributes
    ----------
    vertices : (V, 3) metres.
    triangles : (T, 3) indices of vertices.
    """

    vertices: Float
    triangles: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Raise PlanningSceneError for no triangle, or one of vertices that do not exist."""
        vertices = check_array(self.vertices, (None, 3), "mesh vertices")
        triangles = check_array(self.triangles, (None, 3), "mesh triangles", np.int64)
        if len(triangles) == 0:
            raise PlanningSceneError("a mesh needs at least one triangle")
        if triangles.min() < 0 or triangles.max() >= len(vertices):
            raise PlanningSceneError(
                f"mesh triangles index {triangles.min()} to {triangles.max()}, "
                f"there are {len(vertices)} vertices"
            )
        object.__setattr__(self, "vertices", vertices)
        object.__setattr__(self, "triangles", triangles)


@dataclass(frozen=True, eq=False)
class Voxels:
    """Cubes of one size on the grid that is aligned with the origin.

    Attributes
    ----------
    cells : (N, 3); cell (i, j, k) spans [i, i + 1] size along x, and so on.
    size : metres.
    """

    cells: NDArray[np.int64]
    size: float

    def __post_init__(self) -> None:
        """Raise PlanningSceneError for no voxel, or one without extent."""
        cells = check_array(self.cells, (None, 3), "voxel cells", np.int64)
        if len(cells) == 0:
            raise PlanningSceneError("voxels need at least one cell; leave the object out instead")
        if not 0 < self.size < np.inf:
            raise PlanningSceneError(f"voxel size {self.size} m must be positive and finite")
        object.__setattr__(self, "cells", cells)

    @classmethod
    def of_points(cls, points: AnyFloat, size: float) -> Voxels:
        """Take the voxels that the points (N, 3) occupy, in the frame of the points."""
        if not 0 < size < np.inf:
            raise PlanningSceneError(f"voxel size {size} m must be positive and finite")
        points = check_array(points, (None, 3), "points")
        return cls(np.unique(np.floor(points / size).astype(np.int64), axis=0), size)

    def centers(self) -> Float:
        """Centres (N, 3), metres."""
        return (self.cells.astype(np.float64) + 0.5) * self.size


Shape: TypeAlias = Box | Mesh | Voxels
