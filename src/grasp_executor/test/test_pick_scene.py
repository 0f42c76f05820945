from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from grasp_core.transforms import grasp_rotation, transform
from grasp_executor.pick_params import PickParams
from grasp_executor.pick_scene import HELD, SEEN, PickScene
from grasp_executor.planning_scene import PlanningScene
from grasp_executor.shapes import Box, Voxels
from grasp_robots.robot_file import load_robot

CONFIG = Path(__file__).parents[3] / "config"
PARAMS = PickParams(held_depth=0.03, held_breadth=0.06, voxel_size=0.01)
#: A grasp from above at (1, 2, 3): what lies below it is in front of the fingers.
T_BASE_GRASP = transform(grasp_rotation([0.0, 0.0, -1.0], [0.0, 1.0, 0.0]), [1.0, 2.0, 3.0])
BELOW, BESIDE = [1.0, 2.0, 2.985], [1.0, 2.5, 2.985]


@pytest.fixture(scope="module")
def scene() -> PickScene:
    arm = load_robot(CONFIG / "robots" / "diana7.yaml", CONFIG / "grippers").arms[0]
    return PickScene(PlanningScene(), np.array([BELOW, BESIDE]), arm, 0.04, PARAMS)


def test_the_gripper_is_open_and_may_touch_nothing(scene: PickScene) -> None:
    free = scene.free()
    assert free.joints == {"gripper_finger_joint": 0.02}
    assert free.allowed == frozenset()
    assert list(free.objects) == [SEEN]


def test_palm_and_fingers_may_touch_the_objects(scene: PickScene) -> None:
    links = ("gripper_palm", "gripper_left_finger", "gripper_right_finger")
    assert scene.at_objects().allowed == {frozenset((SEEN, link)) for link in links}


def test_the_object_that_is_taken_moves_with_the_fingers(scene: PickScene) -> None:
    carrying = scene.carrying(T_BASE_GRASP)
    held = carrying.objects[HELD]
    assert (held.frame, isinstance(held.shape, Box)) == ("tcp", True)
    # From the upper end of the pads (4 cm) to 3 cm beyond the tips, as wide as the fingers stand.
    np.testing.assert_allclose(held.shape.size, [0.07, 0.04, 0.06])  # type: ignore[union-attr]
    np.testing.assert_allclose(held.T_frame_shape[:3, 3], [-0.005, 0.0, 0.0], atol=1e-12)
    seen = carrying.objects[SEEN].shape
    assert isinstance(seen, Voxels)
    assert seen.cells.tolist() == [[100, 250, 298]]  # only what lies beside is left


def test_no_points_are_no_obstacle(scene: PickScene) -> None:
    bare = PickScene(scene.around, np.zeros((0, 3)), scene.arm, 0.04, PARAMS)
    assert list(bare.free().objects) == []
    assert bare.at_objects().allowed == frozenset()
    assert list(bare.carrying(T_BASE_GRASP).objects) == [HELD]
