"""`Board`: a ChArUco board and its pose in an image."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from grasp_core.camera import Camera
from grasp_core.checks import Float
from grasp_core.transforms import transform
from grasp_executor.errors import CalibrationError

#: Corners of squares that must be seen: four would do, if none were a mistake.
LEAST_CORNERS = 6

#: Pixels, rms distance of the seen corners to those of the pose that is found.
MOST_ERROR_PX = 2.0


@dataclass(frozen=True)
class Board:
    """A ChArUco board as OpenCV prints it: x to the right, y down, z into the board.

    Attributes
    ----------
    columns, rows : squares.
    square_m, marker_m : edges of a square and of the marker in it.
    """

    columns: int = 7
    rows: int = 5
    square_m: float = 0.04
    marker_m: float = 0.03

    def picture(self, pixels_per_square: int) -> NDArray[np.uint8]:
        """Image of the board without margin, for printing, one square being so many pixels."""
        size = (self.columns * pixels_per_square, self.rows * pixels_per_square)
        picture: NDArray[np.uint8] = self._board().generateImage(size)
        return picture

    def pose(self, image: NDArray[np.uint8], camera: Camera) -> Float:
        """Pose `T_camera_board` (4, 4) in a grey image (H, W) without distortion.

        Raises
        ------
        CalibrationError : too little of the board is seen, or the corners contradict each other.
        """
        board = self._board()
        corners, numbers, _, _ = cv2.aruco.CharucoDetector(board).detectBoard(image)
        seen = 0 if numbers is None else len(numbers)
        if seen < LEAST_CORNERS:
            raise CalibrationError(f"{seen} corners of the board seen, {LEAST_CORNERS} needed")
        points, pixels = board.matchImagePoints(corners, numbers)
        # pixel centres at whole numbers, as in OpenCV
        matrix = np.array(
            [[camera.fx, 0.0, camera.cx], [0.0, camera.fy, camera.cy], [0.0, 0.0, 1.0]]
        )
        _, turn, position = cv2.solvePnP(points, pixels, matrix, None)
        projected, _ = cv2.projectPoints(points, turn, position, matrix, None)
        error = float(np.sqrt(np.mean(np.sum((projected - pixels) ** 2, axis=-1))))
        if error > MOST_ERROR_PX:
            raise CalibrationError(
                f"the corners are {error:.1f} pixels from the board's, at most {MOST_ERROR_PX}"
            )
        return transform(cv2.Rodrigues(turn)[0], position[:, 0])

    def _board(self) -> cv2.aruco.CharucoBoard:
        words = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
        return cv2.aruco.CharucoBoard(
            (self.columns, self.rows), self.square_m, self.marker_m, words
        )
