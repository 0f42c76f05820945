from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from grasp_core.cloud import PointCloud
from grasp_core.gripper import Gripper
from grasp_core.plane import Plane
from grasp_core.point_grid import PointGrid
from grasp_perception.geometric.contact_pairs import ContactPairs
from grasp_perception.geometric.jaw_fit import (
    CLEARANCES_M,
    DEPTH_M,
    MARGIN_M,
    SUPPORT_MARGIN_M,
    JawFit,
    fit_jaws,
)
from grasp_perception.gripper_files import load_gripper

Points = NDArray[np.float64]
DOWN = np.array([[0.0, 0.0, 1.0]])  # the camera's z


@pytest.fixture(scope="module")
def gripper() -> Gripper:
    return load_gripper("parallel_100mm")


def pair(width: float = 0.04, visible: float = 0.0, depth: float = 0.5) -> ContactPairs:
    """One pair that closes along x, on the axis of the camera."""
    return ContactPairs(
        centers=np.array([[0.0, 0.0, depth]]),
        closing=np.array([[1.0, 0.0, 0.0]]),
        widths=np.array([width]),
        quality=np.ones(1),
        visible=np.array([visible]),
        segments=np.zeros((1, 2), np.int32),
    )


def block(width: float = 0.04, length: float = 0.1, top: float = 0.5) -> Points:
    """Top face of a block, 2 mm between points."""
    x, y = np.meshgrid(
        np.arange(-width / 2, width / 2, 0.002), np.arange(-length / 2, length / 2, 0.002)
    )
    return np.column_stack([x.ravel(), y.ravel(), np.full(x.size, top)])


def fit(
    gripper: Gripper, points: Points, pairs: ContactPairs, support: Plane | None = None
) -> JawFit:
    grid = PointGrid.from_cloud(PointCloud.from_xyz(points, "camera"))
    return fit_jaws(pairs, DOWN, np.zeros(1), np.ones((1, 1), dtype=bool), gripper, grid, support)


def test_free_fingers_go_to_the_full_depth_with_the_wide_gap(gripper: Gripper) -> None:
    result = fit(gripper, block(), pair())
    assert result.depth[0, 0] == pytest.approx(DEPTH_M)
    assert result.opening[0, 0] == pytest.approx(0.04 + 2 * CLEARANCES_M[0])
    assert result.engagement[0, 0] == pytest.approx(DEPTH_M)
    assert result.coverage[0, 0] == 1.0


def test_the_support_stops_the_fingertips(gripper: Gripper) -> None:
    table = Plane(np.array([0.0, 0.0, -1.0]), 0.512)  # 12 mm below the top
    result = fit(gripper, block(), pair(), table)
    assert result.depth[0, 0] == pytest.approx(0.012 - SUPPORT_MARGIN_M)


def test_a_point_ahead_of_a_finger_stops_it(gripper: Gripper) -> None:
    ahead = np.array([[0.02 + CLEARANCES_M[0] + 0.005, 0.0, 0.508]])
    blocked_both = np.vstack([block(), ahead, [[0.02 + CLEARANCES_M[1] + 0.001, 0.0, 0.508]]])
    result = fit(gripper, blocked_both, pair())
    assert result.depth[0, 0] == pytest.approx(0.008 - MARGIN_M, abs=1e-6)


def test_a_neighbour_in_the_wide_gap_makes_the_gap_narrow(gripper: Gripper) -> None:
    neighbor = np.array([[0.02 + CLEARANCES_M[0] + 0.009, 0.0, 0.5]])
    result = fit(gripper, np.vstack([block(), neighbor]), pair())
    assert result.opening[0, 0] == pytest.approx(0.04 + 2 * CLEARANCES_M[1])
    assert result.depth[0, 0] == pytest.approx(DEPTH_M)


def test_the_palm_stops_at_a_tall_neighbour(gripper: Gripper) -> None:
    tall = np.array([[0.05, 0.02, 0.5 - gripper.finger_length + 0.012]])  # beside the fingers
    result = fit(gripper, np.vstack([block(), tall]), pair())
    assert result.depth[0, 0] == pytest.approx(0.012 - MARGIN_M, abs=1e-6)


def test_fingers_that_cannot_pass_the_contacts_do_not_fit(gripper: Gripper) -> None:
    wall = np.array([[0.035, 0.0, 0.48], [-0.035, 0.0, 0.48]])
    assert np.isnan(fit(gripper, np.vstack([block(), wall]), pair()).depth[0, 0])


def test_seen_contacts_must_be_reached_and_guessed_ones_need_not(gripper: Gripper) -> None:
    ahead = np.array([[0.031, 0.0, 0.498], [0.026, 0.0, 0.498]])  # stops just above the contacts
    points = np.vstack([block(top=0.49), ahead])
    assert np.isnan(fit(gripper, points, pair(visible=1.0)).depth[0, 0])
    guessed = fit(gripper, points, pair(visible=0.0))
    assert guessed.depth[0, 0] == pytest.approx(-0.002 - MARGIN_M, abs=1e-6)
    assert guessed.engagement[0, 0] == pytest.approx(0.008 - MARGIN_M, abs=1e-6)


def test_a_corner_covers_only_part_of_the_pads(gripper: Gripper) -> None:
    short = block(length=0.2)
    short = short[short[:, 1] >= 0]  # the object ends in the middle of the pads
    result = fit(gripper, short, pair())
    assert result.coverage[0, 0] == pytest.approx(0.5)


def test_a_turn_tilts_the_approach_about_the_closing_direction(gripper: Gripper) -> None:
    grid = PointGrid.from_cloud(PointCloud.from_xyz(block(), "camera"))
    turns = np.radians([0.0, 30.0])
    table = Plane(np.array([0.0, 0.0, -1.0]), 0.51)
    depth = fit_jaws(pair(), DOWN, turns, np.ones((1, 2), dtype=bool), gripper, grid, table).depth[
        0
    ]
    lowest = 0.01 - SUPPORT_MARGIN_M
    assert depth[0] == pytest.approx(lowest)
    corner = gripper.finger_width / 2 * np.sin(turns[1])  # a turned finger's corner is lower
    assert depth[1] == pytest.approx((lowest - corner) / np.cos(turns[1]))


def test_a_turn_that_is_not_wanted_is_not_tried(gripper: Gripper) -> None:
    grid = PointGrid.from_cloud(PointCloud.from_xyz(block(), "camera"))
    wanted = np.array([[False, True]])
    depth = fit_jaws(pair(), DOWN, np.radians([0.0, 10.0]), wanted, gripper, grid, None).depth[0]
    assert np.isnan(depth[0])
    assert depth[1] > 0
