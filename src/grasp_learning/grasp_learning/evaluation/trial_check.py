"""How well a judge predicts the grasps that were executed in physics."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from grasp_core.grasps import Grasps
from grasp_learning.evaluation.judged_scene import JudgedScene
from grasp_learning.evaluation.view_scores import Judge
from grasp_learning.simulated_view import CAMERA_FRAME
from grasp_learning.view_sample import OUTCOMES, View
from grasp_sim.scenes import WORLD
from grasp_sim.trial import Outcome


class TrialCheck(NamedTuple):
    """Counts of the executed grasps of a view.

    Attributes
    ----------
    passed, failed : by the judge, at the friction of the view.
    passed_held, failed_held : those of them that held in physics.
    """

    passed: int
    passed_held: int
    failed: int
    failed_held: int


def check_trials(view: View, scene: JudgedScene, judge: Judge) -> TrialCheck:
    """Judge the executed grasps of a view and compare with how they ended.

    Parameters
    ----------
    scene : of the view, in the frame "world".
    """
    unscored = np.zeros(len(view.trial_widths))
    trials = Grasps(
        view.trial_rotations.astype(np.float64),
        view.trial_positions.astype(np.float64),
        view.trial_widths.astype(np.float64),
        unscored,
        CAMERA_FRAME,
    ).transformed(view.T_world_camera, WORLD)
    if len(trials) == 0:
        return TrialCheck(0, 0, 0, 0)
    objects = judge.nearest_objects(trials, scene)
    passed = judge.needed_friction(trials, objects, scene) <= view.friction
    held = view.trial_outcomes == OUTCOMES.index(Outcome.HELD)
    return TrialCheck(
        int(passed.sum()),
        int((passed & held).sum()),
        int((~passed).sum()),
        int((~passed & held).sum()),
    )
