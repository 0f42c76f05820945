from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation
from typer.testing import CliRunner

from grasp_cli.main import app
from grasp_core.transforms import inverse, transform
from grasp_executor.calibration.hand_eye import HandEye

T_BASE_CAMERA = transform(np.diag([1.0, -1.0, -1.0]), [0.5, 0.1, 0.9])


def recorded(path: Path, turns: np.ndarray) -> Path:
    """Poses of a tool that holds a board to the camera."""
    positions = [[0.5, 0.1 * i, 0.3] for i in range(len(turns))]
    tools = transform(Rotation.from_rotvec(turns).as_matrix(), np.array(positions))
    board = inverse(T_BASE_CAMERA) @ tools @ transform(np.eye(3), [0.0, 0.0, 0.1])
    np.savez(path, T_base_tool=tools, T_camera_board=board)
    return path


def test_the_camera_is_found_and_written(tmp_path: Path) -> None:
    turns = np.array([[0.0, 0.0, 0.0], [0.4, 0.0, 0.0], [0.0, 0.5, 0.0], [0.3, -0.3, 0.2]])
    poses, out = recorded(tmp_path / "poses.npz", turns), tmp_path / "eye.yaml"
    arguments = ["calibrate", str(poses), "--parent", "base", "--child", "eye", "--out", str(out)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("4 recordings agree to 0.00 mm and 0.00 mrad")
    eye = HandEye.load(out)
    assert (eye.parent, eye.child) == ("base", "eye")
    np.testing.assert_allclose(eye.T_parent_child, T_BASE_CAMERA, atol=1e-9)


def test_what_does_not_determine_it_is_bad_input(tmp_path: Path) -> None:
    poses = recorded(tmp_path / "poses.npz", np.zeros((4, 3)))
    arguments = ["calibrate", str(poses), "--parent", "base", "--child", "eye"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "turns about one axis only" in result.stderr
