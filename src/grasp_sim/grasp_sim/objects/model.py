"""`ObjectModel`: everything that physics, cameras and labels need to know about an object."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import trimesh
from manifold3d import Manifold
from numpy.typing import NDArray

from grasp_core.checks import Float, check_array
from grasp_sim.errors import ConvexPartsError, MeshError

#: Metres. A side shorter than this has no inside to simulate; a longer one than the larger limit
#: is not an object for a hand, but most likely a file in millimetres.
MIN_SIDE_M = 5e-4
MAX_SIDE_M = 0.6

#: Volume of the parts over that of the mesh. Above, cavities are filled: a cup would be solid.
MAX_PART_VOLUME = 1.15

#: Below, some of the object is missing in physics.
MIN_PART_VOLUME = 0.95

#: Largest coefficient of friction; rubber on rubber is about 1.
MAX_FRICTION = 2.0


@dataclass(frozen=True, eq=False)
class ObjectModel:
    """A rigid object, in its own frame: origin at its centre of mass, z up as it was modelled.

    Attributes
    ----------
    name : unique name, such as "bolt-0003".
    family : the kind of object, or the source of its mesh.
    vertices : (V, 3) metres.
    triangles : (T, 3) indices of vertices, counter-clockwise from outside; a closed surface.
    parts : (P, 3) metres, corners of each convex part.
    density : kg/m^3.
    friction : coefficient of friction of its surface.
    mass : kilograms, from density and volume.
    inertia : (3, 3) kg m^2, about the centre of mass.

    Raises
    ------
    MeshError : the mesh is not closed, has no volume, or is thinner than 0.5 mm or larger than
        60 cm; or a physical value is out of range.
    ConvexPartsError : the parts fill the mesh's cavities or leave some of it out.
    """

    name: str
    family: str
    vertices: Float
    triangles: NDArray[np.int32]
    parts: tuple[Float, ...]
    density: float
    friction: float
    mass: float = field(init=False)
    inertia: Float = field(init=False)

    def __post_init__(self) -> None:
        vertices = check_array(self.vertices, (None, 3), "vertices")
        triangles = check_array(self.triangles, (None, 3), "triangles", np.int32)
        mesh = checked_mesh(vertices, triangles, self.name)
        if not (np.isfinite(self.density) and self.density > 0):
            raise MeshError(f"{self.name}: density {self.density} kg/m^3 must be > 0")
        if not 0 < self.friction <= MAX_FRICTION:
            raise MeshError(f"{self.name}: friction {self.friction} is not in (0, {MAX_FRICTION}]")
        parts = tuple(check_array(part, (None, 3), "parts") for part in self.parts)
        _check_parts(self.name, mesh.volume, parts)
        mesh.density = self.density
        center = mesh.center_mass
        object.__setattr__(self, "vertices", check_array(vertices - center, (None, 3), "vertices"))
        object.__setattr__(self, "triangles", triangles)
        object.__setattr__(
            self, "parts", tuple(check_array(part - center, (None, 3), "parts") for part in parts)
        )
        object.__setattr__(self, "mass", float(mesh.mass))
        object.__setattr__(self, "inertia", check_array(mesh.moment_inertia, (3, 3), "inertia"))

    @cached_property
    def mesh(self) -> trimesh.Trimesh:
        """The surface, in the frame of the object."""
        return trimesh.Trimesh(self.vertices, self.triangles, process=False)

    @property
    def sides(self) -> Float:
        """(3,) metres, sides of the smallest box around it in any orientation, shortest first."""
        sides: Float = np.sort(self.mesh.bounding_box_oriented.primitive.extents)
        return sides


def checked_mesh(vertices: Float, triangles: NDArray[np.integer], name: str) -> trimesh.Trimesh:
    """Return the closed surface, or tell what is wrong with it.

    Raises
    ------
    MeshError : an index is out of range, the surface is open or turned inside out, or it is
        thinner or larger than an object for a hand can be.
    """
    if len(triangles) == 0:
        raise MeshError(f"{name}: the mesh has no triangles")
    if triangles.min() < 0 or triangles.max() >= len(vertices):
        raise MeshError(
            f"{name}: triangles point to vertices {triangles.min()} to {triangles.max()}, "
            f"there are 0 to {len(vertices) - 1}"
        )
    mesh = trimesh.Trimesh(vertices, triangles, process=False)
    sides = np.sort(mesh.extents)
    if sides[0] < MIN_SIDE_M:
        raise MeshError(
            f"{name}: {sides[0] * 1e3:.3g} mm thick, the least is {MIN_SIDE_M * 1e3} mm"
        )
    if sides[2] > MAX_SIDE_M:
        raise MeshError(
            f"{name}: {sides[2]:.4g} m long, the most is {MAX_SIDE_M} m; "
            "is the file in millimetres?"
        )
    if not mesh.is_watertight:
        raise MeshError(f"{name}: the mesh is not watertight, {_open_edges(mesh)} edges are open")
    if not mesh.is_winding_consistent or mesh.volume <= 0:
        raise MeshError(f"{name}: the mesh is turned inside out, its volume is {mesh.volume:.3g}")
    return mesh


def _open_edges(mesh: trimesh.Trimesh) -> int:
    """Count edges that do not belong to exactly two triangles."""
    counts = np.unique(mesh.edges_sorted, axis=0, return_counts=True)[1]
    return int((counts != 2).sum())


def _check_parts(name: str, volume: float, parts: tuple[Float, ...]) -> None:
    hulls = [Manifold.hull_points(part) for part in parts]
    if not hulls or min(hull.volume() for hull in hulls) <= 0:
        raise ConvexPartsError(f"{name}: needs at least one convex part, each with a volume")
    share = sum(hull.volume() for hull in hulls) / volume
    if not MIN_PART_VOLUME <= share <= MAX_PART_VOLUME:
        raise ConvexPartsError(
            f"{name}: the {len(hulls)} convex parts have {share:.3f} of the mesh's volume, valid: "
            f"{MIN_PART_VOLUME} to {MAX_PART_VOLUME}"
        )
