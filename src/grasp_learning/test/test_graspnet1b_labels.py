from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import SphericalVoronoi

from grasp_core.errors import ArrayError
from grasp_core.grasps import Grasps
from grasp_core.transforms import from_quaternion_xyzw, grasp_rotation, transform
from grasp_learning.graspnet1b.labels import (
    GRID,
    NO_GRASP,
    ObjectGraspLabels,
    grid_rotations,
    on_grid,
    views,
)

#: Greatest angle between any direction and the nearest view.
COVER_DEG = 9.03


def random_grasps(rng: np.random.Generator, n: int) -> Grasps:
    rotations = grasp_rotation(rng.standard_normal((n, 3)), rng.standard_normal((n, 3)))
    positions = rng.uniform(-0.1, 0.1, (n, 3))
    return Grasps(rotations, positions, rng.uniform(0, 0.1, n), np.zeros(n), "object")


def test_views_are_the_lattice_of_the_paper() -> None:
    lattice = views()
    assert lattice.shape == (300, 3)
    np.testing.assert_allclose(np.linalg.norm(lattice, axis=1), 1.0)
    # By hand: z = 1/300 - 1, angle 0; the second is turned by 0.618 of a full circle.
    np.testing.assert_allclose(lattice[0], [np.sqrt(1 - (299 / 300) ** 2), 0, -299 / 300])
    turn = np.arctan2(lattice[1, 1], lattice[1, 0]) % (2 * np.pi)
    assert turn == pytest.approx(0.6180339887 * 2 * np.pi)
    farthest = SphericalVoronoi(lattice).vertices  # as far from all views as a direction can be
    nearest_deg = np.degrees(np.arccos((farthest @ lattice.T).max(axis=1)))
    assert nearest_deg.max() == pytest.approx(COVER_DEG, abs=0.01)


