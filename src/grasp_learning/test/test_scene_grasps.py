from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from grasp_core.checks import Float
from grasp_core.errors import ArrayError
from grasp_core.gripper import Gripper
from grasp_core.mesh_collision import gripper_mesh_collisions
from grasp_core.transforms import transform_points
from grasp_core.triangle_tree import TriangleTree
from grasp_learning.errors import LabelError
from grasp_learning.object_grasps import ObjectGrasps
from grasp_learning.object_labels import APPROACH_DISTANCE_M
from grasp_learning.scene_grasps import SceneGrasps, match_grasps
from grasp_sim.ray_scene import PlacedMesh

TABLE = trimesh.creation.box(bounds=[(-0.5, -0.5, -0.01), (0.5, 0.5, 0.0)])


def at(x: float, y: float, z: float, turn_rad: float = 0.0) -> Float:
    T = trimesh.transformations.rotation_matrix(turn_rad, [0, 0, 1])
    T[:3, 3] = x, y, z
    return T


def placed(mesh: trimesh.Trimesh, T_world_mesh: Float, instance: int) -> PlacedMesh:
    return PlacedMesh(mesh.vertices, mesh.faces, T_world_mesh, instance)


def test_a_cube_alone_keeps_all_its_grasps_at_its_pose(
    cube: trimesh.Trimesh, cube_labels: ObjectGrasps, yumi: Gripper
) -> None:
    T = at(0.1, 0.2, 0.3, np.pi / 2)  # (x, y, z) -> (0.1 - y, 0.2 + x, 0.3 + z)
    scene = match_grasps([placed(cube, T, 4)], {4: cube_labels}, yumi)
    assert scene.free.all()
    assert set(scene.instances.tolist()) == {4}
    x, y, z = cube_labels.grasps.positions.T
    np.testing.assert_allclose(
        scene.grasps.positions, np.stack([0.1 - y, 0.2 + x, 0.3 + z], axis=1)
    )
    np.testing.assert_allclose(scene.grasps.approach[:, 1], cube_labels.grasps.approach[:, 0])
    x, y, z = np.moveaxis(cube_labels.contacts, -1, 0)
    np.testing.assert_allclose(scene.contacts, np.stack([0.1 - y, 0.2 + x, 0.3 + z], axis=-1))
    assert np.array_equal(scene.quality, cube_labels.quality)
    x, y, z = cube_labels.points[~cube_labels.positive].T
    np.testing.assert_allclose(scene.unsuitable, np.stack([0.1 - y, 0.2 + x, 0.3 + z], axis=1))


def test_nothing_fits_between_two_boxes_side_by_side(
    cube: trimesh.Trimesh, cube_labels: ObjectGrasps, yumi: Gripper
) -> None:
    # The gap of 4 mm along x is less than a finger (8 mm).
    bodies = [placed(cube, at(0, 0, 0), 1), placed(cube, at(0.034, 0, 0), 2)]
    scene = match_grasps(bodies, {1: cube_labels, 2: cube_labels}, yumi)
    in_gap = np.abs(scene.contacts[:, :, 0] - 0.017).min(axis=1) < 0.0021
    across = in_gap & (np.abs(scene.grasps.closing[:, 0]) > 0.9)
    assert across.sum() > 100
    assert not scene.free[across].any()
    beside = (np.abs(scene.grasps.closing[:, 1]) > 0.9) & (
        np.abs(scene.grasps.approach[:, 2]) > 0.9
    )
    assert scene.free[beside].mean() > 0.3


