from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from shapely import Polygon

from grasp_sim.objects.polygons import (
    PIECE_TOLERANCE,
    convex_pieces,
    cross_section,
    rectangle,
    regular,
    rounded,
    strip,
)


def test_a_convex_polygon_is_one_piece() -> None:
    pieces = convex_pieces(regular(8, 1.0))
    assert len(pieces) == 1
    assert len(pieces[0]) == 8


def test_an_l_is_two_pieces() -> None:
    pieces = convex_pieces(strip([(0, 2), (0, 0), (3, 0)], 1.0))
    assert len(pieces) == 2
    assert sum(Polygon(piece).area for piece in pieces) == pytest.approx(3.5 + 1.5)


@given(corners=st.integers(3, 12), seed=st.integers(0, 2**32 - 1), hole=st.booleans())
def test_pieces_are_convex_cover_the_polygon_and_fill_little(
    corners: int, seed: int, hole: bool
) -> None:
    radii = np.random.default_rng(seed).uniform(0.5, 1.5, corners)
    angles = np.arange(corners) * 2 * np.pi / corners
    polygon = Polygon(np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=-1))
    if hole:
        polygon = polygon.difference(regular(5, 0.15))
    pieces = [Polygon(piece) for piece in convex_pieces(polygon)]
    assert all(piece.exterior.is_ccw for piece in pieces)
    assert_allclose([p.area for p in pieces], [p.convex_hull.area for p in pieces])
    assert shapely.union_all(pieces).buffer(1e-9).covers(polygon)
    assert sum(piece.area for piece in pieces) <= (1 + PIECE_TOLERANCE) * polygon.area + 1e-12


def test_no_tolerance_cuts_exactly() -> None:
    ring = regular(12, 1.0).difference(regular(12, 0.8))
    pieces = convex_pieces(ring, tolerance=0.0)
    assert sum(Polygon(piece).area for piece in pieces) == pytest.approx(ring.area)


def test_shapes_have_their_areas() -> None:
    assert rectangle(-1.0, 0.0, 1.0, 3.0).area == pytest.approx(6.0)
    assert regular(4, 1.0, turn=np.pi / 4).area == pytest.approx(2.0)
    assert_allclose(regular(4, 1.0, 5.0, 6.0).exterior.coords[0], (6.0, 6.0))
    assert strip([(0, 0), (4, 0)], 0.5).area == pytest.approx(2.0)
    # four corners lose what a twelve-sided polygon of radius 0.5 leaves of a unit square
    assert rounded(rectangle(0, 0, 4, 4), 0.5).area == pytest.approx(16.0 - (1.0 - 0.75))


def test_a_section_keeps_its_holes() -> None:
    ring = regular(6, 1.0).difference(regular(6, 0.5))
    assert cross_section(ring).area() == pytest.approx(ring.area)
