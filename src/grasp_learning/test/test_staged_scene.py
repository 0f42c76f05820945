from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from grasp_core.gripper import Gripper
from grasp_learning.object_labels import LabelParams
from grasp_learning.recipe import Recipe, draw_spec
from grasp_learning.staged_scene import ATTEMPTS, scene_at_rest, stage_scene
from grasp_sim.errors import SceneRejectedError
from grasp_sim.scenes import Scene, SceneSpec, make_scene

RECIPE = Recipe(
    seed=2, catalogue="similar", least_objects=1, most_objects=2, packed_share=1.0, hard_share=0.0
)
LABELS = LabelParams(contacts=100, directions=2, approaches=6)


def test_a_staged_scene_has_the_labels_of_its_objects_where_they_lie(
    yumi: Gripper, tmp_path: Path
) -> None:
    stage = stage_scene(RECIPE, 0, yumi, LABELS, tmp_path)
    assert stage is not None
    assert stage.scene.spec == draw_spec(RECIPE, 0, 0)
    assert stage.grasps.grasps.frame_id == "world"
    assert set(stage.grasps.instances) == set(range(1, len(stage.scene.models) + 1))
    for i, T_world_object in enumerate(stage.scene.T_world_object, start=1):
        contacts = stage.grasps.contacts[stage.grasps.instances == i]
        reach = np.linalg.norm(stage.scene.models[i - 1].vertices, axis=1).max()
        assert np.linalg.norm(contacts - T_world_object[:3, 3], axis=-1).max() <= reach + 1e-6


def test_a_rejected_scene_is_replaced_by_the_next_of_its_number(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[SceneSpec] = []

    def second_rests(spec: SceneSpec) -> Scene:
        tried.append(spec)
        if len(tried) == 1:
            raise SceneRejectedError("still moving")
        return make_scene(spec)

    monkeypatch.setattr("grasp_learning.staged_scene.make_scene", second_rests)
    scene = scene_at_rest(RECIPE, 0)
    assert tried == [draw_spec(RECIPE, 0, 0), draw_spec(RECIPE, 0, 1)]
    assert scene.spec == tried[1] != tried[0]


def test_a_scene_that_never_rests_is_none(
    yumi: Gripper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def reject(spec: SceneSpec) -> Scene:
        tried.append(spec)
        raise SceneRejectedError("a knob left the bin")

    monkeypatch.setattr("grasp_learning.staged_scene.make_scene", reject)
    assert stage_scene(RECIPE, 7, yumi, LABELS, tmp_path) is None
    assert len(tried) == ATTEMPTS
    with pytest.raises(SceneRejectedError, match=r"scene 7 of seed 2: 20 tries .* a knob left"):
        scene_at_rest(RECIPE, 7)