def test_a_table_takes_the_grasps_from_below(
    cube: trimesh.Trimesh, cube_labels: ObjectGrasps, yumi: Gripper
) -> None:
    bodies = [placed(cube, at(0, 0, 0.015), 1), placed(TABLE, np.eye(4), 0)]
    scene = match_grasps(bodies, {1: cube_labels}, yumi)
    upwards = scene.grasps.approach[:, 2]
    assert not scene.free[upwards > 0.3].any()
    assert scene.free[upwards < -0.9].any()
    low = scene.grasps.positions[:, 2] <= 0  # fingertips in the table
    assert low.any()
    assert not scene.free[low].any()


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_free_is_no_collision_with_any_other_body(
    cube: trimesh.Trimesh, cube_labels: ObjectGrasps, yumi: Gripper, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    poses = {i: at(*rng.uniform(0.0, 0.08, 3), rng.uniform(0, 6)) for i in (1, 2, 3)}
    bodies = [placed(cube, T, i) for i, T in poses.items()] + [placed(TABLE, np.eye(4), 0)]
    scene = match_grasps(bodies, {1: cube_labels, 3: cube_labels}, yumi)  # 2 is an obstacle
    collides = np.zeros(len(scene), dtype=bool)
    for body in bodies:
        vertices = transform_points(body.T_world_mesh, body.vertices)
        tree = TriangleTree.build(vertices, body.triangles, "world")
        hit = gripper_mesh_collisions(scene.grasps, yumi, tree, APPROACH_DISTANCE_M)
        collides |= hit & (scene.instances != body.instance)
    assert np.array_equal(scene.free, ~collides)
    assert np.array_equal(np.unique(scene.instances), [1, 3])


def test_the_order_of_objects_does_not_matter(
    cube: trimesh.Trimesh, cube_labels: ObjectGrasps, yumi: Gripper
) -> None:
    bodies = [placed(cube, at(0.05 * i, 0, 0.015), i) for i in (1, 2, 3)]
    bodies.append(placed(TABLE, np.eye(4), 0))
    labels = dict.fromkeys((1, 2, 3), cube_labels)
    expected = match_grasps(bodies, labels, yumi)
    shuffled = match_grasps(
        [bodies[i] for i in (2, 3, 0, 1)], {i: labels[i] for i in (3, 1, 2)}, yumi
    )
    assert np.array_equal(expected.grasps.positions, shuffled.grasps.positions)
    for name in ("contacts", "quality", "instances", "free", "unsuitable", "unsuitable_instances"):
        assert np.array_equal(getattr(expected, name), getattr(shuffled, name))


def test_a_scene_moves_as_a_whole(
    cube: trimesh.Trimesh, cube_labels: ObjectGrasps, yumi: Gripper
) -> None:
    scene = match_grasps([placed(cube, np.eye(4), 1)], {1: cube_labels}, yumi)
    shift = np.array([1.0, 2.0, 3.0])
    moved = scene.transformed(at(*shift), "camera")
    assert moved.grasps.frame_id == "camera"
    for name in ("contacts", "unsuitable"):
        np.testing.assert_allclose(getattr(moved, name), getattr(scene, name) + shift)
    np.testing.assert_allclose(moved.grasps.positions, scene.grasps.positions + shift)


def test_a_scene_without_labelled_objects_has_no_grasps(yumi: Gripper) -> None:
    scene = match_grasps([placed(TABLE, np.eye(4), 0)], {}, yumi)
    assert (len(scene), len(scene.unsuitable), scene.grasps.frame_id) == (0, 0, "world")


def test_labels_that_do_not_belong_to_the_scene_are_refused(
    cube: trimesh.Trimesh, cube_labels: ObjectGrasps, yumi: Gripper
) -> None:
    one = [placed(cube, np.eye(4), 1)]
    with pytest.raises(LabelError, match=r"instance 2, of which the scene has 0; .* are \[1\]"):
        match_grasps(one, {2: cube_labels}, yumi)
    with pytest.raises(LabelError, match=r"instance 1, of which the scene has 2; .* are \[1, 1\]"):
        match_grasps(one * 2, {1: cube_labels}, yumi)
    other = replace(yumi, name="other")
    with pytest.raises(LabelError, match="for the gripper 'yumi_smart_gripper', not for 'other'"):
        match_grasps(one, {1: cube_labels}, other)


def test_a_pose_that_is_none_is_refused(cube: trimesh.Trimesh) -> None:
    with pytest.raises(ArrayError, match=r"T_world_mesh: value at index \[0, 3\] is not finite"):
        placed(cube, at(np.nan, 0, 0), 1)


def test_lengths_that_differ_are_refused(
    cube: trimesh.Trimesh, cube_labels: ObjectGrasps, yumi: Gripper
) -> None:
    scene = match_grasps([placed(cube, np.eye(4), 1)], {1: cube_labels}, yumi)
    n = len(scene)
    with pytest.raises(ArrayError, match=rf"free: shape \(1,\), expected \({n}\)"):
        replace(scene, free=scene.free[:1])
    assert not any(
        getattr(scene, name).flags.writeable for name in SceneGrasps.__annotations__
        if name != "grasps"
    )  # fmt: skip
