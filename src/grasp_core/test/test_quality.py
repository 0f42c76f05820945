from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import ConvexHull
from scipy.spatial.transform import Rotation

from grasp_core.checks import Float
from grasp_core.errors import ArrayError
from grasp_core.quality import ferrari_canny, force_closure, minimal_friction

SEEDS = st.integers(0, 2**32 - 1)
FRICTION = 0.3
LENGTH_M = 0.05
#: An 8-sided pyramid reaches a round cone of friction mu at least at mu * SHRINK.
SHRINK = np.cos(np.pi / 8)

#: Fingers close along x on faces that look along -x and +x.
OPPOSED = np.array([[-1.0, 0, 0], [1.0, 0, 0]])


def random_contacts(seed: int, n: int) -> tuple[Float, Float]:
    """Contact pairs of common size; normals stray from the line by up to about 30 degrees."""
    rng = np.random.default_rng(seed)
    line = rng.normal(size=(n, 1, 3))
    line /= np.linalg.norm(line, axis=-1, keepdims=True)
    half_width = rng.uniform(0.005, 0.025, (n, 1, 1))
    sides = np.array([-1.0, 1.0])[:, None]
    contacts = rng.normal(scale=0.01, size=(n, 1, 3)) + sides * half_width * line
    normals = sides * line + rng.normal(size=(n, 2, 3)) * rng.uniform(0, 0.3, (n, 1, 1))
    return contacts, normals


def wrenches(
    contacts: Float, normals: Float, friction: float, length_m: float, pad_radius_m: float
) -> Float:
    """Write down the contact wrenches (20, 6) of one grasp; centre of mass in the origin."""
    result = []
    for point, outward in zip(contacts, normals, strict=True):
        inward = -outward / np.linalg.norm(outward)
        tangent = np.cross(inward, np.eye(3)[np.argmin(np.abs(inward))])
        tangent /= np.linalg.norm(tangent)
        across = np.cross(inward, tangent)
        for edge in range(8):
            angle = edge * np.pi / 4
            force = inward + friction * (np.cos(angle) * tangent + np.sin(angle) * across)
            result.append([*force, *np.cross(point, force) / length_m])
        for sense in (1, -1):
            torsion = sense * 2 / 3 * friction * pad_radius_m * inward
            result.append([*inward, *(np.cross(point, inward) + torsion) / length_m])
    return np.array(result)


def test_minimal_friction_by_hand() -> None:
    contacts = [
        [[0, 0, 0], [2, 0, 0]],  # straight across
        [[0, 0, 0], [2, 1, 0]],  # line rises by 1 in 2
        [[0, 0, 0], [2, 0, 0]],  # one face tilted by 45 degrees
        [[2, 0, 0], [0, 0, 0]],  # from inside, as of a ring: fingers would have to push outwards
        [[0, 0, 0], [0, 1, 0]],  # along the faces
        [[1, 1, 1], [1, 1, 1]],  # one place
    ]
    normals = np.array([OPPOSED] * 6)
    normals[2, 1] = [3.0, 3.0, 0]
    np.testing.assert_allclose(
        minimal_friction(contacts, normals), [0, 0.5, 1, np.inf, np.inf, np.inf]
    )


def test_a_normal_without_direction_is_not_in_force_closure() -> None:
    contacts = [[[0, 0, 0], [0.02, 0, 0]]]
    normals = [[[0, 0, 0], [1.0, 0, 0]]]
    assert minimal_friction(contacts, normals).tolist() == [np.inf]
    assert force_closure(contacts, normals, 1.0).tolist() == [False]
    assert ferrari_canny(contacts, normals, np.zeros(3), 1.0, LENGTH_M).tolist() == [0.0]


