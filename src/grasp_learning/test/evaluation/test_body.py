from __future__ import annotations

import numpy as np
import pytest
import trimesh

from grasp_core.errors import ArrayError
from grasp_core.transforms import transform
from grasp_learning.evaluation.body import VOXEL_M, Body, nearest_bodies

CUBE = trimesh.creation.box((0.04, 0.04, 0.04))


@pytest.fixture(scope="module")
def cube() -> Body:
    return Body(CUBE.vertices, CUBE.faces)


def test_a_ray_from_outside_and_one_from_inside_meet_the_faces(cube: Body) -> None:
    origins = np.array([[-0.05, 0.01, 0.0], [0.0, 0.0, 0.0], [-0.05, 0.03, 0.0]])
    directions = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 0.0, 0.0]])
    distances, normals = cube.first_hits(origins, directions)
    np.testing.assert_allclose(distances, [0.03, 0.02, np.inf], atol=1e-7)
    # Against the ray, from whichever side it comes.
    np.testing.assert_allclose(normals, [[-1, 0, 0], [0, -1, 0], [0, 0, 0]], atol=1e-7)


def test_distances_are_those_to_the_surface_also_from_inside(cube: Body) -> None:
    points = np.array([[0.0, 0.0, 0.0], [0.05, 0.0, 0.0], [0.05, 0.06, 0.02]])
    np.testing.assert_allclose(cube.distances(points), [0.02, 0.03, 0.05], atol=1e-7)


def test_the_nearest_body_is_found_where_it_stands(cube: Body) -> None:
    poses = np.array([transform(np.eye(3), [x, 0.0, 0.0]) for x in (0.0, 0.1, 0.3)])
    points = np.array([[0.04, 0.0, 0.0], [0.06, 0.0, 0.0], [0.27, 0.0, 0.0], [9.0, 0.0, 0.0]])
    np.testing.assert_array_equal(nearest_bodies((cube, cube, cube), poses, points), [0, 1, 2, 2])


def test_voxel_points_lie_on_the_surface_and_leave_no_gap(cube: Body) -> None:
    points = cube.voxel_points.astype(float)
    # A mean of points on two faces lies behind their edge, at most half a voxel deep.
    assert cube.distances(points).max() < VOXEL_M / 2
    samples, _ = trimesh.sample.sample_surface(CUBE, 500, seed=np.random.default_rng(1))
    gaps = np.linalg.norm(samples[:, None] - points[None], axis=-1).min(axis=1)
    assert gaps.max() < np.sqrt(3) * VOXEL_M


def test_voxel_points_are_always_the_same() -> None:
    again = Body(CUBE.vertices, CUBE.faces).voxel_points
    np.testing.assert_array_equal(Body(CUBE.vertices, CUBE.faces).voxel_points, again)


def test_bad_meshes_are_refused() -> None:
    with pytest.raises(ArrayError, match="at least one triangle"):
        Body(CUBE.vertices, np.zeros((0, 3)))
    with pytest.raises(ArrayError, match=r"\[0, 1, 9\] at 0 is not in \[0, 7\]"):
        Body(CUBE.vertices, [[0, 1, 9]])
    with pytest.raises(ArrayError, match="vertices"):
        Body([[0.0, 0.0, np.nan]], [[0, 0, 0]])
