from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from grasp_core.checks import Float
from grasp_core.cloud import PointCloud
from grasp_core.errors import ArrayError, FrameError
from grasp_core.gripper import Gripper
from grasp_core.transforms import inverse
from grasp_learning.object_grasps import ObjectGrasps
from grasp_learning.scene_grasps import SceneGrasps, match_grasps
from grasp_learning.scene_labels import (
    SPREAD_RADIUS_M,
    PointClass,
    SceneLabels,
    label_cloud,
)
from grasp_sim.ray_scene import PlacedMesh

TABLE = trimesh.creation.box(bounds=[(-0.5, -0.5, -0.01), (0.5, 0.5, 0.0)])
T_WORLD_CAMERA = trimesh.transformations.rotation_matrix(2.5, [1.0, 0.2, 0.1]) + np.outer(
    [0.1, 0.2, 0.5, 0.0], [0, 0, 0, 1]
)


def at(x: float) -> Float:
    T = np.eye(4)
    T[:3, 3] = x, 0.0, 0.015
    return T


@pytest.fixture(scope="module")
def scene(cube: trimesh.Trimesh, cube_labels: ObjectGrasps, yumi: Gripper) -> SceneGrasps:
    """Two cubes on a table, 4 mm apart, and a third one farther away."""
    bodies = [PlacedMesh(cube.vertices, cube.faces, at(x), i) for i, x in CUBES.items()]
    bodies.append(PlacedMesh(TABLE.vertices, TABLE.faces, np.eye(4), 0))
    return match_grasps(bodies, dict.fromkeys(CUBES, cube_labels), yumi)


CUBES = {1: 0.0, 2: 0.034, 3: 0.2}


@pytest.fixture(scope="module")
def seen(cube: trimesh.Trimesh) -> tuple[PointCloud, Float]:
    """Points on all sides of the cubes and on the table around them, and their instances."""
    rng = np.random.default_rng(0)
    samples = [trimesh.sample.sample_surface(cube, 300, seed=rng)[0] + at(x)[:3, 3]
               for x in CUBES.values()]  # fmt: skip
    table = np.column_stack([rng.uniform(-0.05, 0.25, (300, 1)), rng.uniform(-0.05, 0.05, (300, 1)),
                             np.zeros(300)])  # fmt: skip
    points = np.concatenate([*samples, table])
    return PointCloud.from_xyz(points, "world"), np.repeat([*CUBES, 0], 300)


def slow_label(point: Float, instance: int, scene: SceneGrasps) -> tuple[int, int]:
    """The definition for one point: its class and, where positive, its grasp."""
    same = scene.instances == instance
    distance = np.linalg.norm(scene.contacts - point, axis=-1).min(axis=1, initial=np.inf)
    near = np.flatnonzero(same & (distance <= SPREAD_RADIUS_M))
    free = near[scene.free[near]]
    if len(free):
        return PointClass.POSITIVE, int(free[np.argmax(scene.grasps.scores[free])])
    if len(near):
        return PointClass.COLLISION, -1
    bad = scene.unsuitable[scene.unsuitable_instances == instance]
    near_bad = np.linalg.norm(bad - point, axis=1).min(initial=np.inf) <= SPREAD_RADIUS_M
    return (PointClass.UNSUITABLE if near_bad else PointClass.NO_CONTACT), -1


def test_labels_are_their_definition(scene: SceneGrasps, seen: tuple[PointCloud, Float]) -> None:
    cloud, instances = seen
    result = label_cloud(scene, cloud, instances)
    expected = [
        slow_label(point.astype(float), instance, scene)
        for point, instance in zip(cloud.points, instances, strict=True)
    ]
    assert list(zip(result.classes, result.grasp_index, strict=True)) == expected
    assert set(result.classes.tolist()) >= {
        PointClass.NO_CONTACT, PointClass.COLLISION, PointClass.POSITIVE
    }  # fmt: skip
    assert result.shortfall == ""


@settings(max_examples=15)
@given(st.integers(0, 2**32 - 1))
def test_labels_of_any_scene_are_their_definition(scene: SceneGrasps, seed: int) -> None:
    rng = np.random.default_rng(seed)
    chosen = np.sort(rng.choice(len(scene), 30, replace=False))
    points = rng.uniform(-0.005, 0.035, (40, 3)) - [0.015, 0.015, 0.0]
    few = SceneGrasps(
        scene.grasps[chosen],
        rng.permutation(points)[:30, None] + rng.normal(0.0, 0.003, (30, 2, 3)),
        scene.quality[chosen],
        scene.instances[chosen],
        rng.random(30) < 0.5,
        rng.permutation(points),
        rng.integers(1, 4, 40),
    )
    instances = rng.integers(0, 4, 40)
    cloud = PointCloud.from_xyz(points, "world")
    result = label_cloud(few, cloud, instances)
    expected = [
        slow_label(point.astype(float), instance, few)
        for point, instance in zip(cloud.points, instances, strict=True)
    ]
    assert list(zip(result.classes, result.grasp_index, strict=True)) == expected


