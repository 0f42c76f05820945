from __future__ import annotations

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from grasp_core.checks import Float
from grasp_core.errors import ArrayError
from grasp_learning.closed_surface import LEAST_DISTANCE_M, ClosedSurface
from grasp_sim.errors import MeshError

#: Outer diameter 60 mm, wall 3 mm, open at both ends, axis z.
TUBE = trimesh.creation.annulus(0.027, 0.030, 0.08)
TORUS = trimesh.creation.torus(0.03, 0.01, 16, 12)


def surface_of(mesh: trimesh.Trimesh) -> ClosedSurface:
    return ClosedSurface(mesh.vertices, mesh.faces, mesh.center_mass)


def far_hits(triangles: Float, origin: Float, direction: Float, most: float) -> list[float]:
    """The definition: intersect one ray with every triangle (Moller and Trumbore, 1997)."""
    distances = []
    for a, b, c in triangles:
        matrix = np.stack([-direction, b - a, c - a], axis=1)
        t, u, v = np.linalg.solve(matrix, origin - a)
        leaves = np.cross(b - a, c - a) @ direction > 0
        if min(u, v) >= 0 and u + v <= 1 and LEAST_DISTANCE_M < t <= most and leaves:
            distances.append(float(t))
    return sorted(distances)


def test_a_ray_through_the_wall_of_a_tube_leaves_it_twice() -> None:
    origin, inwards = np.array([[-0.03, 0.0, 0.01]]), np.array([[1.0, 0.0, 0.0]])
    rays, points, normals = surface_of(TUBE).far_sides(origin, inwards, 0.1)
    assert rays.tolist() == [0, 0]
    np.testing.assert_allclose(points, [[-0.027, 0, 0.01], [0.030, 0, 0.01]], atol=1e-6)
    np.testing.assert_allclose(normals[:, 0], [1.0, 1.0], atol=0.02)  # of a polygon's sides


def test_only_far_sides_within_the_stroke_count() -> None:
    origin, inwards = np.array([[-0.03, 0.0, 0.01]]), np.array([[1.0, 0.0, 0.0]])
    points = surface_of(TUBE).far_sides(origin, inwards, 0.05)[1]
    np.testing.assert_allclose(points, [[-0.027, 0, 0.01]], atol=1e-6)
    assert len(surface_of(TUBE).far_sides(origin, inwards, 0.002)[0]) == 0


@settings(max_examples=20)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 0.1))
def test_far_sides_are_all_triangles_that_a_ray_leaves_through(seed: int, most: float) -> None:
    rng = np.random.default_rng(seed)
    surface = surface_of(TORUS)
    origins, normals = surface.sample(8, rng)
    directions = -normals + 0.5 * rng.standard_normal((8, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    rays, points, _ = surface.far_sides(origins, directions, most)
    distances = np.linalg.norm(points - origins[rays], axis=1)
    triangles = np.asarray(TORUS.triangles)
    for i, (origin, direction) in enumerate(zip(origins, directions, strict=True)):
        expected = far_hits(triangles, origin, direction, most)
        np.testing.assert_allclose(distances[rays == i], expected, atol=1e-6)


def test_samples_lie_on_the_surface_in_proportion_to_area() -> None:
    box = trimesh.creation.box((0.01, 0.02, 0.04))  # faces of 2, 4 and 8 cm^2 by pairs
    points, normals = surface_of(box).sample(14_000, np.random.default_rng(0))
    axis = np.argmax(np.abs(normals), axis=1)
    np.testing.assert_allclose(
        points[np.arange(14_000), axis], (normals @ [0.005, 0.01, 0.02]), atol=1e-12
    )
    # 3 standard deviations of a binomial count are at most 177.
    np.testing.assert_allclose(np.bincount(axis), [8000, 4000, 2000], atol=180)


def test_a_seed_gives_the_same_samples() -> None:
    first, second = (surface_of(TORUS).sample(50, np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(first[0], second[0])


def test_reach_is_to_the_farthest_corner(cube: trimesh.Trimesh) -> None:
    stray = np.vstack([cube.vertices, [[1.0, 1.0, 1.0]]])  # a vertex of no triangle
    surface = ClosedSurface(stray, cube.faces, [0.005, 0.0, 0.0])
    np.testing.assert_allclose(surface.reach_m, np.sqrt(0.02**2 + 2 * 0.015**2))


def test_meshes_that_enclose_nothing_are_refused(cube: trimesh.Trimesh) -> None:
    vertices, faces = cube.vertices, cube.faces
    with pytest.raises(MeshError, match="not watertight, 3 edges are open"):
        ClosedSurface(vertices, faces[1:], np.zeros(3))
    with pytest.raises(MeshError, match="no triangles"):
        ClosedSurface(vertices, np.zeros((0, 3)), np.zeros(3))
    with pytest.raises(MeshError, match="turned inside out"):
        ClosedSurface(vertices, faces[:, ::-1], np.zeros(3))
    with pytest.raises(ArrayError, match=r"vertices: value at index \[0, 0\] is not finite"):
        ClosedSurface(np.where(vertices == vertices[0, 0], np.nan, vertices), faces, np.zeros(3))
    with pytest.raises(ArrayError, match=r"center_of_mass: value at index \[2\] is not finite"):
        ClosedSurface(vertices, faces, [0.0, 0.0, np.nan])
