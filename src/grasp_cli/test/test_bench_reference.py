from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from grasp_cli.bench_inputs import cloud_message, random_contacts
from grasp_cli.bench_reference import (
    APPROACH_M,
    FINGER_HEIGHT_M,
    FINGER_LENGTH_M,
    FINGER_WIDTH_M,
    exact_collisions,
    ferrari_canny_by_hull,
    model_free_collisions,
    read_structured,
    thin,
)
from grasp_core.cloud import PointCloud
from grasp_core.collision import gripper_collisions
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.point_grid import PointGrid
from grasp_core.quality import ferrari_canny
from grasp_perception.clouds.point_cloud2 import read_cloud

SEEDS = st.integers(0, 2**32 - 1)
GRIPPER = Gripper.load(
    Path(__file__).resolve().parents[3] / "config" / "grippers" / "parallel_100mm.yaml"
)
WIDTH_M = 0.05
#: graspnetAPI's gripper, open by WIDTH_M: its palm is as wide as the open fingers.
GRASPNET_GRIPPER = replace(
    GRIPPER,
    finger_length=FINGER_LENGTH_M,
    finger_width=FINGER_HEIGHT_M,
    finger_thickness=FINGER_WIDTH_M,
    palm_size=(FINGER_WIDTH_M, WIDTH_M + 2 * FINGER_WIDTH_M, FINGER_HEIGHT_M),
)


def scene(rng: np.random.Generator, n: int) -> PointCloud:
    return PointCloud.from_xyz(rng.uniform(-0.2, 0.2, (n, 3)).astype(np.float32), "camera")


def grasps(rng: np.random.Generator, n: int) -> Grasps:
    rotations = Rotation.random(n, rng=rng).as_matrix()
    positions = rng.uniform(-0.15, 0.15, (n, 3))
    return Grasps(rotations, positions, np.full(n, WIDTH_M), np.ones(n), "camera")


@given(seed=SEEDS, n=st.integers(1, 400))
@settings(max_examples=30, deadline=None)
def test_the_references_agree_with_ours_on_the_same_boxes_and_cloud(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    cloud, batch = scene(rng, n), grasps(rng, 20)
    grid = PointGrid.from_cloud(cloud)
    ours = gripper_collisions(batch, GRASPNET_GRIPPER, grid, APPROACH_M)
    exact = exact_collisions(batch, GRASPNET_GRIPPER, cloud.points, APPROACH_M)
    # With a share of 0 a single point inside is a collision, as it is for ours.
    model_free = model_free_collisions(batch, cloud.points, 0.005, largest_share=0.0)
    assert ours.tolist() == exact.tolist() == model_free.tolist()


def test_that_comparison_sees_free_grasps_and_collisions() -> None:
    rng = np.random.default_rng(0)
    cloud, batch = scene(rng, 200), grasps(rng, 200)
    collides = exact_collisions(batch, GRASPNET_GRIPPER, cloud.points, APPROACH_M)
    assert 20 < collides.sum() < 180


@pytest.mark.parametrize(
    ("point", "collides"),
    [
        ((-0.001, 0.026, 0.0), True),  # left finger: y from 25 to 35 mm
        ((-0.001, -0.034, 0.0), True),  # right finger
        ((-0.001, 0.0, 0.0), False),  # between the fingers
        ((0.001, 0.03, 0.0), False),  # ahead of the fingertip
        ((-0.001, 0.03, 0.011), False),  # beside the pad, 20 mm wide
        ((-0.065, 0.0, 0.0), True),  # palm: x from -70 to -60 mm
        ((-0.119, 0.034, 0.0), True),  # on the way of 50 mm
        ((-0.121, 0.0, 0.0), False),  # behind it
    ],
)
def test_boxes_of_the_model_free_detector_by_hand(
    point: tuple[float, float, float], collides: bool
) -> None:
    one = Grasps(np.eye(3)[None], np.zeros((1, 3)), [WIDTH_M], [1.0], "camera")
    found = model_free_collisions(one, np.array([point]), 0.005, largest_share=0.0)
    assert found.tolist() == [collides]


def test_share_of_the_volume_by_hand() -> None:
    # Fingers 2 x 60 x 10 x 20 mm, palm and way 70 x 60 x 20 mm: 108 cm3, or 864 voxels of 5 mm.
    one = Grasps(np.eye(3)[None], np.zeros((1, 3)), [WIDTH_M], [1.0], "camera")
    for points, collides in ((8, False), (9, True)):
        inside = np.tile([-0.065, 0.0, 0.0], (points, 1))
        assert model_free_collisions(one, inside, 0.005).tolist() == [collides]


def test_thinning_keeps_the_mean_of_each_voxel() -> None:
    points = np.array([[0, 0, 0], [0.002, 0, 0], [0.0, 0.5, 0]], np.float32)
    thinned = thin(points, 0.01)
    assert sorted(thinned.round(6).tolist()) == [[0.0, 0.5, 0.0], [0.001, 0.0, 0.0]]


@pytest.mark.parametrize("colored", [False, True])
def test_structured_reading_agrees_with_ours(colored: bool) -> None:
    message = cloud_message((40, 50), 20, 0.2, colored)
    cloud = read_cloud(message)
    np.testing.assert_array_equal(read_structured(message), cloud.points)
    assert 1400 < len(cloud) < 1800
    assert (cloud.colors is not None) == colored


def test_structured_reading_drops_what_is_not_finite() -> None:
    message = cloud_message((1, 4), 16, 0.0, colored=False)
    floats = np.frombuffer(message.data, np.float32).reshape(4, 4)
    floats[1, 2], floats[2, 0] = np.nan, -np.inf
    np.testing.assert_array_equal(read_structured(message), floats[[0, 3], :3])


@given(seed=SEEDS, friction=st.floats(0.2, 1.0))
@settings(max_examples=20, deadline=None)
def test_ferrari_canny_agrees_with_ours(seed: int, friction: float) -> None:
    contacts, normals = random_contacts(5, np.random.default_rng(seed))
    np.testing.assert_allclose(
        ferrari_canny_by_hull(contacts, normals, friction, 0.05),
        ferrari_canny(contacts, normals, np.zeros(3), friction, 0.05),
        rtol=1e-7,
        atol=1e-10,
    )
