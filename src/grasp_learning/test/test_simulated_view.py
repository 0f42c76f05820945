from __future__ import annotations

import numpy as np
import pytest

from grasp_core.cloud import PointCloud
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_core.transforms import inverse, transform, transform_points
from grasp_learning.object_labels import LabelParams
from grasp_learning.recipe import Recipe, draw_conditions, draw_pose
from grasp_learning.scene_labels import PointClass
from grasp_learning.simulated_view import MARGIN_M, in_workspace, look, take_view
from grasp_learning.staged_scene import StagedScene, stage_scene
from grasp_learning.view_arrays import decode_view
from grasp_learning.view_sample import OUTCOMES, TrialSource, View
from grasp_sim.bins import BINS, Bin
from grasp_sim.trial import Outcome

RECIPE = Recipe(
    seed=1, scenes=1, trials=8, catalogue="similar", least_objects=3, most_objects=3,
    packed_share=0.0, table_share=1.0, euro_box_share=0.0, phoxi_share=0.0, hard_share=0.0,
)  # fmt: skip
LABELS = LabelParams(contacts=600, directions=2, approaches=8)


@pytest.fixture(scope="module")
def stage(yumi: Gripper, tmp_path_factory: pytest.TempPathFactory) -> StagedScene:
    stage = stage_scene(RECIPE, 0, yumi, LABELS, tmp_path_factory.mktemp("labels"))
    assert stage is not None
    return stage


@pytest.fixture(scope="module")
def view(stage: StagedScene, yumi: Gripper) -> View:
    def best_label(cloud: PointCloud, box: Bin, gripper: Gripper) -> Grasps:
        assert (cloud.frame_id, box, gripper.name) == ("world", BINS["table"], yumi.name)
        assert np.abs(np.median(cloud.points[:, 2])) < 0.02  # most of what it sees is the table
        return stage.grasps.grasps[stage.grasps.free].ranked()[:1]

    sight = look(stage, RECIPE, 0, 0, yumi, best_label)
    return decode_view(take_view(stage, sight, RECIPE, 0, 0, yumi))


def test_clean_points_lie_on_the_scene_within_the_workspace(view: View, stage: StagedScene) -> None:
    clean = transform_points(view.T_world_camera, view.clean.astype(float))
    assert (np.abs(clean[:, :2]) <= 0.15 + MARGIN_M + 1e-4).all()
    table = clean[view.instances == 0, 2]
    np.testing.assert_allclose(table, 0.0, atol=2e-4)
    for i, model in enumerate(stage.scene.models, start=1):
        on_it = clean[view.instances == i]
        in_it = transform_points(inverse(stage.scene.T_world_object[i - 1]), on_it)
        assert (in_it >= model.vertices.min(axis=0) - 3e-4).all()
        assert (in_it <= model.vertices.max(axis=0) + 3e-4).all()
    assert view.spec == stage.scene.spec


def test_measured_points_are_the_clean_ones_with_errors_along_the_line_of_sight(
    view: View,
) -> None:
    valid = view.measured_valid
    assert 0.8 < valid.mean() <= 1.0
    assert not view.measured[~valid].any()
    ratio = view.measured[valid] / view.clean[valid]
    np.testing.assert_allclose(ratio, ratio[:, 2:].repeat(3, axis=1), rtol=2e-3)
    error = np.abs(view.measured[valid, 2] - view.clean[valid, 2])
    assert 1e-4 < np.median(error) < 5e-3


def test_labels_are_those_of_the_scene_in_the_cameras_frame(view: View, stage: StagedScene) -> None:
    assert (view.classes == PointClass.POSITIVE).any()
    named = view.grasp_index[view.classes == PointClass.POSITIVE]
    assert view.free[named].all()
    assert (view.instances[view.grasp_index >= 0] == view.grasp_instances[named]).all()
    # The contact that gave a point its label is as near as the radius of spreading.
    points = view.clean[view.grasp_index >= 0]
    distance = np.linalg.norm(view.contacts[named] - points[:, None], axis=-1).min(axis=1)
    assert distance.max() <= 0.005 + 3e-4
    in_world = transform_points(view.T_world_camera, view.positions.astype(float))
    offset = np.linalg.norm(in_world[:, None] - stage.grasps.grasps.positions[None], axis=-1)
    assert offset.min(axis=1).max() < 2e-4  # each is one of the scene's
    nearest = stage.grasps.quality[np.argmin(offset, axis=1)]
    assert np.isclose(view.quality, nearest, rtol=1e-6).mean() > 0.9


def test_free_labels_hold_in_physics(view: View) -> None:
    counts = np.bincount(view.trial_sources, minlength=3)
    assert counts[TrialSource.LABEL] == 2
    assert counts[TrialSource.CANDIDATE] == 1
    held = view.trial_outcomes[view.trial_sources == TrialSource.LABEL]
    assert [OUTCOMES[i] for i in held] == [Outcome.HELD] * 2


def test_a_view_states_its_conditions(view: View) -> None:
    conditions = draw_conditions(RECIPE, 0)
    assert (view.friction, view.noise) == (conditions.friction, conditions.noise)
    np.testing.assert_array_equal(view.T_world_camera, draw_pose(RECIPE, 0, 0))


def test_the_workspace_ends_beside_the_bin() -> None:
    points = [[0.169, 0.0, 5.0], [0.171, 0.0, 0.0], [0.0, -0.169, -1.0], [0.0, 0.0, 0.1]]
    T_world_cloud = transform(np.eye(3), [0.0, 0.0, 0.5])
    kept = in_workspace(PointCloud.from_xyz(np.array(points), "camera"), T_world_cloud, BINS["bin"])
    assert kept.source_indices.tolist() == [0, 2, 3]
