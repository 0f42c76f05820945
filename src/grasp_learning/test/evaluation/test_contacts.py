from __future__ import annotations

import numpy as np
import pytest
import trimesh

from grasp_core.checks import Float
from grasp_core.gripper import Gripper
from grasp_core.quality import minimal_friction
from grasp_core.transforms import grasp_rotation, transform
from grasp_learning.evaluation.body import Body
from grasp_learning.evaluation.contacts import PAD_GIVE_M, TIP_LINE, closing_friction, pad_lines

#: Approach along -z, closing direction along x.
DOWN = grasp_rotation([0.0, 0.0, -1.0], [1.0, 0.0, 0.0])


def body_of(mesh: trimesh.Trimesh) -> Body:
    return Body(mesh.vertices, mesh.faces)


def wedge(half_angle_deg: float) -> Body:
    """A wall along y whose sides lean towards each other, 30 mm wide at z = 0."""
    lean = 0.02 * np.tan(np.deg2rad(half_angle_deg))
    corners = [
        [side * (0.015 - up * lean), y, 0.02 * up]
        for side in (-1, 1)
        for y in (-0.03, 0.03)
        for up in (-1, 1)
    ]
    return body_of(trimesh.convex.convex_hull(np.array(corners)))


def needed(body: Body, T: Float, width: float, lines: Float, reach: float = 1.0) -> float:
    """Of one grasp, with a reach as a share of the width."""
    widths = np.array([width])
    return float(closing_friction(body, T[None], widths, lines, reach * widths)[0])


def test_parallel_faces_need_no_friction(wide: Gripper) -> None:
    cube = body_of(trimesh.creation.box((0.03, 0.03, 0.03)))
    T = transform(DOWN, [0.002, 0.0, 0.0])
    assert needed(cube, T, 0.04, pad_lines(wide)) == pytest.approx(0.0, abs=1e-6)
    assert needed(cube, T, 0.04, TIP_LINE) == pytest.approx(0.0, abs=1e-6)


def test_the_line_between_the_tips_needs_the_tangent_of_its_angle() -> None:
    cube = body_of(trimesh.creation.box((0.03, 0.03, 0.03)))
    turn = trimesh.transformations.rotation_matrix(np.deg2rad(20.0), [0, 0, 1])[:3, :3]
    T = transform(turn @ DOWN, np.zeros(3))
    assert needed(cube, T, 0.06, TIP_LINE) == pytest.approx(np.tan(np.deg2rad(20.0)), abs=1e-5)


def test_leaning_faces_need_the_tangent_of_their_angle(wide: Gripper) -> None:
    T = transform(DOWN, [0.0, 0.0, -0.005])
    for angle in (10.0, 30.0):
        expected = pytest.approx(np.tan(np.deg2rad(angle)), abs=1e-5)
        assert needed(wedge(angle), T, 0.06, pad_lines(wide)) == expected
        assert needed(wedge(angle), T, 0.06, TIP_LINE) == expected


def test_pads_hold_what_ends_before_the_tips_and_the_line_between_the_tips_does_not(
    wide: Gripper,
) -> None:
    plate = body_of(trimesh.creation.box((0.02, 0.05, 0.003)))
    T = transform(DOWN, [0.0, 0.0, -0.01])  # the tips come 8.5 mm below it
    assert needed(plate, T, 0.03, pad_lines(wide)) == pytest.approx(0.0, abs=1e-6)
    assert needed(plate, T, 0.03, TIP_LINE) == np.inf


def test_a_finger_that_must_move_farther_than_its_reach_meets_nothing() -> None:
    cube = body_of(trimesh.creation.box((0.03, 0.03, 0.03)))
    T = transform(DOWN, [0.016, 0.0, 0.0])  # the far face lies 1 mm beyond the middle
    assert needed(cube, T, 0.07, TIP_LINE, reach=0.5) == np.inf
    assert needed(cube, T, 0.07, TIP_LINE) == pytest.approx(0.0, abs=1e-6)


def test_faces_that_are_not_opposite_need_friction_for_what_lies_between(wide: Gripper) -> None:
    """Two blocks joined in the middle: the right finger meets one, the left finger the other."""
    right = trimesh.creation.box(bounds=[(-0.02, -0.009, -0.03), (0.0, 0.009, -0.015)])
    left = trimesh.creation.box(bounds=[(0.0, -0.009, -0.011), (0.02, 0.009, 0.004)])
    body = body_of(trimesh.util.concatenate([right, left]))
    T = transform(DOWN, [0.0, 0.0, -0.0305])
    # Lines are 1 mm apart: the nearest are those at x = -0.015 (right) and -0.020 (left finger).
    assert needed(body, T, 0.05, pad_lines(wide)) == pytest.approx(0.005 / 0.04, abs=1e-5)


def test_nothing_between_the_fingers_is_never_held(wide: Gripper) -> None:
    cube = body_of(trimesh.creation.box((0.03, 0.03, 0.03)))
    assert needed(cube, transform(DOWN, [0.0, 0.2, 0.0]), 0.05, pad_lines(wide)) == np.inf
    assert closing_friction(cube, np.zeros((0, 4, 4)), np.zeros(0), TIP_LINE, np.zeros(0)).size == 0


def slow_friction(body: Body, T: Float, width: float, lines: Float) -> float:
    """The definition, one line after the other."""
    contacts: list[dict[int, tuple[Float, Float]]] = []
    for side in (-1.0, 1.0):
        hits = {}
        for number, (x, z) in enumerate(lines):
            start = T[:3, :3] @ [x, side * width / 2, z] + T[:3, 3]
            along = -side * T[:3, 1]
            distances, normals = body.first_hits(start[None], along[None])
            if np.isfinite(distances[0]):
                hits[number] = (distances[0], start + distances[0] * along, normals[0])
        first = min(distance for distance, *_ in hits.values())
        contacts.append(
            {n: (p, m) for n, (d, p, m) in hits.items() if d <= first + PAD_GIVE_M - 1e-7}
        )
    pairs = [(*contacts[0][n], *contacts[1][n]) for n in set(contacts[0]) & set(contacts[1])]
    if not pairs:
        pairs = [(*p, *q) for p in contacts[0].values() for q in contacts[1].values()]
    points = [[p, q] for p, _, q, _ in pairs]
    normals = [[m, n] for _, m, _, n in pairs]
    return float(minimal_friction(points, normals).min())


@pytest.mark.parametrize("seed", range(6))
def test_equals_the_slow_definition_on_random_shapes(seed: int, wide: Gripper) -> None:
    rng = np.random.default_rng(seed)
    body = body_of(trimesh.convex.convex_hull(rng.normal(0.0, 0.015, (30, 3))))
    T = transform(DOWN, rng.normal(0.0, 0.002, 3))
    lines = pad_lines(wide)[::7]
    fast = needed(body, T, 0.1, lines)
    assert fast == pytest.approx(slow_friction(body, T, 0.1, lines), rel=1e-3)


def test_the_lines_cover_a_pad_to_its_edges(wide: Gripper) -> None:
    lines = pad_lines(wide)
    np.testing.assert_allclose(lines.min(axis=0), [-0.04, -0.01])
    np.testing.assert_allclose(lines.max(axis=0), [0.0, 0.01], atol=1e-12)
    assert len(lines) == 41 * 11