def test_faces_between_neighbours_are_negative_by_collision_and_open_ones_positive(
    scene: SceneGrasps, seen: tuple[PointCloud, Float]
) -> None:
    cloud, instances = seen
    classes = label_cloud(scene, cloud, instances).classes
    points = cloud.points.astype(float)
    # In the middle of the faces that look at each other, away from the contacts of other faces.
    middle = (np.abs(points[:, 1]) < 0.009) & (np.abs(points[:, 2] - 0.015) < 0.009)
    between = middle & (np.abs(points[:, 0] - 0.017) < 0.003) & (instances > 0)
    assert between.sum() > 30
    assert set(classes[between].tolist()) == {PointClass.COLLISION}
    alone = (instances == 3) & (np.abs(np.abs(points[:, 0] - 0.2) - 0.015) < 1e-6)
    upper = alone & (points[:, 2] > 0.02)
    assert upper.sum() > 20
    assert (classes[upper] == PointClass.POSITIVE).all()
    assert set(classes[instances == 0].tolist()) == {PointClass.NO_CONTACT}  # though some are near


def test_l_of_p_is_approach_closing_width_and_quality(
    scene: SceneGrasps, seen: tuple[PointCloud, Float]
) -> None:
    result = label_cloud(scene, *seen)
    labels, index = result.labels, result.grasp_index
    assert labels.shape == (1200, 8)
    assert not labels[~result.mask].any()
    for point in np.flatnonzero(result.mask)[::50]:
        grasp = scene.grasps[index[point]]
        np.testing.assert_array_equal(
            labels[point],
            [*grasp.approach[0], *grasp.closing[0], grasp.widths[0], scene.quality[index[point]]],
        )
    assert (labels[result.mask, 7] > 0).all()
    arrays = (labels, result.classes, result.grasp_index)
    assert not any(array.flags.writeable for array in arrays)


def test_labels_do_not_depend_on_the_frame(
    scene: SceneGrasps, seen: tuple[PointCloud, Float]
) -> None:
    cloud, instances = seen
    T_camera_world = inverse(T_WORLD_CAMERA)
    expected = label_cloud(scene, cloud, instances)
    found = label_cloud(
        scene.transformed(T_camera_world, "camera"),
        cloud.transformed(T_camera_world, "camera"),
        instances,
    )
    # Rounding to float32 may decide otherwise about a contact just at the radius.
    assert (found.classes == expected.classes).mean() > 0.995
    same = found.grasp_index == expected.grasp_index
    assert same.mean() > 0.99
    approach = found.labels[same & found.mask, :3] @ T_WORLD_CAMERA[:3, :3].T
    np.testing.assert_allclose(approach, expected.labels[same & found.mask, :3], atol=1e-6)


def test_clouds_of_another_frame_or_length_are_refused(
    scene: SceneGrasps, seen: tuple[PointCloud, Float]
) -> None:
    cloud, instances = seen
    with pytest.raises(FrameError, match="the cloud is in camera, grasps are in world"):
        label_cloud(scene, replace(cloud, frame_id="camera"), instances)
    with pytest.raises(ArrayError, match=r"cloud_instances: shape \(5,\), expected \(1200\)"):
        label_cloud(scene, cloud, instances[:5])


def test_a_cloud_without_positive_points_tells_why(
    scene: SceneGrasps, seen: tuple[PointCloud, Float]
) -> None:
    cloud, instances = seen
    table = label_cloud(scene, cloud, np.zeros_like(instances))
    assert table.shortfall == (
        f"the cloud sees none of the contacts of {scene.free.sum()} free grasps"
    )
    blocked = replace(scene, free=np.zeros(len(scene), dtype=bool))
    assert label_cloud(blocked, cloud, instances).shortfall == (
        f"all of {len(scene)} grasps meet another object, the bin or the table"
    )


def test_a_scene_without_grasps_tells_so(
    seen: tuple[PointCloud, Float], cube: trimesh.Trimesh, yumi: Gripper
) -> None:
    nothing = match_grasps([PlacedMesh(cube.vertices, cube.faces, at(0.0), 1)], {}, yumi)
    result = label_cloud(nothing, *seen)
    assert result.shortfall == "no object of the scene has a grasp"
    assert not result.mask.any()


def test_an_empty_cloud_has_empty_labels(scene: SceneGrasps) -> None:
    result = label_cloud(scene, PointCloud.from_xyz(np.zeros((0, 3)), "world"), np.zeros(0))
    assert result.labels.shape == (0, 8)


def test_labels_that_contradict_themselves_are_refused(scene: SceneGrasps) -> None:
    free, blocked = np.argmax(scene.free), np.argmin(scene.free)
    with pytest.raises(ArrayError, match=r"classes: 4 is not one of \[0, 1, 2, 3\]"):
        SceneLabels(scene, [4], [-1])
    with pytest.raises(ArrayError, match="grasp_index must be >= 0 for positive points"):
        SceneLabels(scene, [PointClass.COLLISION], [free])
    with pytest.raises(ArrayError, match="grasp_index must name free grasps"):
        SceneLabels(scene, [PointClass.POSITIVE], [blocked])
    with pytest.raises(ArrayError, match="grasp_index must name free grasps"):
        SceneLabels(scene, [PointClass.POSITIVE], [len(scene)])
