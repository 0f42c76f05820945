"""Hand-eye calibration of poses that are known: as numbers, and seen in rendered images."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from grasp_core.camera import Camera
from grasp_core.errors import ArrayError
from grasp_core.transforms import grasp_rotation, inverse, transform
from grasp_executor.calibration.board import Board
from grasp_executor.calibration.solve import calibrate
from grasp_executor.errors import CalibrationError

CAMERA = Camera(width=640, height=480, fx=600.0, fy=600.0, cx=320.0, cy=240.0)
PIXELS_PER_SQUARE = 60
#: The camera hangs 0.8 m above, tilted; the board is held in front of the tool, facing away.
T_BASE_CAMERA = transform(Rotation.from_euler("xyz", [2.9, 0.2, 0.4]).as_matrix(), [0.5, 0.1, 0.9])
T_TOOL_BOARD = transform(
    Rotation.from_euler("xyz", [0.1, 0.2, 1.0]).as_matrix(), [-0.1, -0.1, 0.05]
)


def tool_poses(count: int) -> np.ndarray:
    """Poses of the tool that hold the board to the camera, turned up to 0.5 rad to all sides."""
    rng = np.random.default_rng(3)
    turns = Rotation.from_rotvec(rng.uniform(-0.3, 0.3, (count, 3))).as_matrix()
    T_camera_board = transform(
        turns, rng.uniform([-0.2, -0.15, 0.5], [-0.05, -0.02, 0.7], (count, 3))
    )
    return T_BASE_CAMERA @ T_camera_board @ inverse(T_TOOL_BOARD)


def board_seen(T_base_tool: np.ndarray) -> np.ndarray:
    return inverse(T_BASE_CAMERA) @ T_base_tool @ T_TOOL_BOARD


def photographed(T_camera_board: np.ndarray) -> np.ndarray:
    """Image of the board by the homography of its plane, grey around it."""
    picture = Board().picture(PIXELS_PER_SQUARE)
    scale = Board().square_m / PIXELS_PER_SQUARE
    # A point of the board lies at the outer edge of its pixel: half a pixel before the centre.
    to_board = np.array([[scale, 0.0, scale / 2], [0.0, scale, scale / 2], [0.0, 0.0, 1.0]])
    matrix = np.array([[CAMERA.fx, 0, CAMERA.cx], [0, CAMERA.fy, CAMERA.cy], [0, 0, 1.0]])
    homography = matrix @ T_camera_board[:3, [0, 1, 3]] @ to_board
    size = (CAMERA.width, CAMERA.height)
    return cv2.warpPerspective(
        picture,
        homography,
        size,
        flags=cv2.INTER_AREA,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=200,
    )


def test_a_camera_that_stands() -> None:
    tools = tool_poses(6)
    found = calibrate(tools, board_seen(tools), camera_on_arm=False)
    np.testing.assert_allclose(found.T_parent_camera, T_BASE_CAMERA, atol=1e-9)
    assert found.position_rms_m < 1e-9
    assert found.angle_rms_rad < 1e-6


def test_a_camera_on_the_arm() -> None:
    T_tool_camera = transform(grasp_rotation([0.0, 1.0, 0.2], [1.0, 0.0, 0.0]), [0.05, 0.0, 0.03])
    T_base_board = transform(np.diag([1.0, -1.0, -1.0]), [0.6, 0.1, 0.0])
    tools = tool_poses(6)
    seen = inverse(tools @ T_tool_camera) @ T_base_board
    found = calibrate(tools, seen, camera_on_arm=True)
    np.testing.assert_allclose(found.T_parent_camera, T_tool_camera, atol=1e-9)


def test_noise_shows_in_the_residual() -> None:
    tools = tool_poses(40)
    seen = board_seen(tools)
    seen[:, :3, 3] += np.random.default_rng(0).normal(0.0, 1e-3, (40, 3))
    found = calibrate(tools, seen, camera_on_arm=False)
    # Three axes of 1 mm each; some of it goes into the solution.
    assert 1.4e-3 < found.position_rms_m < 1.9e-3
    assert np.linalg.norm(found.T_parent_camera[:3, 3] - T_BASE_CAMERA[:3, 3]) < 2e-3


def test_from_images_of_a_board() -> None:
    tools = tool_poses(8)
    seen = np.stack([Board().pose(photographed(pose), CAMERA) for pose in board_seen(tools)])
    np.testing.assert_allclose(seen[:, :3, 3], board_seen(tools)[:, :3, 3], atol=2e-3)
    found = calibrate(tools, seen, camera_on_arm=False)
    off = np.linalg.norm(found.T_parent_camera[:3, 3] - T_BASE_CAMERA[:3, 3])
    assert off < 5e-3
    assert found.position_rms_m < 2e-3


def test_an_image_without_a_board() -> None:
    with pytest.raises(CalibrationError, match="0 corners of the board seen, 6 needed"):
        Board().pose(np.full((480, 640), 128, np.uint8), CAMERA)


def test_poses_that_do_not_determine_it() -> None:
    tools = tool_poses(6)
    with pytest.raises(CalibrationError, match="2 poses; at least 3 are needed"):
        calibrate(tools[:2], board_seen(tools[:2]), camera_on_arm=False)
    turns = Rotation.from_rotvec(np.outer(np.linspace(0, 1, 6), [0.0, 0.0, 1.0])).as_matrix()
    flat = transform(turns, tools[:, :3, 3])
    with pytest.raises(CalibrationError, match="the tool turns about one axis only"):
        calibrate(flat, board_seen(flat), camera_on_arm=False)
    with pytest.raises(ArrayError, match="T_camera_board"):
        calibrate(tools, board_seen(tools[:5]), camera_on_arm=False)
