"""`Body`: a triangle mesh on which grasps are judged."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import open3d as o3d
import trimesh
from numpy.typing import ArrayLike, NDArray

from grasp_core.checks import Float, check_array
from grasp_core.errors import ArrayError
from grasp_core.transforms import inverse
from grasp_core.triangle_tree import TriangleTree
from grasp_core.voxels import voxel_downsample

#: Evaluation runs one process per core, so that more threads here would only compete.
THREADS = 1
#: Metres, edge of graspnetAPI's voxels of models and of its grid of points on the table.
VOXEL_M = 0.008
#: Samples of the surface per square metre: seven in an area of VOXEL_M squared, so that one voxel
#: in a thousand that the surface fills stays empty.
SAMPLES_PER_M2 = 7 / VOXEL_M**2


class Body:
    """A mesh in its own frame; it need not be closed.

    Attributes
    ----------
    vertices : (V, 3) metres.
    triangles : (T, 3) indices of vertices.
    tree : for collisions.

    Raises
    ------
    ArrayError : wrong shapes, a value that is not finite, an index out of range, or no triangle.
    """

    def __init__(self, vertices: ArrayLike, triangles: ArrayLike) -> None:
        self.vertices: Float = check_array(vertices, (None, 3), "vertices")
        self.triangles = check_array(triangles, (None, 3), "triangles", np.int64)
        if len(self.triangles) == 0:
            raise ArrayError("a body needs at least one triangle")
        self.tree = TriangleTree.build(self.vertices, self.triangles, "body")
        self._scene = o3d.t.geometry.RaycastingScene(nthreads=THREADS)
        self._scene.add_triangles(
            _tensor(self.vertices, np.float32), _tensor(self.triangles, np.uint32)
        )

    @cached_property
    def voxel_points(self) -> NDArray[np.float32]:
        """(P, 3) metres, one point per voxel of 8 mm that the surface fills; always the same."""
        mesh = trimesh.Trimesh(self.vertices, self.triangles, process=False)
        count = max(1, round(mesh.area * SAMPLES_PER_M2))
        samples, _ = trimesh.sample.sample_surface(mesh, count, seed=np.random.default_rng(0))
        means, _ = voxel_downsample(np.asarray(samples, dtype=np.float32), VOXEL_M)
        return means

    def first_hits(self, origins: Float, directions: Float) -> tuple[Float, Float]:
        """Find where rays first meet the surface.

        Parameters
        ----------
        origins, directions : (N, 3) metres and unit vectors, in the frame of the body.

        Returns
        -------
        distances : (N,) metres, infinity where a ray misses.
        normals : (N, 3) unit normals against the rays, 0 where a ray misses.
        """
        rays = np.concatenate([origins, directions], axis=1)
        found = self._scene.cast_rays(_tensor(rays, np.float32), nthreads=THREADS)
        distances = found["t_hit"].numpy().astype(np.float64)
        normals = found["primitive_normals"].numpy().astype(np.float64)
        along = np.einsum("nk,nk->n", normals, directions)
        normals *= -np.sign(along)[:, None]
        normals[np.isinf(distances)] = 0.0
        return distances, normals

    def distances(self, points: Float) -> Float:
        """Metres (N,) from points (N, 3), in the frame of the body, to its surface."""
        found = self._scene.compute_distance(_tensor(points, np.float32), nthreads=THREADS)
        distances: Float = found.numpy().astype(np.float64)
        return distances


def nearest_bodies(
    bodies: tuple[Body, ...], T_frame_body: Float, points: Float
) -> NDArray[np.intp]:
    """Index (N,) of the body whose surface is nearest to each point.

    Parameters
    ----------
    bodies : B of them, at least one.
    T_frame_body : (B, 4, 4) their poses in the frame of the points.
    points : (N, 3) metres.
    """
    distances = []
    for body, T_body_frame in zip(bodies, inverse(T_frame_body), strict=True):
        distances.append(body.distances(points @ T_body_frame[:3, :3].T + T_body_frame[:3, 3]))
    nearest: NDArray[np.intp] = np.argmin(distances, axis=0)
    return nearest


def _tensor(array: NDArray[Any], dtype: type) -> o3d.core.Tensor:
    return o3d.core.Tensor.from_numpy(np.ascontiguousarray(array, dtype=dtype))
