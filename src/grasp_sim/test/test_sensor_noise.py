from __future__ import annotations

import numpy as np
import pytest
import trimesh

from grasp_core.errors import ArrayError
from grasp_sim.cameras import D435_TABLE, PHOXI_BIN, CameraSetup
from grasp_sim.depth_frame import DepthFrame
from grasp_sim.ray_scene import PlacedMesh, RayScene
from grasp_sim.sensor_noise import Capture, capture
from grasp_sim.views import orbit


def table_frame(setup: CameraSetup) -> DepthFrame:
    board = trimesh.creation.box((4.0, 4.0, 0.02))
    scene = RayScene([PlacedMesh(board.vertices, board.faces, np.eye(4), 0)])
    return scene.render(setup.camera, orbit([0, 0, 0.01], setup.distance_m[0], 0.0, 0.0))


@pytest.mark.parametrize("setup", [D435_TABLE, PHOXI_BIN])
def test_a_capture_holds_the_clean_frame_beside_the_measured_one(setup: CameraSetup) -> None:
    frame = table_frame(setup)
    pair = capture(frame, setup.noise, np.random.default_rng(0))
    assert pair.clean is frame
    clean, measured = pair.clean_cloud("camera"), pair.cloud("camera")
    np.testing.assert_allclose(clean.points[:, 2], setup.distance_m[0], atol=1e-5)
    assert 0.9 * len(clean) < len(measured) <= len(clean)
    errors = measured.points[:, 2] - setup.distance_m[0]
    assert 0 < np.abs(errors).mean() < 0.003


def test_depth_of_another_size_is_refused() -> None:
    with pytest.raises(ArrayError, match=r"depth: shape \(2, 2\), expected \(480, 848\)"):
        Capture(table_frame(D435_TABLE), np.zeros((2, 2), np.float32))
