from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from manifold3d import Manifold, OpType
from numpy.testing import assert_allclose
from shapely import Polygon

from grasp_sim.objects.polygons import rectangle, regular
from grasp_sim.objects.primitives import (
    PART_TOLERANCE,
    ball,
    box,
    chamfered_box,
    cylinder,
    extrusion,
    lathe,
    rod,
    superquadric,
    turned,
)
from grasp_sim.objects.solid import Solid, corners

CUP = Polygon([(0, 0), (0.03, 0), (0.03, 0.08), (0.027, 0.08), (0.027, 0.004), (0, 0.004)])
# Made when needed: manifold3d reports what outlives it.
SOLIDS: dict[str, Callable[[], Solid]] = {
    "box": lambda: box(0.1, 0.2, 0.3),
    "chamfered box": lambda: chamfered_box(0.1, 0.2, 0.3, 0.01),
    "cylinder": lambda: cylinder(0.1, 0.2),
    "cone": lambda: cylinder(0.1, 0.2, 0.05),
    "ball": lambda: ball(0.1),
    "superquadric": lambda: superquadric((0.1, 0.2, 0.3), 0.5, 1.5),
    "plate": lambda: extrusion(rectangle(0, 0, 1, 1).difference(regular(8, 0.2, 0.5, 0.5)), 0.1),
    "cup": lambda: lathe(CUP),
    "torus": lambda: lathe(regular(10, 0.1, 0.5)),
    "arc": lambda: lathe(regular(10, 0.1, 0.5), 90.0),
    "elbow": lambda: lathe(regular(8, 0.2, 0.5).difference(regular(8, 0.1, 0.5)), 90.0, sides=12),
    "dumbbell": lambda: turned([(2, 0), (2, 1), (1, 1), (1, 4), (2, 4), (2, 5)]),
    "bent rod": lambda: rod([(0, 0, 0), (1, 0, 0), (2, 1, 0), (2, 2, 1)], [0.2, 0.3, 0.3, 0.1]),
}


@pytest.mark.parametrize("name", SOLIDS)
def test_parts_are_convex_and_fill_the_body(name: str) -> None:
    solid = SOLIDS[name]()
    volume = solid.body.volume()
    for part in solid.parts:
        assert part.hull().volume() == pytest.approx(part.volume(), rel=1e-9)
    together = Manifold.batch_boolean(list(solid.parts), OpType.Add)
    missing, filled = (solid.body - together).volume(), (together - solid.body).volume()
    assert missing <= 0.01 * volume
    assert filled <= PART_TOLERANCE * volume


def test_convex_shapes_are_one_part() -> None:
    convex = ("box", "chamfered box", "cylinder", "cone", "ball", "superquadric")
    assert all(len(SOLIDS[name]().parts) == 1 for name in convex)


def test_volumes_computed_by_hand() -> None:
    assert box(2, 3, 4).body.volume() == pytest.approx(24.0)
    prism = cylinder(1.0, 2.0, sides=4)  # a square of side sqrt(2)
    assert prism.body.volume() == pytest.approx(4.0)
    assert superquadric((1, 2, 3), 1e-3, 1e-3).body.volume() == pytest.approx(48.0, rel=0.02)
    assert ball(1.0).body.volume() == pytest.approx(4 / 3 * np.pi, rel=0.05)
    taper = extrusion(rectangle(-1, -1, 1, 1), 3.0, taper=0.5)  # frustum: h/3 (A + a + sqrt(A a))
    assert taper.body.volume() == pytest.approx(4 + 1 + 2)
    square = chamfered_box(2, 2, 2, 0.5)
    assert_allclose(np.ptp(corners(square.body), axis=0), 2.0)
    assert square.body.volume() < 8.0


def test_solids_stand_on_the_plane() -> None:
    for name in ("box", "cylinder", "cone", "plate", "cup", "dumbbell"):
        assert corners(SOLIDS[name]().body)[:, 2].min() == pytest.approx(0.0)


def test_a_cup_is_hollow_for_its_parts() -> None:
    inside = Manifold.cylinder(0.07, 0.025, 0.025, 32).translate((0, 0, 0.005))
    for part in SOLIDS["cup"]().parts:
        assert (part ^ inside).is_empty()


def test_a_lathe_turns_from_the_x_axis_on() -> None:
    points = corners(lathe(rectangle(1.0, 0.0, 2.0, 1.0), 90.0).body)
    assert_allclose(points.min(axis=0), (0.0, 0.0, 0.0), atol=1e-9)
    assert_allclose(points.max(axis=0), (2.0, 2.0, 1.0), atol=1e-9)


def test_a_rod_has_its_radii() -> None:
    bar = rod([(0, 0, 0), (0, 0, 2)], [1.0, 0.5], sides=32)
    assert bar.body.volume() == pytest.approx(np.pi * 2 / 3 * (1 + 0.25 + 0.5), rel=0.01)
    assert isinstance(bar, Solid)
