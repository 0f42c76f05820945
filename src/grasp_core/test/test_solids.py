from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grasp_core.errors import ArrayError
from grasp_core.solids import Box, Cylinder, Hull, Solid, Sphere

BOX = Box((0.1, 0.2, 0.3))
CORNERS = np.array(list(itertools.product((-0.1, 0.1), (-0.2, 0.2), (-0.3, 0.3))))
HULL = Hull.of(np.concatenate([CORNERS, [[0.0, 0.1, 0.2]]]))  # the last is inside


@pytest.mark.parametrize(
    ("solid", "point", "distance"),
    [
        (BOX, [0.15, 0.0, 0.0], 0.05),
        (BOX, [0.15, 0.26, 0.0], 0.06),  # a padded edge stays sharp
        (HULL, [0.15, 0.26, 0.0], 0.06),
        (Sphere(0.1), [0.0, 0.09, 0.12], 0.05),
        (Cylinder(0.1, 0.3), [0.09, 0.12, 0.0], 0.05),
        (Cylinder(0.1, 0.3), [0.0, 0.05, 0.32], 0.02),
    ],
)
def test_a_point_is_inside_once_the_padding_reaches_it(
    solid: Solid, point: list[float], distance: float
) -> None:
    points = np.array([point])
    assert solid.contains(points, distance + 1e-9).tolist() == [True]
    assert solid.contains(points, distance - 1e-9).tolist() == [False]
    assert solid.contains(np.zeros((1, 3)), 0.0).tolist() == [True]


@pytest.mark.parametrize(
    ("solid", "radius"),
    [
        (BOX, math.sqrt(0.14)),
        (HULL, math.sqrt(0.14)),
        (Sphere(0.1), 0.1),
        (Cylinder(0.3, 0.4), 0.5),
    ],
)
def test_radius_holds_the_solid(solid: Solid, radius: float) -> None:
    assert solid.radius == pytest.approx(radius)


@given(st.integers(0, 2**32 - 1), st.floats(0.0, 0.1))
def test_the_hull_of_a_box_is_the_box(seed: int, padding: float) -> None:
    points = np.random.default_rng(seed).uniform(-0.5, 0.5, (50, 3))
    expected = BOX.contains(points, padding)
    np.testing.assert_array_equal(HULL.contains(points, padding + 1e-9), expected)


def test_no_points_and_no_volume() -> None:
    for solid in (BOX, HULL, Sphere(1.0), Cylinder(1.0, 1.0)):
        assert solid.contains(np.zeros((0, 3)), 0.0).shape == (0,)
    with pytest.raises(ArrayError, match="4 vertices span no volume"):
        Hull.of(np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]]))
    with pytest.raises(ArrayError, match="2 vertices span no volume"):
        Hull.of(np.zeros((2, 3)))
