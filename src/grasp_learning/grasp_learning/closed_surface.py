"""`ClosedSurface`: the surface of a solid object, for sampling and for casting rays through."""

from __future__ import annotations

from typing import Any

import numpy as np
import open3d as o3d
import trimesh
from numpy.typing import ArrayLike, NDArray

from grasp_core.checks import Float, check_array
from grasp_sim.objects.model import checked_mesh

#: Data generation runs one process per core, so that more threads here would only compete.
THREADS = 1

#: Metres. A hit closer than this is the surface that the ray starts on: ten times the rounding of
#: Embree's float32 coordinates, and a fifth of the thinnest object that `checked_mesh` accepts.
LEAST_DISTANCE_M = 1e-4


class ClosedSurface:
    """A watertight triangle mesh and its centre of mass.

    Attributes
    ----------
    mesh : the surface, in the object's frame.
    center_of_mass : (3,) metres.
    reach_m : largest distance of the surface from the centre of mass, the length that torques are
        divided by (`grasp_core.quality.ferrari_canny`).

    Raises
    ------
    ArrayError : wrong shapes, or a value that is not finite.
    grasp_sim.errors.MeshError : the mesh is empty, open, turned inside out, too thin or too large.
    """

    def __init__(
        self, vertices: ArrayLike, triangles: ArrayLike, center_of_mass: ArrayLike
    ) -> None:
        points = check_array(vertices, (None, 3), "vertices")
        faces = check_array(triangles, (None, 3), "triangles", np.int32)
        self.mesh: trimesh.Trimesh = checked_mesh(points, faces, "the object")
        self.center_of_mass: Float = check_array(center_of_mass, (3,), "center_of_mass")
        corners = points[np.unique(faces)]  # a vertex of no triangle is not on the surface
        self.reach_m = float(np.linalg.norm(corners - self.center_of_mass, axis=1).max())
        self._scene = o3d.t.geometry.RaycastingScene(nthreads=THREADS)
        self._scene.add_triangles(_tensor(points, np.float32), _tensor(faces, np.uint32))

    def sample(self, n: int, rng: np.random.Generator) -> tuple[Float, Float]:
        """Draw points (n, 3) evenly by area, with outward unit normals (n, 3)."""
        points, faces = trimesh.sample.sample_surface(self.mesh, n, seed=rng)
        return np.asarray(points), self.mesh.face_normals[faces]

    def far_sides(
        self, origins: Float, directions: Float, max_distance_m: float
    ) -> tuple[NDArray[np.int64], Float, Float]:
        """Find where rays leave the object, at most `max_distance_m` from where they start.

        A ray through the wall of a cup leaves the object at the inside of the wall and, if it goes
        on far enough, at the outside of the opposite wall: both are far sides.

        Parameters
        ----------
        origins, directions : (N, 3) metres and unit vectors.

        Returns
        -------
        rays : (M,) index of each hit's ray, in rising order; the hits of one ray nearest first.
        points : (M, 3) metres.
        normals : (M, 3) outward unit normals.
        """
        rays = np.concatenate([origins, directions], axis=1)
        found = self._scene.list_intersections(_tensor(rays, np.float32), nthreads=THREADS)
        hits = {name: found[name].numpy() for name in ("ray_ids", "t_hit", "primitive_ids")}
        ray = hits["ray_ids"].astype(np.int64)
        distance = hits["t_hit"].astype(np.float64)
        normals = self.mesh.face_normals[hits["primitive_ids"]]
        leaves = np.einsum("nk,nk->n", normals, directions[ray]) > 0
        far = np.flatnonzero(leaves & (distance > LEAST_DISTANCE_M) & (distance <= max_distance_m))
        far = far[np.lexsort((distance[far], ray[far]))]
        points = origins[ray[far]] + distance[far, None] * directions[ray[far]]
        return ray[far], points, normals[far]


def _tensor(array: NDArray[Any], dtype: type) -> o3d.core.Tensor:
    return o3d.core.Tensor.from_numpy(np.ascontiguousarray(array, dtype=dtype))
