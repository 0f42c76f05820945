from __future__ import annotations

from dataclasses import replace

import numpy as np
import trimesh

from grasp_core.gripper import Gripper
from grasp_core.transforms import grasp_rotation, inverse, transform
from grasp_learning.evaluation.body import Body
from grasp_learning.evaluation.exact_judge import ExactJudge
from grasp_learning.evaluation.judged_scene import JudgedScene
from grasp_learning.evaluation.trial_check import TrialCheck, check_trials
from grasp_learning.view_sample import View
from grasp_sim.trial import Outcome

OUTCOMES = list(Outcome)
HELD, EMPTY = OUTCOMES.index(Outcome.HELD), OUTCOMES.index(Outcome.EMPTY)


def test_the_judgement_is_compared_with_the_outcome(
    table_view: View, table_scene: JudgedScene, wide: Gripper
) -> None:
    """Good grasps of the cube, the plate and the pin, and two that hold nothing."""
    positions = np.array([[0, 0, 2], [15, 0, 3], [-15, 0, 1], [8, 20, 3], [-8, 20, 3]]) / 100
    T = inverse(table_view.T_world_camera)
    view = replace(
        table_view,
        trial_rotations=np.tile(T[:3, :3] @ _from_above(), (5, 1, 1)),
        trial_positions=positions @ T[:3, :3].T + T[:3, 3],
        trial_widths=np.array([0.06, 0.02, 0.02, 0.05, 0.05]),
        trial_outcomes=np.array([HELD, HELD, EMPTY, HELD, EMPTY]),
        trial_sources=np.zeros(5),
    )
    found = check_trials(view, table_scene, ExactJudge(wide))
    assert found == TrialCheck(passed=3, passed_held=2, failed=2, failed_held=1)


def test_the_friction_of_the_view_decides(table_view: View, wide: Gripper) -> None:
    """A wedge whose sides lean by 20 degrees holds from friction 0.364 on."""
    lean = 0.03 * np.tan(np.deg2rad(20.0))
    corners = np.array(
        [
            [s * (0.02 - u * lean), y, 0.03 * u]
            for s in (-1, 1)
            for y in (-0.04, 0.04)
            for u in (-1, 1)
        ]
    )
    wedge = trimesh.convex.convex_hull(corners)
    body = Body(wedge.vertices, wedge.faces)
    table = trimesh.creation.box((0.4, 0.4, 0.02))
    scene = JudgedScene(
        (body,), np.eye(4)[None], Body(table.vertices, table.faces),
        transform(np.eye(3), [0.0, 0.0, -0.05]), "world",
    )  # fmt: skip
    T = inverse(table_view.T_world_camera)
    view = replace(
        table_view,
        trial_rotations=(T[:3, :3] @ _from_above())[None],
        trial_positions=T[:3, 3][None],
        trial_widths=np.array([0.07]),
        trial_outcomes=np.array([HELD]),
        trial_sources=np.zeros(1),
    )
    judge = ExactJudge(wide)
    assert check_trials(replace(view, friction=0.37), scene, judge) == (1, 1, 0, 0)
    assert check_trials(replace(view, friction=0.36), scene, judge) == (0, 0, 1, 1)


def test_a_view_without_trials_counts_nothing(
    table_view: View, table_scene: JudgedScene, wide: Gripper
) -> None:
    assert check_trials(table_view, table_scene, ExactJudge(wide)) == (0, 0, 0, 0)


def _from_above() -> np.ndarray:
    return grasp_rotation([0.0, 0.0, -1.0], [1.0, 0.0, 0.0])
