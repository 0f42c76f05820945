"""Pictures of grasps."""

from __future__ import annotations

import numpy as np
import pytest

from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_perception.gripper_files import load_gripper
from grasp_perception.markers import HIGH_COLOR, LOW_COLOR, gripper_shapes, score_colors


@pytest.fixture
def gripper() -> Gripper:
    return load_gripper("parallel_100mm")


def test_fingers_stand_where_the_collision_filter_has_them(gripper: Gripper) -> None:
    # Approach along -z, closing along x, at 1 m height.
    rotation = np.array([[0, 1, 0], [0, 0, -1], [-1, 0, 0]], float)
    grasps = Grasps(rotation[None], [[0, 0, 1]], [0.04], [0.5], "base")
    shapes = gripper_shapes(grasps, gripper)
    assert shapes.frame_id == "base"
    assert shapes.T_frame_box.shape == (1, 4, 4, 4)
    left, right, bridge, stem = shapes.T_frame_box[0, :, :3, 3]
    np.testing.assert_allclose(left, [0.025, 0, 1.03], atol=1e-12)
    np.testing.assert_allclose(right, [-0.025, 0, 1.03], atol=1e-12)
    np.testing.assert_allclose(shapes.sizes[0, :2], [[0.06, 0.01, 0.02]] * 2, atol=1e-12)
    np.testing.assert_allclose(bridge, [0, 0, 1.063], atol=1e-12)
    np.testing.assert_allclose(shapes.sizes[0, 2, 1], 0.06)  # from outside to outside
    assert stem[2] > bridge[2]


def test_shapes_of_a_batch_are_those_of_its_grasps(gripper: Gripper) -> None:
    rng = np.random.default_rng(5)
    rotations = np.linalg.qr(rng.normal(size=(4, 3, 3)))[0]
    rotations *= np.linalg.det(rotations)[:, None, None]
    grasps = Grasps(rotations, rng.normal(size=(4, 3)), rng.random(4) / 10, rng.random(4), "a")
    batch = gripper_shapes(grasps, gripper)
    for i in range(4):
        single = gripper_shapes(grasps[i], gripper)
        np.testing.assert_allclose(single.T_frame_box[0], batch.T_frame_box[i])
        np.testing.assert_allclose(single.sizes[0], batch.sizes[i])


def test_no_grasps_make_no_shapes(gripper: Gripper) -> None:
    shapes = gripper_shapes(Grasps.empty("base"), gripper)
    assert shapes.T_frame_box.shape == (0, 4, 4, 4)
    assert shapes.colors.shape == (0, 3)


def test_score_is_shown_by_the_colour() -> None:
    low, middle, high = score_colors(np.array([0.0, 0.5, 1.0]))
    np.testing.assert_allclose(low, LOW_COLOR)
    np.testing.assert_allclose(high, HIGH_COLOR)
    np.testing.assert_allclose(middle, (low + high) / 2)
