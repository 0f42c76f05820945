"""`Gripper`: a parallel-jaw gripper as data, read from one YAML file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from grasp_core.checks import Float, check_array
from grasp_core.errors import ArrayError, GripperFileError
from grasp_core.transforms import grasp_rotation, transform

_KEYS: dict[str, tuple[str, ...]] = {
    "stroke": ("min_m", "max_m"),
    "finger": ("length_m", "width_m", "thickness_m", "pad_length_m"),
    "palm": ("depth_m", "width_m", "height_m"),
    "T_tool_grasp": ("position_m", "approach", "closing"),
    "command": ("joint", "scale", "offset"),
    "force_n": (),
}


@dataclass(frozen=True, eq=False)
class Gripper:
    """Shape, stroke and drive of a parallel-jaw gripper, in the grasp frame.

    The fingertips lie at x = 0, the fingers reach back to x = -finger_length, the palm box
    follows behind them. See CONVENTIONS.md for the drawing.

    Attributes
    ----------
    name : name of the file without its ending.
    min_width, max_width : metres between the fingers, closed and open (the stroke).
    finger_length : metres along the approach, from the fingertip back to the palm.
    finger_width : metres along z, the width of a pad.
    finger_thickness : metres along the closing direction.
    pad_length : metres along the approach from the tip, the part that may touch an object.
    palm_size : (3,) metres along x, y, z.
    T_tool_grasp : (4, 4) pose of the grasp frame in the robot's tool frame (`tool0`).
    joint : name of the joint that is commanded.
    scale, offset : joint value = scale * width + offset.
    force_n : newtons, closing force.
    """

    name: str
    min_width: float
    max_width: float
    finger_length: float
    finger_width: float
    finger_thickness: float
    pad_length: float
    palm_size: tuple[float, float, float]
    T_tool_grasp: Float
    joint: str
    scale: float
    offset: float
    force_n: float

    @classmethod
    def load(cls, path: Path | str) -> Gripper:
        """Read a gripper file.

        Raises
        ------
        GripperFileError : the file is missing, is not YAML, or a value is missing, unknown,
            negative or of the wrong type; the message names the file and the key.
        """
        path = Path(path)
        try:
            data = yaml.safe_load(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise GripperFileError(f"{path}: {error.strerror}") from error
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise GripperFileError(f"{path}: not YAML ({error})") from error
        try:
            return cls._from_dict(path.stem, data)
        except (GripperFileError, ArrayError) as error:
            raise GripperFileError(f"{path}: {error}") from error

    @classmethod
    def _from_dict(cls, name: str, data: Any) -> Gripper:
        _check_keys(data, tuple(_KEYS), "the file")
        for key, inner in _KEYS.items():
            if inner:
                _check_keys(data[key], inner, key)
        stroke, finger, palm = data["stroke"], data["finger"], data["palm"]
        min_width = _number(stroke["min_m"], "stroke.min_m", low=0.0)
        max_width = _number(stroke["max_m"], "stroke.max_m", above=min_width)
        length = _number(finger["length_m"], "finger.length_m", above=0.0)
        pad = _number(finger["pad_length_m"], "finger.pad_length_m", above=0.0)
        if pad > length:
            raise GripperFileError(f"finger.pad_length_m: {pad} is longer than the finger {length}")
        tool = data["T_tool_grasp"]
        rotation = grasp_rotation(
            check_array(tool["approach"], (3,), "T_tool_grasp.approach"),
            check_array(tool["closing"], (3,), "T_tool_grasp.closing"),
        )
        position = check_array(tool["position_m"], (3,), "T_tool_grasp.position_m")
        T_tool_grasp = transform(rotation, position)
        T_tool_grasp.setflags(write=False)
        command = data["command"]
        if not isinstance(command["joint"], str) or not command["joint"]:
            raise GripperFileError(f"command.joint: {command['joint']!r} is not a joint name")
        scale = _number(command["scale"], "command.scale")
        if scale == 0:
            raise GripperFileError("command.scale: 0 would never move the fingers")
        return cls(
            name=name,
            min_width=min_width,
            max_width=max_width,
            finger_length=length,
            finger_width=_number(finger["width_m"], "finger.width_m", above=0.0),
            finger_thickness=_number(finger["thickness_m"], "finger.thickness_m", above=0.0),
            pad_length=pad,
            palm_size=(
                _number(palm["depth_m"], "palm.depth_m", above=0.0),
                _number(palm["width_m"], "palm.width_m", above=0.0),
                _number(palm["height_m"], "palm.height_m", above=0.0),
            ),
            T_tool_grasp=T_tool_grasp,
            joint=command["joint"],
            scale=scale,
            offset=_number(command["offset"], "command.offset"),
            force_n=_number(data["force_n"], "force_n", above=0.0),
        )

    def joint_position(self, width: float) -> float:
        """Joint value that opens the fingers to `width` metres.

        Raises
        ------
        ArrayError : the width is outside the stroke.
        """
        if not self.min_width <= width <= self.max_width:
            raise ArrayError(
                f"width {width} m is outside the stroke of {self.name}, "
                f"{self.min_width} to {self.max_width} m"
            )
        return self.scale * width + self.offset

    def boxes(self, widths: Float, approach_distance: float = 0.0) -> tuple[Float, Float]:
        """Corners of the gripper's boxes in the grasp frame, one gripper per width.

        Parameters
        ----------
        widths : (N,) metres, opening of each gripper.
        approach_distance : metres; the boxes are stretched back along -x by this much, so that
            they cover what the gripper sweeps on its straight way from the pre-grasp.

        Returns
        -------
        lower, upper : (N, 3, 3) metres; axis 1 is left finger (+y), right finger (-y), palm.
        """
        half = np.asarray(widths, dtype=np.float64) / 2
        lower = np.empty((len(half), 3, 3))
        upper = np.empty((len(half), 3, 3))
        lower[:, :2, 0], upper[:, :2, 0] = -self.finger_length - approach_distance, 0.0
        lower[:, 0, 1], upper[:, 0, 1] = half, half + self.finger_thickness
        lower[:, 1, 1], upper[:, 1, 1] = -half - self.finger_thickness, -half
        lower[:, :2, 2], upper[:, :2, 2] = -self.finger_width / 2, self.finger_width / 2
        depth, width, height = self.palm_size
        lower[:, 2] = (-self.finger_length - depth - approach_distance, -width / 2, -height / 2)
        upper[:, 2] = (-self.finger_length, width / 2, height / 2)
        return lower, upper

    def closing_region(self, widths: Float) -> tuple[Float, Float]:
        """Corners (N, 3) in the grasp frame of the space between the pads (GPR's closing area)."""
        half = np.asarray(widths, dtype=np.float64) / 2
        lower = np.stack(
            [
                np.full_like(half, -self.pad_length),
                -half,
                np.full_like(half, -self.finger_width / 2),
            ],
            axis=-1,
        )
        upper = np.stack(
            [np.zeros_like(half), half, np.full_like(half, self.finger_width / 2)], axis=-1
        )
        return lower, upper


def _check_keys(data: Any, valid: tuple[str, ...], where: str) -> None:
    """Refuse anything but a mapping with exactly the `valid` keys."""
    if not isinstance(data, dict):
        raise GripperFileError(f"{where} must map {', '.join(valid)} to values, got {data!r}")
    missing = [key for key in valid if key not in data]
    unknown = [key for key in data if key not in valid]
    if missing:
        raise GripperFileError(f"{where} lacks {', '.join(missing)}")
    if unknown:
        names = ", ".join(map(str, unknown))
        raise GripperFileError(f"{where} has unknown {names}; valid: {', '.join(valid)}")


def _number(value: Any, name: str, low: float = -np.inf, above: float = -np.inf) -> float:
    """Return a finite number that is >= `low` and > `above`."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not np.isfinite(value):
        raise GripperFileError(f"{name}: {value!r} is not a finite number")
    if value < low or value <= above:
        bound = f">= {low}" if value < low else f"> {above}"
        raise GripperFileError(f"{name}: {value} must be {bound}")
    return float(value)
