from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import KDTree

from grasp_learning.scene_cloud import MARGIN_M, SceneCloud
from grasp_learning.task import EmptySampleError
from grasp_learning.view_sample import View


@pytest.fixture(scope="module")
def clean_view(table_view: View) -> View:
    """Without noise, so that measured and clean points are the same."""
    return replace(table_view, measured=table_view.clean, measured_valid=np.full(10800, True))


@given(st.integers(0, 2**32 - 1))
def test_grasps_keep_their_place_on_the_cloud(clean_view: View, seed: int) -> None:
    cloud = SceneCloud.draw(clean_view, 50, False, np.random.default_rng(seed))
    before = (clean_view.clean[cloud.pixels, None] - clean_view.positions)[..., None, :]
    before = (before @ clean_view.rotations)[..., 0, :]  # points in the grasp frames
    rotations, positions = (
        cloud.rotations(clean_view.rotations),
        cloud.positions(clean_view.positions),
    )
    after = ((cloud.points[:, None] - positions)[..., None, :] @ rotations)[..., 0, :]
    mirrored = np.linalg.det(cloud.turn) < 0
    # A mirror leaves approach and closing direction and turns the third axis round.
    np.testing.assert_allclose(after, before * [1, 1, -1 if mirrored else 1], atol=1e-5)
    np.testing.assert_allclose(np.linalg.det(rotations), 1, atol=1e-5)


def test_half_of_the_clouds_are_mirrored_and_z_is_down(clean_view: View) -> None:
    down = clean_view.T_world_camera[:3, :3].T @ [0, 0, -1]
    turns = [
        SceneCloud.draw(clean_view, 5, False, np.random.default_rng(seed)).turn
        for seed in range(100)
    ]
    for turn in turns:
        np.testing.assert_allclose(turn @ down, [0, 0, 1], atol=1e-9)
    assert 30 < sum(np.linalg.det(turn) < 0 for turn in turns) < 70


def test_only_the_surroundings_of_objects_are_drawn(clean_view: View) -> None:
    cloud = SceneCloud.draw(clean_view, 20000, False, np.random.default_rng(0))
    drawn = np.zeros(len(clean_view), bool)
    drawn[cloud.pixels] = True
    to_object, _ = KDTree(clean_view.clean[clean_view.instances > 0]).query(clean_view.clean)
    np.testing.assert_array_equal(drawn, to_object <= MARGIN_M)
    np.testing.assert_array_equal(cloud.instances, clean_view.instances[cloud.pixels])


def test_a_view_without_objects_is_refused(clean_view: View) -> None:
    empty = replace(clean_view, instances=np.zeros(10800))
    with pytest.raises(EmptySampleError, match="no point of an object"):
        SceneCloud.draw(empty, 5, False, np.random.default_rng(0))
