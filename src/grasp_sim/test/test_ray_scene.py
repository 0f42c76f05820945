from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import trimesh
from hypothesis import given, settings
from hypothesis import strategies as st

from grasp_core.camera import Camera
from grasp_core.errors import ArrayError
from grasp_core.transforms import transform, transform_points
from grasp_sim.depth_frame import BACKGROUND, DepthFrame
from grasp_sim.ray_scene import PlacedMesh, RayScene
from grasp_sim.views import orbit

CAMERA = Camera(width=64, height=48, fx=60.0, fy=70.0, cx=31.0, cy=23.0)
TABLE = trimesh.creation.box((4.0, 4.0, 0.02))
BALL = trimesh.creation.icosphere(5, 0.05)
ABOVE = orbit([0, 0, 0], 1.0, 0.0, 0.0)


def table() -> PlacedMesh:
    return PlacedMesh(TABLE.vertices, TABLE.faces, transform(np.eye(3), [0, 0, -0.01]), BACKGROUND)


def ball(position: list[float], instance: int) -> PlacedMesh:
    return PlacedMesh(BALL.vertices, BALL.faces, transform(np.eye(3), position), instance)


def test_one_pixel_of_each_kind_by_hand() -> None:
    frame = RayScene([table(), ball([0, 0, 0.05], 7)]).render(CAMERA, ABOVE)
    # The principal ray meets the top of the ball, 0.1 m above the table, 1 m below the camera.
    assert frame.depth[23, 31] == pytest.approx(0.9, abs=1e-4)
    assert frame.instances[23, 31] == 7
    np.testing.assert_allclose(frame.normals[23, 31], [0, 0, -1], atol=0.05)
    assert frame.depth[0, 0] == pytest.approx(1.0, abs=1e-6)  # along z, not along the ray
    assert frame.instances[0, 0] == BACKGROUND
    np.testing.assert_allclose(frame.normals[0, 0], [0, 0, -1], atol=1e-6)
    # tan(incidence) = 31/60 by 23/70
    assert frame.incidence_rad()[0, 0] == pytest.approx(np.arctan(np.hypot(31 / 60, 23 / 70)))


@settings(max_examples=20)
@given(st.floats(0.5, 1.5), st.floats(0.0, 1.0), st.floats(-3, 3), st.floats(-3, 3))
def test_the_cloud_lies_on_the_surfaces(
    distance_m: float, tilt_rad: float, azimuth_rad: float, roll_rad: float
) -> None:
    T_world_camera = orbit([0, 0, 0.03], distance_m, tilt_rad, azimuth_rad, roll_rad)
    frame = RayScene([table(), ball([0, 0, 0.05], 1)]).render(CAMERA, T_world_camera)
    cloud = CAMERA.deproject(frame.depth, "camera")
    points = transform_points(T_world_camera, cloud.points.astype(np.float64))
    on_ball = frame.instances.ravel()[cloud.source_indices] == 1
    assert on_ball.any()
    to_centre = np.linalg.norm(points - [0, 0, 0.05], axis=1)
    np.testing.assert_allclose(to_centre[on_ball], 0.05, atol=1e-4)  # facets lie below the sphere
    np.testing.assert_allclose(points[~on_ball, 2], 0.0, atol=1e-5)
    assert (frame.incidence_rad()[frame.depth > 0] <= np.pi / 2).all()


def test_the_nearest_of_two_is_seen_and_its_pose_is_obeyed() -> None:
    turned = transform(trimesh.transformations.rotation_matrix(0.4, [0, 1, 0])[:3, :3], [0, 0, 0.3])
    plate = trimesh.creation.box((0.3, 0.3, 0.01))
    meshes = [ball([0, 0, 0.05], 1), PlacedMesh(plate.vertices, plate.faces, turned, 2)]
    frame = RayScene(meshes).render(CAMERA, ABOVE)
    assert frame.instances[23, 31] == 2
    assert frame.depth[23, 31] == pytest.approx(0.7 - 0.005 / np.cos(0.4), abs=1e-5)
    # ABOVE has world x to the right: the plate's normal leans to world +x.
    np.testing.assert_allclose(frame.normals[23, 31], [np.sin(0.4), 0, -np.cos(0.4)], atol=1e-6)


def test_normals_face_the_camera_from_inside_too() -> None:
    frame = RayScene([PlacedMesh(BALL.vertices, BALL.faces, np.eye(4), 1)]).render(
        CAMERA, np.eye(4)
    )
    assert (frame.normals[..., 2] < 0).all()
    assert (frame.depth > 0.04).all()


@pytest.mark.parametrize("meshes", [[], [ball([5, 5, 0], 1)]])
def test_what_sees_nothing_has_no_depth(meshes: list[PlacedMesh]) -> None:
    frame = RayScene(meshes).render(CAMERA, ABOVE)
    assert (frame.depth == 0).all()
    assert (frame.instances == BACKGROUND).all()
    assert (frame.normals == 0).all()
    np.testing.assert_allclose(frame.incidence_rad(), np.pi / 2)


def test_the_same_scene_gives_the_same_bits() -> None:
    first, second = (
        RayScene([table(), ball([0, 0, 0.05], 1)]).render(CAMERA, orbit([0, 0, 0], 0.6, 0.5, 0.1))
        for _ in range(2)
    )
    assert first.depth.tobytes() == second.depth.tobytes()
    assert first.instances.tobytes() == second.instances.tobytes()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"triangles": np.zeros((0, 3), int)}, "at least one triangle"),
        ({"triangles": np.array([[0, 1, 8]])}, "indices 0 to 8, expected 0 to 7"),
        ({"vertices": np.full((8, 3), np.nan)}, r"vertices: value at index \[0, 0\] is not finite"),
        ({"T_world_mesh": np.full((4, 4), np.nan)}, "T_world_mesh: value .* is not finite"),
        ({"T_world_mesh": 2 * np.eye(4)}, "is not a right-handed rotation"),
        ({"instance": -1}, "instance -1 is negative"),
    ],
)
def test_impossible_meshes_are_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ArrayError, match=message):
        replace(table(), **change)


def test_an_impossible_camera_pose_is_refused() -> None:
    scene = RayScene([table()])
    with pytest.raises(ArrayError, match="T_world_camera"):
        scene.render(CAMERA, np.full((4, 4), np.inf))


def test_a_negative_depth_is_refused() -> None:
    frame = RayScene([table()]).render(CAMERA, ABOVE)
    with pytest.raises(ArrayError, match="must not be negative"):
        DepthFrame(CAMERA, ABOVE, -frame.depth, frame.instances, frame.normals)
