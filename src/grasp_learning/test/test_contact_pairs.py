from __future__ import annotations

import numpy as np
import pytest
import trimesh
from hypothesis import given
from hypothesis import strategies as st

from grasp_core.errors import ArrayError
from grasp_core.quality import minimal_friction
from grasp_learning.closed_surface import ClosedSurface
from grasp_learning.contact_pairs import ContactPairs, cone_directions, find_pairs, perpendicular

FRICTION = 0.3
SEEDS = st.integers(0, 2**32 - 1)


def pairs_of(mesh: trimesh.Trimesh, friction: float, max_distance_m: float) -> ContactPairs:
    rng = np.random.default_rng(0)
    surface = ClosedSurface(mesh.vertices, mesh.faces, mesh.center_mass)
    points, normals = surface.sample(300, rng)
    return find_pairs(
        surface, points, normals,
        friction=friction, directions=3, max_distance_m=max_distance_m, rng=rng,
    )  # fmt: skip


@given(SEEDS, st.floats(0.01, 2.0), st.integers(1, 4))
def test_directions_lie_inside_the_friction_cone(seed: int, friction: float, n: int) -> None:
    rng = np.random.default_rng(seed)
    axes = rng.standard_normal((5, 3))
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    directions = cone_directions(axes, friction, n, rng)
    assert directions.shape == (5, n, 3)
    np.testing.assert_allclose(np.linalg.norm(directions, axis=-1), 1.0)
    along = np.einsum("ijk,ik->ij", directions, axes)
    assert (np.tan(np.arccos(along)) <= friction * (1 + 1e-6)).all()


def test_directions_are_even_by_solid_angle() -> None:
    # Then the part along the axis is even between the cosine of the cone and 1 (Archimedes), and
    # the parts across it are zero on average.
    directions = cone_directions(
        np.array([[0.0, 0.0, 1.0]]), FRICTION, 20_000, np.random.default_rng(0)
    )[0]
    least = 1 / np.sqrt(1 + FRICTION**2)
    np.testing.assert_allclose(
        np.quantile(directions[:, 2], [0.25, 0.5, 0.75]),
        least + (1 - least) * np.array([0.25, 0.5, 0.75]),
        atol=1e-3,
    )
    np.testing.assert_allclose(directions[:, :2].mean(axis=0), 0.0, atol=5e-3)


@given(SEEDS)
def test_perpendicular_completes_a_right_handed_frame(seed: int) -> None:
    axes = np.random.default_rng(seed).standard_normal((4, 3))
    axes /= np.linalg.norm(axes, axis=1, keepdims=True)
    frames = np.stack([axes, *perpendicular(axes)], axis=-1)
    np.testing.assert_allclose(np.swapaxes(frames, 1, 2) @ frames, [np.eye(3)] * 4, atol=1e-12)
    np.testing.assert_allclose(np.linalg.det(frames), 1.0)


def test_both_contacts_of_a_plate_are_on_its_two_faces() -> None:
    pairs = pairs_of(trimesh.creation.box((0.08, 0.08, 0.004)), FRICTION, 0.05)
    z = pairs.contacts[:, :, 2]
    across = np.abs(z[:, 0]) == 0.002  # the others start on the rim
    assert across.mean() > 0.8
    np.testing.assert_allclose(z[across, 1], -z[across, 0], atol=1e-8)
    widest = 0.004 * np.sqrt(1 + FRICTION**2)  # along the border of the cone
    distances = pairs.distances[across]
    assert distances.min() >= 0.004 - 1e-8
    assert distances.max() <= widest + 1e-8


def test_pairs_are_in_force_closure_and_name_their_point() -> None:
    mesh = trimesh.creation.torus(0.03, 0.01)
    rng = np.random.default_rng(0)
    surface = ClosedSurface(mesh.vertices, mesh.faces, mesh.center_mass)
    points, normals = surface.sample(200, rng)
    pairs = find_pairs(
        surface, points, normals, friction=FRICTION, directions=2, max_distance_m=0.1, rng=rng
    )
    assert 0 < len(pairs) < pairs.opposed
    assert (minimal_friction(pairs.contacts, pairs.normals) <= FRICTION).all()
    assert np.array_equal(pairs.contacts[:, 0], points[pairs.points])
    assert np.array_equal(pairs.normals[:, 0], normals[pairs.points])


def test_a_tetrahedron_has_far_sides_but_none_that_holds_without_friction() -> None:
    corners = 0.02 * np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]])
    pairs = pairs_of(trimesh.convex.convex_hull(corners), 0.05, 0.1)
    assert (len(pairs), pairs.opposed > 500) == (0, True)


def test_contacts_farther_apart_than_the_stroke_are_no_pairs(cube: trimesh.Trimesh) -> None:
    assert len(pairs_of(cube, FRICTION, 0.0299)) == 0
    assert len(pairs_of(cube, FRICTION, 0.0301)) > 0


def test_lengths_that_differ_are_refused() -> None:
    with pytest.raises(ArrayError, match=r"points: shape \(1,\), expected \(2\)"):
        ContactPairs(np.zeros((2, 2, 3)), np.zeros((2, 2, 3)), np.zeros(1, dtype=np.int64), 2)
