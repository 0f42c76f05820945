from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import ConvexHull

from grasp_core.checks import Float
from grasp_core.wrench_hull import BLOCK, CONE_EDGES, hull_radius


def contact_points() -> Float:
    """List the corners (20, 8) of both double pyramids in contact coordinates."""
    corners = []
    for contact in (0, 4):
        for edge in range(CONE_EDGES):
            angle = 2 * np.pi * edge / CONE_EDGES
            corners.append(np.roll([1, np.cos(angle), np.sin(angle), 0, 0, 0, 0, 0], contact))
        for torsion in (1, -1):
            corners.append(np.roll([1, 0, 0, torsion, 0, 0, 0, 0], contact))
    return np.array(corners)


def radius_by_qhull(grasp_map: Float) -> float:
    """Apply the definition: distance of the nearest facet, 0 if the origin is outside."""
    hull = ConvexHull(contact_points() @ grasp_map.T)
    return max(0.0, float(-hull.equations[:, -1].max()))


def random_maps(seed: int, n: int) -> Float:
    """Grasp maps of two contacts that oppose each other to a random degree."""
    rng = np.random.default_rng(seed)
    maps = rng.normal(size=(n, 6, 8)) * rng.uniform(0.1, 1.0, (n, 1, 8))
    maps[:, :, 4] = -maps[:, :, 0] + rng.uniform(0, 0.5, (n, 1)) * rng.normal(size=(n, 6))
    return maps


@given(st.integers(0, 2**32 - 1))
def test_radius_equals_the_general_hull_code(seed: int) -> None:
    maps = random_maps(seed, 3)
    np.testing.assert_allclose(
        hull_radius(maps), [radius_by_qhull(one) for one in maps], rtol=1e-9, atol=1e-12
    )


def test_the_random_maps_hold_the_origin_often_and_miss_it_often() -> None:
    inside = (hull_radius(random_maps(0, 1000)) > 0).mean()
    assert 0.2 < inside < 0.8


@pytest.mark.parametrize("n", [0, 1, 5, BLOCK + 2])
def test_a_batch_equals_its_singles(n: int) -> None:
    maps = random_maps(1, n)
    radius = hull_radius(maps)
    assert radius.shape == (n,)
    for index in {0, n // 2, n - 1} & set(range(n)):
        single = hull_radius(maps[index : index + 1])
        np.testing.assert_allclose(radius[index], single[0], rtol=1e-12)


def test_a_flat_hull_has_radius_zero_and_leaves_its_neighbours_alone() -> None:
    maps = random_maps(2, 3)
    maps[1, 5] = maps[1, 4]  # five dimensions
    expected = [radius_by_qhull(maps[0]), 0.0, radius_by_qhull(maps[2])]
    np.testing.assert_allclose(hull_radius(maps), expected, rtol=1e-9)
    assert hull_radius(np.zeros((1, 6, 8))).tolist() == [0.0]
