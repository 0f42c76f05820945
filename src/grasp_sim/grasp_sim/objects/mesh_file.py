"""Objects from mesh files: a user's own, and those of other packages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import trimesh
from manifold3d import Error, Manifold, Mesh64, OpType
from numpy.typing import NDArray

from grasp_core.checks import Float
from grasp_sim.errors import MeshError
from grasp_sim.objects.decomposition import convex_parts
from grasp_sim.objects.model import ObjectModel, checked_mesh

#: kg/m^3; a plastic part, or a household object that is partly hollow.
DENSITY = 600.0

#: Coefficient of friction of cardboard or plastic on a rubber pad.
FRICTION = 0.5


def load_mesh_object(
    path: Path | str,
    name: str | None = None,
    family: str = "file",
    scale: float = 1.0,
    density: float = DENSITY,
    friction: float = FRICTION,
    cache: Path | None = None,
) -> ObjectModel:
    """Read an object from a mesh file of any format that trimesh reads (OBJ, STL, PLY, GLB, ...).

    Bodies that overlap are joined to one solid.

    Parameters
    ----------
    name : of the object, by default that of the file.
    scale : metres per unit of the file; 0.001 for a file in millimetres.
    density : kg/m^3.
    friction : coefficient of friction of its surface.
    cache : folder for the convex parts, the user's cache by default.

    Raises
    ------
    MeshError : the file is missing or no mesh, or the mesh is open, not finite, too thin or too
        large.
    ConvexPartsError : it has cavities that convex parts cannot keep open.
    """
    path = Path(path)
    if not path.is_file():
        raise MeshError(f"{path}: no such file")
    try:
        mesh = trimesh.load_mesh(path, process=False)
    except Exception as error:  # every reader of trimesh has errors of its own
        raise MeshError(f"{path}: cannot be read as a mesh ({error})") from error
    if not isinstance(mesh, trimesh.Trimesh) or len(mesh.faces) == 0:
        raise MeshError(f"{path}: has no triangles")
    finite = np.isfinite(mesh.vertices).all(axis=1)
    if not finite.all():
        raise MeshError(f"{path}: vertex {int(np.argmin(finite))} is not finite")
    mesh.merge_vertices(merge_tex=True, merge_norm=True)
    checked_mesh(mesh.vertices * scale, mesh.faces, str(path))
    vertices, triangles = _joined(mesh, str(path))
    return ObjectModel(
        name=name or path.stem,
        family=family,
        vertices=vertices * scale,
        triangles=triangles,
        parts=tuple(part * scale for part in convex_parts(vertices, triangles, cache)),
        density=density,
        friction=friction,
    )


def _joined(mesh: trimesh.Trimesh, name: str) -> tuple[Float, NDArray[np.int32]]:
    """Join the closed bodies of a mesh, which may overlap."""
    bodies = [
        Manifold(Mesh64(np.array(body.vertices), np.array(body.faces, dtype=np.uint64)))
        for body in mesh.split(only_watertight=False)
    ]
    for body in bodies:
        if body.status() != Error.NoError:
            raise MeshError(f"{name}: a body is not a closed surface ({body.status().name})")
    joined = Manifold.batch_boolean(bodies, OpType.Add).to_mesh64()
    return np.array(joined.vert_properties[:, :3]), np.array(joined.tri_verts, dtype=np.int32)