@given(SEEDS, st.integers(0, 6), st.floats(0.05, 2.0))
def test_force_closure_is_two_angles_within_the_cone(seed: int, n: int, friction: float) -> None:
    contacts, normals = random_contacts(seed, n)
    half_angle = np.arctan(friction)
    expected = []
    for (a, b), (normal_a, normal_b) in zip(contacts, normals, strict=True):
        line = (b - a) / np.linalg.norm(b - a)
        angle_a = np.arccos(-normal_a @ line / np.linalg.norm(normal_a))
        angle_b = np.arccos(normal_b @ line / np.linalg.norm(normal_b))
        expected.append(bool(angle_a <= half_angle and angle_b <= half_angle))
    closed = force_closure(contacts, normals, friction)
    assert closed.tolist() == expected
    assert closed.dtype == bool


@given(SEEDS, st.floats(1e-3, 10))
def test_minimal_friction_does_not_depend_on_frame_order_or_scale(seed: int, scale: float) -> None:
    contacts, normals = random_contacts(seed, 3)
    expected = minimal_friction(contacts, normals)
    rotation = Rotation.random(random_state=seed).as_matrix()
    moved = minimal_friction(contacts @ rotation.T + [1.0, 2.0, 3.0], normals @ rotation.T)
    np.testing.assert_allclose(moved, expected, rtol=1e-9, atol=1e-9)
    swapped = minimal_friction(contacts[:, ::-1], normals[:, ::-1])
    np.testing.assert_allclose(swapped, expected, rtol=1e-12)
    np.testing.assert_allclose(
        minimal_friction(scale * contacts, normals / scale), expected, rtol=1e-9
    )


@pytest.mark.parametrize("arm", [0.5, 1.0, 2.0])
def test_quality_of_opposite_contacts_by_hand(arm: float) -> None:
    # Contacts at +-arm on x around the centre of mass, length 1. The nearest facet holds the end of
    # the torsion range, 1/t along the axis, and a corner of the polar of both friction polygons,
    # 1 / (mu cos(pi/8)), which counts 1/arm times where it resists a torque across the line.
    contacts, torsion = [[[-arm, 0, 0], [arm, 0, 0]]], 2 / 3 * FRICTION * 0.1
    quality = ferrari_canny(contacts, [OPPOSED], np.zeros(3), FRICTION, 1.0, pad_radius_m=0.1)
    polar = 1 / (FRICTION * SHRINK * min(arm, 1.0))
    np.testing.assert_allclose(quality, [1 / np.sqrt(1 / torsion**2 + polar**2)], rtol=1e-12)


def test_quality_of_a_50_mm_ball_in_numbers() -> None:
    contacts = [[[-0.025, 0, 0], [0.025, 0, 0]]]
    quality = ferrari_canny(contacts, [OPPOSED], np.zeros(3), friction=0.3, length_m=0.025)
    # torsion limit 2/3 * 0.3 * 5 mm / 25 mm = 0.04; 0.3 cos(22.5 deg) = 0.27716
    np.testing.assert_allclose(quality, [0.039590], atol=5e-7)


