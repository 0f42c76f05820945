from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_perception.gripper_files import load_gripper
from grasp_perception.local_search import BEAM, CONTACT_M, MOVES, neighbors, search


@pytest.fixture
def gripper() -> Gripper:
    return load_gripper("parallel_100mm")


def some_grasps(number: int) -> Grasps:
    rng = np.random.default_rng(3)
    return Grasps(
        Rotation.random(number, rng=rng).as_matrix(),
        rng.normal(0.0, 0.05, (number, 3)),
        rng.uniform(0.02, 0.05, number),
        rng.uniform(0.0, 0.5, number),
        "world",
    )


def test_a_neighbor_differs_by_one_small_move(gripper: Gripper) -> None:
    grasps = some_grasps(5)
    moved = neighbors(grasps, gripper)
    assert len(moved) == len(MOVES) * 5
    for i in range(5):
        own = moved[slice(i, None, 5)]
        offset = (own.positions - grasps.positions[i]) @ grasps.rotations[i]
        turn = grasps.rotations[i].T @ own.rotations
        angle = np.degrees(np.arccos(np.clip((np.trace(turn, axis1=1, axis2=2) - 1) / 2, -1, 1)))
        wider = own.widths - grasps.widths[i]
        changed = np.stack([np.linalg.norm(offset, axis=1) > 1e-6, angle > 0.1, wider > 1e-6])
        assert changed.any(axis=0).all()
        assert np.linalg.norm(offset, axis=1).max() <= 0.005 + 1e-9
        assert angle.max() == pytest.approx(15.0, abs=1e-4)
        assert wider.max() == pytest.approx(0.008)
        # The closing direction turns only about the approach; a tilt leaves the contacts in place.
        tilted = np.isclose(angle, 15.0, atol=1e-4)
        np.testing.assert_allclose(own.closing[tilted], grasps.closing[[i, i]], atol=1e-9)
        contacts = own.positions[tilted] - CONTACT_M * own.approach[tilted]
        here = grasps.positions[i] - CONTACT_M * grasps.approach[i]
        np.testing.assert_allclose(contacts, [here, here], atol=1e-9)


def test_the_gripper_opens_no_wider_than_it_can(gripper: Gripper) -> None:
    grasps = replace(some_grasps(4), widths=np.full(4, gripper.max_width - 0.001))
    assert neighbors(grasps, gripper).widths.max() == gripper.max_width


def test_the_search_climbs_and_keeps_what_it_began_with(gripper: Gripper) -> None:
    """Scored by the distance from a place two moves away, the search gets nearer each round."""
    grasps = some_grasps(30)
    goal = grasps.positions[0] + 0.008 * grasps.approach[0]

    def score(some: Grasps) -> Grasps:
        distance = np.linalg.norm(some.positions - goal, axis=1)
        return replace(some, scores=1.0 / (1.0 + distance / 0.002))

    start = score(grasps)
    found = search(start, gripper, lambda some: some, score)
    assert len(found) == len(start) + len(MOVES) * sum(BEAM)
    np.testing.assert_array_equal(found.positions[: len(start)], start.positions)
    assert found.scores.max() > 2 * start.scores.max()


def test_what_is_not_allowed_is_not_scored(gripper: Gripper) -> None:
    start = some_grasps(8)

    def fail(some: Grasps) -> Grasps:
        raise AssertionError(some)

    found = search(start, gripper, lambda some: some[slice(0, 0)], fail)
    np.testing.assert_array_equal(found.positions, start.positions)