def test_rotation_by_hand() -> None:
    # From above-behind: the approach goes along x; the closing direction starts level, along y,
    # and a quarter turn about the approach brings it to z.
    view = np.array([[-1.0, 0.0, 0.0]] * 2)
    level, turned = grid_rotations(view, np.array([0.0, np.pi / 2]))
    np.testing.assert_allclose(level, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(turned.T, [[1, 0, 0], [0, 0, 1], [0, -1, 0]], atol=1e-12)


def test_one_cell_by_hand() -> None:
    offsets = np.zeros((1, *GRID, 3), np.float32)
    scores = np.full((1, *GRID), NO_GRASP, np.float32)
    scores[0, 7, 2, 3], offsets[0, 7, 2, 3] = 0.3, (0.0, 0.04, 0.06)
    labels = ObjectGraspLabels(
        np.array([[0.1, 0.2, 0.3]]), offsets, scores, np.zeros((1, *GRID), bool)
    )
    T_camera_object = transform(np.diag([1.0, -1.0, -1.0]), [0, 0, 0.5])
    grasps = labels.grasps(T_camera_object, "camera", max_friction=0.4)
    approach = -views()[7] * [1, -1, -1]
    np.testing.assert_allclose(grasps.approach, [approach], atol=1e-6)
    expected = np.array([0.1, -0.2, -0.3 + 0.5]) + 0.04 * approach
    np.testing.assert_allclose(grasps.positions, [expected], atol=1e-6)
    np.testing.assert_allclose(grasps.closing[0] @ [0, 0, 1], 0.0, atol=1e-6)  # level in the object
    assert grasps.widths[0] == pytest.approx(0.06)
    assert grasps.scores[0] == pytest.approx(0.8)  # 1.1 - 0.3
    assert grasps.frame_id == "camera"


def test_friction_and_collision_choose() -> None:
    shape = (2, *GRID)
    scores = np.full(shape, NO_GRASP, np.float32)
    scores[0, 0, 0, :] = (0.2, 0.4, 0.6, 0.0)
    collision = np.zeros(shape, bool)
    labels = ObjectGraspLabels(np.zeros((2, 3)), np.zeros((*shape, 3)), scores, collision)
    assert len(labels.grasps(np.eye(4), "o", 0.4)) == 2
    assert len(labels.grasps(np.eye(4), "o", 1.0)) == 3
    scene_collision = collision.copy()
    scene_collision[0, 0, 0, 0] = True
    assert len(labels.grasps(np.eye(4), "o", 1.0, scene_collision)) == 2
    with pytest.raises(ArrayError, match=r"scene_collision \(1, 300, 12, 4\), expected"):
        labels.grasps(np.eye(4), "o", 1.0, scene_collision[:1])


@given(st.integers(0, 2**32 - 1))
def test_grasps_come_back_from_the_grid_with_the_nearest_approach(seed: int) -> None:
    rng = np.random.default_rng(seed)
    grasps = random_grasps(rng, 4)
    labels = on_grid(grasps, np.array([0.2, 0.3, NO_GRASP, 0.5]), np.array([0, 0, 0, 1], bool))
    back = labels.grasps(np.eye(4), "object", max_friction=1.0)
    kept = grasps[np.array([0, 1])]
    np.testing.assert_allclose(back.positions, kept.positions, atol=1e-6)
    np.testing.assert_allclose(back.widths, kept.widths, atol=1e-6)
    np.testing.assert_allclose(back.scores, [0.9, 0.8], atol=1e-6)
    cosine = np.sum(back.approach * kept.approach, axis=1)
    assert (np.degrees(np.arccos(cosine.clip(-1, 1))) < COVER_DEG + 0.01).all()
    # The closing direction, up to its sign, is the old one turned by no more than the approach.
    along = np.abs(np.sum(back.closing * kept.closing, axis=1))
    assert (np.degrees(np.arccos(along.clip(0, 1))) < COVER_DEG + 0.1).all()


def test_a_grasp_on_the_grid_comes_back_exactly_but_for_the_sign_of_closing() -> None:
    rng = np.random.default_rng(3)
    view = rng.integers(0, 300, 20)
    rotations = grid_rotations(views()[view], rng.uniform(0, 2 * np.pi, 20))
    grasps = Grasps(rotations, rng.random((20, 3)), rng.random(20), np.zeros(20), "object")
    labels = on_grid(grasps, np.full(20, 0.1), np.zeros(20, bool))
    T = from_quaternion_xyzw([0.1, 0.2, 0.3, 0.9], [1.0, 2.0, 3.0])
    back, expected = labels.grasps(T, "camera", 0.2), grasps.transformed(T, "camera")
    np.testing.assert_allclose(back.approach, expected.approach, atol=1e-6)
    same = np.abs(np.sum(back.closing * expected.closing, axis=1))
    np.testing.assert_allclose(same, 1.0, atol=1e-6)
    np.testing.assert_allclose(back.positions, expected.positions, atol=1e-6)


def test_the_angle_says_which_rotation_of_the_grid_it_is() -> None:
    labels = on_grid(
        random_grasps(np.random.default_rng(0), 30), np.full(30, 0.5), np.zeros(30, bool)
    )
    _, _, rotation, depth = np.nonzero(labels.scores > 0)
    angle = labels.offsets[labels.scores > 0][:, 0]
    np.testing.assert_array_equal(np.floor(angle * 12 / np.pi), rotation)
    np.testing.assert_allclose(
        labels.offsets[labels.scores > 0][:, 1], (depth + 1) / 100, rtol=1e-6
    )


def test_no_grasps_make_an_empty_label() -> None:
    labels = on_grid(Grasps.empty("object"), np.zeros(0), np.zeros(0, bool))
    assert labels.scores.shape == (0, *GRID)
    assert len(labels.grasps(np.eye(4), "camera", 1.0)) == 0


def test_arrays_that_are_not_on_the_grid_are_refused() -> None:
    with pytest.raises(ArrayError, match=r"scores: shape \(1, 300, 12, 3\), expected"):
        ObjectGraspLabels(
            np.zeros((1, 3)),
            np.zeros((1, *GRID, 3)),
            np.zeros((1, 300, 12, 3)),
            np.zeros((1, *GRID), bool),
        )
