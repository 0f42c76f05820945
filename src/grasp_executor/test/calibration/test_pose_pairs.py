from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from grasp_executor.calibration.pose_pairs import load_pose_pairs
from grasp_executor.errors import CalibrationError


def test_both_arrays(tmp_path: Path) -> None:
    tool, board = np.eye(4)[None], 2 * np.eye(4)[None]
    np.savez(tmp_path / "poses.npz", T_base_tool=tool, T_camera_board=board)
    back = load_pose_pairs(tmp_path / "poses.npz")
    np.testing.assert_array_equal(back, [tool, board])


def test_wrong_files_are_named(tmp_path: Path) -> None:
    path = tmp_path / "poses.npz"
    with pytest.raises(CalibrationError, match=r"poses\.npz: No such file"):
        load_pose_pairs(path)
    np.savez(path, T_base_tool=np.eye(4))
    with pytest.raises(CalibrationError, match=r"lacks T_camera_board; has \['T_base_tool'\]"):
        load_pose_pairs(path)
    path.write_text("poses")
    with pytest.raises(CalibrationError, match=r"not an \.npz file"):
        load_pose_pairs(path)
    path.write_bytes(b"PK\x03\x04 broken")
    with pytest.raises(CalibrationError, match=r"not an \.npz file"):
        load_pose_pairs(path)
    np.save(tmp_path / "poses.npy", np.eye(4))
    with pytest.raises(CalibrationError, match=r"not an \.npz file"):
        load_pose_pairs(tmp_path / "poses.npy")
