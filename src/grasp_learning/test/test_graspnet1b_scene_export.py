from __future__ import annotations

import numpy as np
import pytest

from grasp_core.gripper import Gripper
from grasp_core.quality import minimal_friction
from grasp_core.transforms import transform
from grasp_learning.graspnet1b.labels import GRID
from grasp_learning.graspnet1b.scene_export import (
    LEAST_FRICTION,
    ExportedObject,
    scene_collision,
    scene_frames,
)
from grasp_learning.object_grasps import ObjectGrasps
from grasp_learning.recipe import Recipe, draw_conditions, draw_pose
from grasp_learning.scene_grasps import match_grasps
from grasp_sim.objects.model import ObjectModel
from grasp_sim.scenery import placed_meshes
from grasp_sim.scenes import Scene, SceneSpec

RECIPE = Recipe(seed=1, scenes=1, views=2)


@pytest.fixture(scope="module")
def scene(cube: object) -> Scene:
    """Two cubes of 30 mm on the table, one beside the other."""
    vertices, faces = cube.vertices, cube.faces  # type: ignore[attr-defined]
    models = tuple(
        ObjectModel(name, "test", vertices, faces, (vertices,), 500.0, 0.5) for name in "ab"
    )
    poses = transform(np.eye(3), np.array([[0, 0, 0.015], [0.034, 0, 0.015]]))
    return Scene(SceneSpec(0, ("a", "b"), bin="table"), models, poses)


@pytest.fixture(scope="module")
def exported(cube_labels: ObjectGrasps) -> dict[str, ExportedObject]:
    return {"a": ExportedObject.thinned(7, cube_labels, 10),
            "b": ExportedObject.thinned(2, cube_labels, 25)}  # fmt: skip


def test_an_object_keeps_some_grasps_with_all_that_belongs(
    cube_labels: ObjectGrasps, exported: dict[str, ExportedObject]
) -> None:
    labels = exported["a"].labels
    assert 1 < len(labels) <= 10
    for i in range(len(labels)):
        (same,) = np.flatnonzero((cube_labels.grasps.positions == labels.grasps.positions[i])
                                 .all(axis=1)
                                 & (cube_labels.grasps.rotations == labels.grasps.rotations[i])
                                 .all(axis=(1, 2)))  # fmt: skip
        np.testing.assert_array_equal(labels.contacts[i], cube_labels.contacts[same])
        np.testing.assert_array_equal(labels.normals[i], cube_labels.normals[same])
        assert labels.quality[i] == cube_labels.quality[same]


def test_the_score_is_the_friction_that_a_grasp_needs(exported: dict[str, ExportedObject]) -> None:
    each = exported["b"]
    scores = each.grid().scores
    assert (scores > 0).sum() == len(each.labels)  # one cell for each grasp
    needed = minimal_friction(each.labels.contacts, each.labels.normals)
    np.testing.assert_allclose(scores[scores > 0], np.maximum(needed, LEAST_FRICTION), rtol=1e-6)
    assert (scores.flat[each.cells] > 0).all()


def test_collisions_are_those_of_the_scene(
    scene: Scene, exported: dict[str, ExportedObject], yumi: Gripper
) -> None:
    collision = scene_collision(scene, exported, yumi)
    labels = {1: exported["a"].labels, 2: exported["b"].labels}
    free = match_grasps(placed_meshes(scene), labels, yumi)
    for instance, collides in enumerate(collision, start=1):
        each = exported["ab"[instance - 1]]
        assert collides.shape == (len(each.labels), *GRID)
        expected = ~free.free[free.instances == instance]
        np.testing.assert_array_equal(collides.any(axis=(1, 2, 3)), expected)
        cells = each.grid().scores > 0
        assert not collides[~cells].any()
    assert any(each.any() for each in collision)
    assert not all(each.any(axis=(1, 2, 3)).all() for each in collision)


def test_frames_are_the_views_of_the_recipe(
    scene: Scene, exported: dict[str, ExportedObject]
) -> None:
    frames = scene_frames(scene, exported, RECIPE, 0, [0, 1])
    again = scene_frames(scene, exported, RECIPE, 0, [1])
    camera = draw_conditions(RECIPE, 0).setup.camera
    for view, frame in enumerate(frames):
        assert frame.camera == camera
        assert frame.object_ids.tolist() == [7, 2]
        np.testing.assert_allclose(frame.T_table_camera, draw_pose(RECIPE, 0, view), atol=1e-12)
        placed = frame.T_table_camera @ frame.T_camera_object
        np.testing.assert_allclose(placed, scene.T_world_object, atol=1e-12)
        assert set(np.unique(frame.label)) == {0, 8, 3}
    np.testing.assert_array_equal(frames[1].depth, again[0].depth)
    assert not np.array_equal(frames[0].depth, frames[1].depth)
