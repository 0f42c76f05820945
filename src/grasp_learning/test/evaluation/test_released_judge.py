from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from grasp_core.errors import FrameError
from grasp_core.grasps import Grasps
from grasp_learning.evaluation.judged_scene import JudgedScene
from grasp_learning.evaluation.released_judge import DEPTH_M, ReleasedJudge


def judge(grasps: Grasps, scene: JudgedScene) -> np.ndarray:
    judge = ReleasedJudge()
    return judge.needed_friction(grasps, judge.nearest_objects(grasps, scene), scene)


def test_good_grasps_of_cube_and_plate_need_no_friction(
    table_scene: JudgedScene, down: Callable[..., Grasps]
) -> None:
    grasps = down([[0.0, 0.0, 0.03], [0.15, 0.0, 0.04]], np.array([0.07, 0.02]))
    np.testing.assert_allclose(judge(grasps, table_scene), 0.0, atol=1e-6)


@pytest.mark.parametrize(
    ("position", "width"),
    [
        ((0.0, 0.0, 0.02), 0.04),  # a finger in the cube
        ((0.0, 0.0, -0.005), 0.07),  # tips in the table
        ((0.0, 0.0, 0.002), 0.07),  # the palm in the cube: 4 cm behind the tips
        ((0.0, 0.0, 0.055), 0.07),  # above the cube
        ((0.03, 0.0, 0.03), 0.12),  # the left finger's way ends before the cube
    ],
)
def test_bad_grasps_never_hold(
    table_scene: JudgedScene, down: Callable[..., Grasps], position: tuple[float, ...], width: float
) -> None:
    assert judge(down([position], width), table_scene).tolist() == [np.inf]


def test_a_pin_has_too_few_points_to_be_held(
    table_scene: JudgedScene, down: Callable[..., Grasps]
) -> None:
    """10 x 10 mm: two voxels across, where the exact judge sees two parallel faces."""
    thin = down([[-0.15, 0.0, 0.02]], 0.03)
    assert judge(thin, table_scene).tolist() == [np.inf]


def test_the_object_is_the_nearest_one_to_t(
    table_scene: JudgedScene, down: Callable[..., Grasps]
) -> None:
    grasps = down([[-0.08, 0.0, 0.02]], 0.03)
    behind = down([[-0.08, 0.0, 0.02 + DEPTH_M]], 0.03)
    judged = ReleasedJudge().nearest_objects(grasps, table_scene)
    np.testing.assert_array_equal(judged, table_scene.nearest_objects(behind, 0.0))


def test_grasps_of_another_frame_are_refused(table_scene: JudgedScene) -> None:
    with pytest.raises(FrameError, match="camera"):
        judge(Grasps.empty("camera"), table_scene)
