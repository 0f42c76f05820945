from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from grasp_core.transforms import transform
from grasp_robots.errors import RobotModelError
from grasp_robots.shapes import SIZES, Shape, mass_properties

lengths = st.floats(0.01, 0.5)


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    kind = draw(st.sampled_from(sorted(SIZES)))
    size = tuple(draw(lengths) for _ in SIZES[kind])
    turn = Rotation.from_rotvec([draw(st.floats(-3, 3)) for _ in range(3)])
    return Shape(kind, size, transform(turn.as_matrix(), [draw(st.floats(-1, 1)) for _ in "xyz"]))


@pytest.mark.parametrize(
    ("kind", "size", "volume", "inertia", "radius"),
    [
        # (b^2 + c^2) / 12 and so on; (3 r^2 + h^2) / 12 and r^2 / 2; 2 r^2 / 5
        ("box", (2.0, 4.0, 4.0), 32.0, (32 / 12, 20 / 12, 20 / 12), 3.0),
        ("cylinder", (2.0, 3.0), 12 * math.pi, (21 / 12, 21 / 12, 2.0), 2.5),
        ("sphere", (1.0,), 4 / 3 * math.pi, (0.4, 0.4, 0.4), 1.0),
    ],
)
def test_volume_and_inertia_by_hand(
    kind: str,
    size: tuple[float, ...],
    volume: float,
    inertia: tuple[float, float, float],
    radius: float,
) -> None:
    shape = Shape(kind, size, np.eye(4))
    assert shape.volume == pytest.approx(volume)
    np.testing.assert_allclose(shape.unit_inertia, inertia)
    assert shape.bounding_radius == pytest.approx(radius)


def test_two_halves_of_a_box_weigh_and_turn_like_the_box() -> None:
    half = [Shape("box", (1.0, 2.0, 3.0), transform(np.eye(3), (x, 0, 0))) for x in (-0.5, 0.5)]
    center, inertia = mass_properties(half, 6.0)
    whole = mass_properties([Shape("box", (2.0, 2.0, 3.0), np.eye(4))], 6.0)
    np.testing.assert_allclose(center, whole[0], atol=1e-15)
    np.testing.assert_allclose(inertia, whole[1])


def test_the_heavier_side_holds_the_centre() -> None:
    pair = [
        Shape("box", (1.0, 1.0, 1.0), np.eye(4)),
        Shape("box", (1.0, 1.0, 3.0), transform(np.eye(3), (4.0, 0, 0))),
    ]
    np.testing.assert_allclose(mass_properties(pair, 8.0)[0], [3.0, 0, 0])


@given(st.lists(shapes(), min_size=1, max_size=4), st.floats(0.01, 50))
def test_inertia_is_physical(parts: list[Shape], mass: float) -> None:
    moments = np.linalg.eigvalsh(mass_properties(parts, mass)[1])
    assert moments[0] > 0
    assert moments[2] <= moments[0] + moments[1] + 1e-9


def test_a_frame_has_no_mass() -> None:
    center, inertia = mass_properties([], 0.0)
    assert not center.any()
    assert not inertia.any()
    with pytest.raises(RobotModelError, match=r"2\.0 kg need at least one shape"):
        mass_properties([], 2.0)


@pytest.mark.parametrize(
    ("kind", "size", "message"),
    [
        ("capsule", (1.0, 1.0), "shape 'capsule' is unknown; valid: box, cylinder, sphere"),
        ("box", (1.0, 1.0), "must be 3 lengths > 0 m: x, y, z"),
        ("cylinder", (1.0, 0.0), "must be 2 lengths > 0 m: radius, length along z"),
        ("sphere", (math.inf,), "must be 1 lengths > 0 m"),
    ],
)
def test_an_impossible_shape_is_named(kind: str, size: tuple[float, ...], message: str) -> None:
    with pytest.raises(RobotModelError, match=message):
        Shape(kind, size, np.eye(4))
