from __future__ import annotations

import numpy as np
import pytest
from manifold3d import Manifold
from numpy.testing import assert_allclose

from grasp_sim.objects.primitives import box
from grasp_sim.objects.solid import Solid, corners, join_runs


def test_a_union_has_the_volume_of_the_space_and_the_parts_of_both() -> None:
    solid = Solid.union(box(2.0, 2.0, 2.0), box(2.0, 2.0, 2.0).moved(x=1.0))
    assert solid.body.volume() == pytest.approx(12.0)
    assert [part.volume() for part in solid.parts] == pytest.approx([8.0, 8.0])


def test_moves_apply_to_the_body_and_its_parts() -> None:
    solid = box(2.0, 4.0, 6.0).rotated(z=90.0).moved(1.0, 2.0, 3.0).scaled(1.0, 1.0, 2.0)
    for body in (solid.body, solid.parts[0]):
        points = corners(body)
        assert_allclose(points.min(axis=0), (-1.0, 1.0, 6.0), atol=1e-12)
        assert_allclose(points.max(axis=0), (3.0, 3.0, 18.0), atol=1e-12)


def test_rotation_is_about_x_first() -> None:
    points = corners(box(1.0, 1.0, 1.0).moved(z=4.5).rotated(x=90.0, z=90.0).body)
    assert_allclose(points.mean(axis=0), (5.0, 0.0, 0.0), atol=1e-12)  # z -> -y -> x


def test_runs_are_joined_as_long_as_nothing_is_filled() -> None:
    wide, thin = Manifold.cube((1, 1, 1)), Manifold.cube((0.2, 1, 1))
    row = [wide, wide.translate((1, 0, 0)), thin.translate((2, 0, 0))]
    assert [run.volume() for run in join_runs(row, 0.01)] == pytest.approx([2.2])
    stair = [wide, wide.translate((1, 0, 0.5))]
    assert len(join_runs(stair, 0.01)) == 2


def test_a_thin_neck_is_not_joined_to_a_large_body() -> None:
    body = Manifold.cube((1, 1, 1)).translate((-0.5, -0.5, 0))
    neck = Manifold.cube((0.1, 0.1, 0.1)).translate((-0.05, -0.05, 1))
    hull = Manifold.batch_hull([body, neck]).volume()
    assert hull / (body.volume() + neck.volume()) < 1.1  # little of the body
    assert len(join_runs([body, neck], 0.1)) == 2


def test_corners_are_the_vertices() -> None:
    assert sorted(map(tuple, corners(Manifold.cube((1, 1, 1))))) == [
        (x, y, z) for x in (0.0, 1.0) for y in (0.0, 1.0) for z in (0.0, 1.0)
    ]
    assert corners(Manifold.cube((1, 1, 1))).dtype == np.float64
