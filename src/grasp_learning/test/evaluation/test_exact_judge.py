from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from grasp_core.errors import FrameError
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_learning.evaluation.exact_judge import ExactJudge
from grasp_learning.evaluation.judged_scene import JudgedScene


def judge(grasps: Grasps, scene: JudgedScene, gripper: Gripper) -> np.ndarray:
    judge = ExactJudge(gripper)
    return judge.needed_friction(grasps, judge.nearest_objects(grasps, scene), scene)


def test_good_grasps_of_cube_plate_and_pin_need_no_friction(
    table_scene: JudgedScene, down: Callable[..., Grasps], wide: Gripper
) -> None:
    grasps = down(
        [[0.0, 0.0, 0.02], [0.15, 0.0, 0.03], [-0.15, 0.0, 0.01]], np.array([0.06, 0.01, 0.02])
    )
    np.testing.assert_allclose(judge(grasps, table_scene, wide), 0.0, atol=1e-6)


def test_an_object_beside_the_middle_is_held_too(
    table_scene: JudgedScene, down: Callable[..., Grasps], wide: Gripper
) -> None:
    grasps = down([[-0.13, 0.0, 0.01]], 0.06)  # the pin lies 2 cm to the right, 1 cm from a finger
    np.testing.assert_allclose(judge(grasps, table_scene, wide), 0.0, atol=1e-6)


@pytest.mark.parametrize(
    ("position", "width"),
    [
        ((0.0, 0.0, 0.02), 0.04),  # narrower than the cube
        ((0.0, 0.0, -0.001), 0.06),  # tips in the table
        ((0.0, 0.0, 0.06), 0.06),  # above the cube
        ((0.0, 0.1, 0.02), 0.06),  # beside the cube
    ],
)
def test_bad_grasps_never_hold(
    table_scene: JudgedScene,
    down: Callable[..., Grasps],
    wide: Gripper,
    position: tuple[float, ...],
    width: float,
) -> None:
    assert judge(down([position], width), table_scene, wide).tolist() == [np.inf]


def test_a_plate_held_askew_would_turn_between_flat_pads(
    table_scene: JudgedScene, down: Callable[..., Grasps], wide: Gripper
) -> None:
    grasps = down([[0.15, 0.0, 0.03]], 0.05)
    turn = np.deg2rad(30.0)
    about_z = np.array(
        [[np.cos(turn), -np.sin(turn), 0.0], [np.sin(turn), np.cos(turn), 0.0], [0.0, 0.0, 1.0]]
    )
    turned = Grasps(
        about_z @ grasps.rotations, grasps.positions, grasps.widths, grasps.scores, "world"
    )
    # On the line between the tips tan 30 degrees = 0.58 would do; but the pads meet it at its ends.
    assert judge(turned, table_scene, wide)[0] > 1.2


def test_nothing_to_judge_gives_nothing(table_scene: JudgedScene, wide: Gripper) -> None:
    none = np.zeros(0, dtype=np.intp)
    assert len(ExactJudge(wide).needed_friction(Grasps.empty("world"), none, table_scene)) == 0


def test_grasps_of_another_frame_are_refused(table_scene: JudgedScene, wide: Gripper) -> None:
    with pytest.raises(FrameError, match="camera"):
        judge(Grasps.empty("camera"), table_scene, wide)
