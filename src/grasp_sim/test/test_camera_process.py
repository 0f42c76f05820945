from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import trimesh

from grasp_core.camera import Camera
from grasp_sim.camera_process import CameraProcess
from grasp_sim.depth_frame import BACKGROUND
from grasp_sim.ray_scene import PlacedMesh, RayScene
from grasp_sim.sensor_noise import capture
from grasp_sim.stereo_noise import StereoNoise
from grasp_sim.views import look_at

CAMERA = Camera(width=40, height=30, fx=40.0, fy=40.0, cx=19.5, cy=14.5)
T_WORLD_CAMERA = look_at((0.0, 0.0, 0.6), (0.0, 0.0, 0.0))
BOX = trimesh.creation.box((0.8, 0.8, 0.1))
MESHES = [PlacedMesh(BOX.vertices, BOX.faces, np.eye(4), BACKGROUND)]


@pytest.fixture
def process() -> Iterator[CameraProcess]:
    process = CameraProcess(CAMERA, StereoNoise(), T_WORLD_CAMERA, (3, 2))
    yield process
    process.close()


def test_frames_are_those_that_this_process_would_make(process: CameraProcess) -> None:
    seen = RayScene(MESHES).render(CAMERA, T_WORLD_CAMERA)
    frames = [process.measure(MESHES) for _ in range(2)]
    for number, depth in enumerate(frames, start=1):
        rng = np.random.default_rng((3, 2, number))
        np.testing.assert_array_equal(depth, capture(seen, StereoNoise(), rng).depth)
    assert not np.array_equal(*frames)  # new noise in each
