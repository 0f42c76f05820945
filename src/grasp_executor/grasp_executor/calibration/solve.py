"""Solves hand-eye calibration, A X = X B, with OpenCV's `calibrateHandEye`."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.spatial.transform import Rotation

from grasp_core.checks import Float, check_array, check_rotations
from grasp_core.transforms import inverse, transform
from grasp_executor.errors import CalibrationError

#: Two turns about different axes need three poses.
LEAST_POSES = 3

#: rad. The tool has to turn at least so far about at least two axes; less lets noise decide.
LEAST_TURN = 0.2


@dataclass(frozen=True, eq=False)
class Calibration:
    """The camera's pose, and how well the recorded poses agree with it.

    Attributes
    ----------
    T_parent_camera : (4, 4), in the robot's base, or in the tool frame where the arm carries it.
    position_rms_m, angle_rms_rad : of the board, whose pose on its carrier should be one and the
        same in all recordings, about the mean.
    """

    T_parent_camera: Float
    position_rms_m: float
    angle_rms_rad: float


def calibrate(T_base_tool: Float, T_camera_board: Float, *, camera_on_arm: bool) -> Calibration:
    """Find the camera's pose from pairs of poses (N, 4, 4), as Park and Martin (1994).

    Either the camera stands and the arm carries the board, or the arm carries the camera and the
    board stands.

    Raises
    ------
    ArrayError : the arrays are no poses, or of different lengths.
    CalibrationError : too few poses, or turns about one axis only.
    """
    T_base_tool = _poses(T_base_tool, None, "T_base_tool")
    T_camera_board = _poses(T_camera_board, len(T_base_tool), "T_camera_board")
    _check_turns(T_base_tool)
    # With the camera standing, the base moves about the board as seen from the tool: the same
    # equation with base and tool exchanged.
    T_fixed_moving = T_base_tool if camera_on_arm else inverse(T_base_tool)
    rotation, position = cv2.calibrateHandEye(
        list(T_fixed_moving[:, :3, :3]),
        list(T_fixed_moving[:, :3, 3]),
        list(T_camera_board[:, :3, :3]),
        list(T_camera_board[:, :3, 3]),
        method=cv2.CALIB_HAND_EYE_PARK,
    )
    T_parent_camera = transform(rotation, position[:, 0])
    board = T_fixed_moving @ T_parent_camera @ T_camera_board
    mean = Rotation.from_matrix(board[:, :3, :3]).mean()
    angles = (mean.inv() * Rotation.from_matrix(board[:, :3, :3])).magnitude()
    offsets = np.linalg.norm(board[:, :3, 3] - board[:, :3, 3].mean(axis=0), axis=1)
    return Calibration(T_parent_camera, _rms(offsets), _rms(angles))


def _poses(poses: Float, count: int | None, name: str) -> Float:
    poses = check_array(poses, (count, 4, 4), name)
    check_rotations(poses[:, :3, :3], f"rotations of {name}")
    return poses


def _check_turns(T_base_tool: Float) -> None:
    """Raise CalibrationError where the poses leave the camera's pose undetermined."""
    if len(T_base_tool) < LEAST_POSES:
        raise CalibrationError(f"{len(T_base_tool)} poses; at least {LEAST_POSES} are needed")
    turns = (
        Rotation.from_matrix(T_base_tool[:1, :3, :3]).inv()
        * Rotation.from_matrix(T_base_tool[1:, :3, :3])
    ).as_rotvec()
    _, sizes, _ = np.linalg.svd(turns)
    if sizes[1] < LEAST_TURN:
        raise CalibrationError(
            f"the tool turns about one axis only (about a second one by {sizes[1]:.3f} rad, "
            f"at least {LEAST_TURN} is needed): tilt it to different sides between recordings"
        )


def _rms(values: Float) -> float:
    return float(np.sqrt(np.mean(values**2)))
