from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from grasp_core.errors import ArrayError, FrameError
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.transforms import inverse, transform
from grasp_learning.evaluation.judged_scene import JudgedScene


def test_a_grasp_belongs_to_the_object_nearest_to_a_point_before_its_origin(
    table_scene: JudgedScene, down: Callable[..., Grasps]
) -> None:
    # 6 cm above the table, 3 cm from the plate's face; 5 cm higher the cube is no nearer.
    grasps = down([[0.118, 0.0, 0.02], [0.02, 0.0, 0.03], [-0.14, 0.01, 0.02]], 0.05)
    np.testing.assert_array_equal(table_scene.nearest_objects(grasps, 0.0), [1, 0, 2])
    high = down([[-0.1, 0.0, 0.03]], 0.05)  # 4.5 cm to the pin, 7.5 to the cube; 9 cm higher: cube
    assert table_scene.nearest_objects(high, 0.0).tolist() == [2]
    assert table_scene.nearest_objects(high, 0.3).tolist() == [0]


def test_collisions_are_with_objects_and_support(
    table_scene: JudgedScene, down: Callable[..., Grasps], wide: Gripper
) -> None:
    grasps = down(
        [[0.0, 0.0, 0.03], [0.0, 0.0, 0.03], [0.0, 0.0, -0.005], [0.1, 0.0, 0.02]],
        np.array([0.06, 0.045, 0.06, 0.09]),
    )
    # Free; fingers inside the cube; fingers inside the table; a finger inside the plate.
    hit = table_scene.collisions(grasps, *wide.boxes(grasps.widths))
    np.testing.assert_array_equal(hit, [False, True, True, True])


def test_poses_in_an_object_are_relative_to_it(
    table_scene: JudgedScene, down: Callable[..., Grasps]
) -> None:
    (T,) = table_scene.in_object(down([[0.15, 0.01, 0.05]], 0.02), 1)
    np.testing.assert_allclose(T[:3, 3], [0.0, 0.01, 0.02], atol=1e-12)


def test_the_scene_may_stand_in_any_frame(
    table_scene: JudgedScene, down: Callable[..., Grasps], wide: Gripper
) -> None:
    T = inverse(transform([[0, 0, 1], [1, 0, 0], [0, 1, 0]], [0.3, -0.2, 0.7]))
    moved = JudgedScene(
        table_scene.objects,
        T @ table_scene.T_frame_object,
        table_scene.support,
        T @ table_scene.T_frame_support,
        "camera",
    )
    widths = np.array([0.06, 0.09])
    grasps = down([[0.0, 0.0, 0.03], [0.1, 0.0, 0.02]], widths).transformed(T, "camera")
    hit = moved.collisions(grasps, *wide.boxes(grasps.widths))
    np.testing.assert_array_equal(hit, [False, True])
    np.testing.assert_array_equal(moved.nearest_objects(grasps, 0.0), [0, 1])


def test_bad_scenes_are_refused(table_scene: JudgedScene) -> None:
    with pytest.raises(ArrayError, match="at least one object"):
        replace(table_scene, objects=(), T_frame_object=np.zeros((0, 4, 4)))
    with pytest.raises(ArrayError, match="T_frame_object"):
        replace(table_scene, T_frame_object=table_scene.T_frame_object[:2])
    with pytest.raises(ArrayError, match="T_frame_support"):
        replace(table_scene, T_frame_support=2 * np.eye(4))
    with pytest.raises(FrameError, match="name of the frame"):
        replace(table_scene, frame_id="")


def test_grasps_of_another_frame_are_refused(
    table_scene: JudgedScene, down: Callable[..., Grasps]
) -> None:
    grasps = replace(down([[0.0, 0.0, 0.0]], 0.05), frame_id="camera")
    with pytest.raises(FrameError, match="grasps are in camera, the scene is in world"):
        table_scene.nearest_objects(grasps, 0.0)
