from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from grasp_perception.geometric.contact_pairs import (
    FRICTION,
    LEAST_LATERAL,
    LEAST_WIDTH_M,
    PAIRS_PER_GROUP,
    find_contact_pairs,
)
from grasp_perception.geometric.surface import Surface

Float = NDArray[np.float64]
VIEWPOINT = np.array([0.0, 0.0, 0.0])


def surface_of(normals: Float, contour: Float | None = None) -> Surface:
    """One segment with the given normals, its centre at the origin."""
    contour = np.zeros_like(normals) if contour is None else contour
    return Surface(normals, contour, np.zeros(len(normals), np.int32), np.zeros((1, 3)))


def two_walls(width: float, lean: float = 0.0) -> tuple[Float, Float]:
    """Two contacts `width` apart along x, whose normals lean from x by an angle."""
    points = np.array([[-width / 2, 0, 0.5], [width / 2, 0, 0.5]])
    normals = np.array(
        [[-math.cos(lean), 0, -math.sin(lean)], [math.cos(lean), 0, -math.sin(lean)]]
    )
    return points, normals


def test_opposite_walls_are_one_pair() -> None:
    points, normals = two_walls(0.04)
    pairs = find_contact_pairs(points, surface_of(normals), VIEWPOINT, 0.1)
    assert len(pairs) == 1
    np.testing.assert_allclose(pairs.centers[0], [0, 0, 0.5])
    np.testing.assert_allclose(np.abs(pairs.closing[0]), [1, 0, 0])
    np.testing.assert_allclose(pairs.widths, 0.04)
    np.testing.assert_allclose(pairs.quality, 1.0)
    assert pairs.visible.tolist() == [1.0]


def test_quality_falls_to_nothing_at_the_border_of_the_friction_cone() -> None:
    limit = math.atan(FRICTION)

    def quality(lean: float) -> list[float]:
        points, normals = two_walls(0.04, lean)
        return find_contact_pairs(points, surface_of(normals), VIEWPOINT, 0.1).quality.tolist()

    (half,) = quality(limit / 2)
    expected = (math.cos(limit / 2) - math.cos(limit)) / (1 - math.cos(limit))
    assert half == pytest.approx(expected)
    assert quality(limit * 0.999)[0] < 0.01
    assert quality(limit * 1.001) == []


@pytest.mark.parametrize("width", [0.101, LEAST_WIDTH_M / 2])
def test_walls_too_far_apart_or_too_near_are_no_pair(width: float) -> None:
    points, normals = two_walls(width)
    assert len(find_contact_pairs(points, surface_of(normals), VIEWPOINT, 0.1)) == 0


def test_walls_that_face_each_other_are_no_pair() -> None:
    points, normals = two_walls(0.04)
    assert len(find_contact_pairs(points, surface_of(-normals), VIEWPOINT, 0.1)) == 0


@pytest.mark.parametrize(("lean_deg", "seen", "hidden"), [(20, 1, 1), (40, 0, 1), (60, 0, 0)])
def test_a_contour_believes_lines_that_lean_along_the_view(
    lean_deg: float, seen: int, hidden: int
) -> None:
    """Seen normals allow 27 degrees of friction; a contour allows 50 off the image plane."""
    assert math.degrees(math.acos(LEAST_LATERAL)) == pytest.approx(50)
    drop = 0.04 * math.tan(math.radians(lean_deg))
    points = np.array([[-0.02, 0, 0.5], [0.02, 0, 0.5 + drop]])
    sides = np.array([[-1.0, 0, 0], [1.0, 0, 0]])
    far_away = np.array([0.0, 0.0, -1000.0])  # every ray is along z
    as_seen = find_contact_pairs(points, surface_of(sides), far_away, 0.1)
    as_contour = find_contact_pairs(points, surface_of(-sides, sides), far_away, 0.1)
    assert (len(as_seen), len(as_contour)) == (seen, hidden)
    if hidden:
        assert as_contour.quality[0] > 0.999
        assert as_contour.visible.tolist() == [0.0]


def cylinder(radius: float, n: int) -> tuple[Float, Float]:
    """A ring of contacts around the z axis at z = 0.5."""
    angle = np.arange(n) / n * 2 * np.pi
    outward = np.column_stack([np.cos(angle), np.sin(angle), np.zeros(n)])
    return outward * radius + [0, 0, 0.5], outward


def test_pairs_of_a_ring_pass_through_its_centre() -> None:
    points, outward = cylinder(0.03, 72)
    pairs = find_contact_pairs(points, surface_of(outward), VIEWPOINT, 0.1)
    assert len(pairs) >= 6  # closing directions all around
    best = pairs.select(np.flatnonzero(pairs.quality > 0.99))
    np.testing.assert_allclose(best.centers[:, :2], 0, atol=0.003)
    np.testing.assert_allclose(best.widths, 0.06, atol=0.001)
    angle = np.degrees(np.arctan2(best.closing[:, 1], best.closing[:, 0])) % 180
    assert np.ptp(angle) > 120


def test_the_same_points_in_another_order_give_the_same_pairs() -> None:
    points, outward = cylinder(0.03, 40)
    shuffled = np.random.default_rng(1).permutation(40)
    one = find_contact_pairs(points, surface_of(outward), VIEWPOINT, 0.1)
    two = find_contact_pairs(points[shuffled], surface_of(outward[shuffled]), VIEWPOINT, 0.1)
    assert len(one) == len(two)
    np.testing.assert_allclose(np.sort(one.quality), np.sort(two.quality))


def test_a_segment_keeps_only_its_best_pairs() -> None:
    y = np.arange(400)[:, None] * 0.02
    left = np.column_stack([np.full(400, -0.02), y, np.full(400, 0.5)])
    right = left * [-1, 1, 1]
    normals = np.repeat([[-1.0, 0, 0], [1.0, 0, 0]], 400, axis=0)
    points = np.concatenate([left, right])
    viewpoint = np.array([0.0, 4.0, -100.0])
    pairs = find_contact_pairs(points, surface_of(normals), viewpoint, 0.05)
    assert len(pairs) == PAIRS_PER_GROUP


def test_nothing_pairs_on_no_points() -> None:
    none = np.zeros((0, 3))
    assert len(find_contact_pairs(none, surface_of(none), VIEWPOINT, 0.1)) == 0