@given(SEEDS, st.floats(0.1, 1.5), st.floats(0.001, 0.02))
@settings(max_examples=40)
def test_quality_is_the_nearest_facet_of_the_wrench_hull(
    seed: int, friction: float, pad_radius_m: float
) -> None:
    contacts, normals = random_contacts(seed, 3)
    quality = ferrari_canny(contacts, normals, np.zeros(3), friction, LENGTH_M, pad_radius_m)
    for one, (points, outward) in zip(quality, zip(contacts, normals, strict=True), strict=True):
        hull = ConvexHull(wrenches(points, outward, friction, LENGTH_M, pad_radius_m))
        assert one == pytest.approx(max(0.0, -hull.equations[:, -1].max()), rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("tilt", [0.0, np.pi / 8, np.pi / 4])
@pytest.mark.parametrize("offset", [0.0, 0.005, 0.01, 0.02])
@pytest.mark.parametrize("friction", [0.3, 0.5, 1.0])
def test_symmetric_grasps_are_exact_too(tilt: float, offset: float, friction: float) -> None:
    # Here many facets of the hull coincide, and the contact line may lie on the border of a cone.
    contacts = np.array([[-0.02, 0.0, 0.0], [0.02, offset, 0.0]])
    normals = np.array([[-1.0, 0, 0], [np.cos(tilt), np.sin(tilt), 0]])
    hull = ConvexHull(wrenches(contacts, normals, friction, 0.04, 0.005))
    quality = ferrari_canny([contacts], [normals], np.zeros(3), friction, 0.04, 0.005)
    np.testing.assert_allclose(quality, [max(0.0, -hull.equations[:, -1].max())], atol=1e-12)


@given(SEEDS)
@settings(max_examples=20)
def test_no_direction_is_resisted_less_than_the_quality(seed: int) -> None:
    rng = np.random.default_rng(seed)
    contacts, normals = random_contacts(seed, 2)
    quality = ferrari_canny(contacts, normals, np.zeros(3), FRICTION, LENGTH_M)
    directions = rng.normal(size=(5000, 6))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    for one, points, outward in zip(quality, contacts, normals, strict=True):
        corners = wrenches(points, outward, FRICTION, LENGTH_M, 0.005)
        support = (directions @ corners.T).max(axis=1)
        assert one <= max(0.0, support.min()) + 1e-12


@given(SEEDS)
def test_quality_does_not_depend_on_frame_order_or_scale(seed: int) -> None:
    contacts, normals = random_contacts(seed, 3)
    center = np.array([0.005, 0.0, -0.005])
    expected = ferrari_canny(contacts, normals, center, FRICTION, LENGTH_M)
    close = {"rtol": 1e-7, "atol": 1e-12}
    shift = np.array([0.3, -0.2, 0.7])
    np.testing.assert_allclose(
        ferrari_canny(contacts + shift, normals, center + shift, FRICTION, LENGTH_M),
        expected,
        **close,
    )
    np.testing.assert_allclose(
        ferrari_canny(contacts[:, ::-1], normals[:, ::-1], center, FRICTION, LENGTH_M),
        expected,
        **close,
    )
    np.testing.assert_allclose(
        ferrari_canny(7 * contacts, 3 * normals, 7 * center, FRICTION, 7 * LENGTH_M, 7 * 0.005),
        expected,
        **close,
    )
    # The 24 turns that map axes to axes map the edges of the pyramids to each other.
    turn = Rotation.create_group("O")[seed % 24].as_matrix().round()
    np.testing.assert_allclose(
        ferrari_canny(contacts @ turn.T, normals @ turn.T, turn @ center, FRICTION, LENGTH_M),
        expected,
        **close,
    )


@given(SEEDS)
def test_any_turn_stays_between_the_inner_and_the_outer_pyramid(seed: int) -> None:
    contacts, normals = random_contacts(seed, 3)
    turn = Rotation.random(random_state=seed).as_matrix()
    turned = contacts @ turn.T, normals @ turn.T
    inner = ferrari_canny(*turned, np.zeros(3), FRICTION, LENGTH_M, 0.005)
    outer = ferrari_canny(
        contacts, normals, np.zeros(3), FRICTION / SHRINK, LENGTH_M, 0.005 * SHRINK
    )
    assert (inner <= outer + 1e-12).all()


@given(SEEDS, st.floats(0.05, 1.0), st.floats(1.0, 2.0))
def test_quality_grows_with_friction_up_to_the_torsion_limit(
    seed: int, friction: float, factor: float
) -> None:
    contacts, normals = random_contacts(seed, 4)
    less = ferrari_canny(contacts, normals, np.zeros(3), friction, LENGTH_M)
    more = ferrari_canny(contacts, normals, np.zeros(3), factor * friction, LENGTH_M)
    assert (less <= more + 1e-12).all()
    assert (more <= 2 / 3 * factor * friction * 0.005 / LENGTH_M + 1e-12).all()


@given(SEEDS)
def test_a_line_inside_both_pyramids_has_positive_quality(seed: int) -> None:
    contacts, normals = random_contacts(seed, 6)
    inside = minimal_friction(contacts, normals) < 0.999 * SHRINK * FRICTION
    quality = ferrari_canny(contacts, normals, np.zeros(3), FRICTION, LENGTH_M)
    assert (quality[inside] > 0).all()
    assert (quality[~force_closure(contacts, normals, 1.5 * FRICTION)] == 0).all()


def test_more_antipodal_and_more_central_is_better() -> None:
    contacts = np.array([[[-0.02, 0, 0], [0.02, y, 0]] for y in (0.0, 0.004, 0.008, 0.02)])
    normals = np.array([OPPOSED] * 4)
    quality = ferrari_canny(contacts, normals, np.zeros(3), FRICTION, LENGTH_M)
    assert (np.diff(quality) < 0).all()
    assert quality[-1] == 0.0  # the line rises by 0.5, beyond the friction
    central, off_center = (
        ferrari_canny(contacts[:1], normals[:1], center, FRICTION, LENGTH_M)
        for center in (np.zeros(3), np.array([0, 0.04, 0]))
    )
    assert off_center < central


def test_contacts_in_one_place_have_quality_zero() -> None:
    contacts = np.full((1, 2, 3), 0.01)
    quality = ferrari_canny(contacts, [OPPOSED], np.zeros(3), FRICTION, LENGTH_M)
    assert quality.tolist() == [0.0]


@pytest.mark.parametrize("n", [0, 1, 5])
def test_a_batch_equals_its_singles_in_any_order(n: int) -> None:
    contacts, normals = random_contacts(3, n)
    quality = ferrari_canny(contacts, normals, np.zeros(3), FRICTION, LENGTH_M)
    assert quality.shape == (n,)
    for index in range(n):
        part = slice(index, index + 1)
        single = ferrari_canny(contacts[part], normals[part], np.zeros(3), FRICTION, LENGTH_M)
        np.testing.assert_allclose(single, quality[part], rtol=1e-12)
    reverse = ferrari_canny(contacts[::-1], normals[::-1], np.zeros(3), FRICTION, LENGTH_M)
    np.testing.assert_allclose(reverse, quality[::-1], rtol=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"contacts": np.zeros((2, 3))}, r"contacts: shape \(2, 3\), expected \(N, 2, 3\)"),
        ({"normals": np.zeros((2, 2, 3))}, r"normals: shape \(2, 2, 3\), expected \(1, 2, 3\)"),
        ({"contacts": np.full((1, 2, 3), np.nan)}, "contacts: value at index .* is not finite"),
        ({"center_of_mass": [0, 0]}, r"center_of_mass: shape \(2,\), expected \(3\)"),
        ({"friction": 0.0}, "friction: 0.0 must be finite and > 0"),
        ({"friction": np.nan}, "friction: nan must be finite and > 0"),
        ({"length_m": -1.0}, "length_m: -1.0 must be finite and > 0"),
        ({"pad_radius_m": np.inf}, "pad_radius_m: inf must be finite and > 0"),
    ],
)
def test_bad_values_are_refused(change: dict[str, Any], message: str) -> None:
    good = {
        "contacts": np.zeros((1, 2, 3)),
        "normals": np.ones((1, 2, 3)),
        "center_of_mass": np.zeros(3),
        "friction": FRICTION,
        "length_m": LENGTH_M,
    }
    with pytest.raises(ArrayError, match=message):
        ferrari_canny(**{**good, **change})


def test_force_closure_needs_friction() -> None:
    with pytest.raises(ArrayError, match=r"friction: -0\.1 must be finite and > 0"):
        force_closure(np.zeros((1, 2, 3)), np.ones((1, 2, 3)), -0.1)
