from __future__ import annotations

import numpy as np
import pytest
import trimesh

from grasp_core.camera import Camera
from grasp_core.errors import ArrayError
from grasp_core.transforms import transform
from grasp_learning.graspnet1b.export import to_graspnet
from grasp_sim.ray_scene import PlacedMesh, RayScene
from grasp_sim.sensor_noise import Capture
from grasp_sim.views import orbit

CAMERA = Camera(width=31, height=21, fx=30.0, fy=30.0, cx=15.0, cy=10.0)
BALL = trimesh.creation.icosphere(4, 0.1)
PLACE = transform(np.eye(3), [0, 0, 0.1])


def ball_capture() -> Capture:
    scene = RayScene([PlacedMesh(BALL.vertices, BALL.faces, PLACE, 2)])
    frame = scene.render(CAMERA, orbit([0, 0, 0], 1.0, 0.0, 0.0))
    return Capture(frame, frame.depth)


def test_a_view_by_hand() -> None:
    frame = to_graspnet(ball_capture(), {2: (41, PLACE)}, transform(np.eye(3), [0.5, 0, 0]))
    assert frame.label[10, 15] == 42
    assert frame.label[0, 0] == 0
    assert frame.depth[10, 15] == pytest.approx(0.8, abs=1e-4)
    np.testing.assert_allclose(frame.T_camera_object[0, :3, 3], [0, 0, 0.9], atol=1e-12)
    np.testing.assert_allclose(frame.T_table_camera[:3, 3], [-0.5, 0, 1.0], atol=1e-12)
    assert frame.rgb[10, 15].tolist() == pytest.approx([230] * 3, abs=5)  # it faces the camera
    assert frame.rgb[0, 0].tolist() == [0, 0, 0]


def test_an_object_may_appear_once() -> None:
    with pytest.raises(ArrayError, match=r"object ids \[4, 4\]: each may appear once"):
        to_graspnet(ball_capture(), {2: (4, PLACE), 3: (4, PLACE)}, np.eye(4))


def test_every_instance_needs_an_object() -> None:
    with pytest.raises(ArrayError, match=r"instances \[2\] have no object; known: \[1\]"):
        to_graspnet(ball_capture(), {1: (4, PLACE)}, np.eye(4))
