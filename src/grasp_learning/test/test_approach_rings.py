from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from grasp_core.gripper import Gripper
from grasp_core.transforms import inverse
from grasp_learning.approach_rings import CLEARANCE_M, INSERTIONS_M, ring_grasps
from grasp_learning.contact_pairs import ContactPairs


def pairs_with(contacts: object) -> ContactPairs:
    points = np.array(contacts, dtype=float)
    n = len(points)
    return ContactPairs(points, np.zeros((n, 2, 3)), np.arange(n), n)


def test_a_ring_of_four_by_hand(yumi: Gripper) -> None:
    pairs = pairs_with([[[0.1, -0.01, 0.3], [0.1, 0.01, 0.3]]])
    grasps = ring_grasps(pairs, np.array([0.5]), yumi, 4, np.random.default_rng(0))
    assert (len(grasps), grasps.frame_id) == (4, "object")
    np.testing.assert_allclose(grasps.closing, [[0, 1, 0]] * 4, atol=1e-12)
    np.testing.assert_allclose(grasps.approach[:, 1], 0.0, atol=1e-12)
    np.testing.assert_allclose(
        grasps.approach @ grasps.approach[0], [1.0, 0.0, -1.0, 0.0], atol=1e-12
    )
    np.testing.assert_allclose(grasps.widths, 0.025)  # 20 mm and 2.5 mm on each side
    assert grasps.scores.tolist() == [0.5] * 4


@given(st.integers(0, 2**32 - 1), st.integers(0, 3), st.integers(1, 5))
def test_contacts_lie_on_the_pads_behind_the_fingertips(
    yumi: Gripper, seed: int, pairs: int, n: int
) -> None:
    rng = np.random.default_rng(seed)
    contacts = rng.uniform(-0.02, 0.02, (pairs, 2, 3))
    grasps = ring_grasps(pairs_with(contacts), rng.random(pairs), yumi, n, rng)
    assert len(grasps) == pairs * n
    for i, T_object_grasp in enumerate(grasps.T_frame_grasp):
        T_grasp_object = inverse(T_object_grasp)
        a, b = contacts[i // n] @ T_grasp_object[:3, :3].T + T_grasp_object[:3, 3]
        insertion = -a[0]
        assert np.isclose(INSERTIONS_M, insertion, atol=1e-9).any()
        half = np.linalg.norm(contacts[i // n, 1] - contacts[i // n, 0]) / 2
        np.testing.assert_allclose(a, [-insertion, -half, 0.0], atol=1e-9)
        np.testing.assert_allclose(b, [-insertion, half, 0.0], atol=1e-9)
        expected = min(2 * half + 2 * CLEARANCE_M, yumi.max_width)
        np.testing.assert_allclose(grasps.widths[i], expected)


def test_the_opening_ends_at_the_stroke(yumi: Gripper) -> None:
    pairs = pairs_with([[[0.0, 0.0, 0.0], [0.0, 0.048, 0.0]]])
    grasps = ring_grasps(pairs, np.zeros(1), yumi, 2, np.random.default_rng(0))
    assert grasps.widths.tolist() == [0.05, 0.05]


def test_a_short_pad_is_never_passed(yumi: Gripper) -> None:
    short = replace(yumi, pad_length=0.003)
    pairs = pairs_with([[[0.0, -0.01, 0.0], [0.0, 0.01, 0.0]]])
    grasps = ring_grasps(pairs, np.zeros(1), short, 200, np.random.default_rng(0))
    insertions = np.unique(np.linalg.norm(grasps.positions, axis=1).round(9))
    assert insertions.tolist() == [0.001, 0.003]
