"""Reads recorded pairs of poses of the tool and of the board."""

from __future__ import annotations

import zipfile
from pathlib import Path

import numpy as np

from grasp_core.checks import Float
from grasp_executor.errors import CalibrationError

NAMES = ("T_base_tool", "T_camera_board")


def load_pose_pairs(path: Path | str) -> tuple[Float, Float]:
    """Arrays `T_base_tool` and `T_camera_board` of an .npz file.

    Raises
    ------
    CalibrationError : the file is missing, is no .npz file, or lacks an array.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            missing = [name for name in NAMES if name not in arrays]
            if missing:
                raise CalibrationError(f"{path}: lacks {', '.join(missing)}; has {arrays.files}")
            return arrays[NAMES[0]], arrays[NAMES[1]]
    except OSError as error:
        raise CalibrationError(f"{path}: {error.strerror or error}") from error
    except (ValueError, TypeError, AttributeError, zipfile.BadZipFile) as error:
        raise CalibrationError(f"{path}: not an .npz file ({error})") from error
