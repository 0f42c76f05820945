"""`HandEye`: the pose of the camera on the robot, and its file config/handeye.yaml."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from grasp_core.checks import Float, check_array, check_rotations
from grasp_core.errors import GraspError
from grasp_core.transforms import from_quaternion_xyzw, quaternions_xyzw
from grasp_executor.errors import CalibrationError

_KEYS = ("parent", "child", "position_m", "quaternion_xyzw")


@dataclass(frozen=True, eq=False)
class HandEye:
    """Where a camera is.

    Attributes
    ----------
    parent : frame that carries it: the robot's base, or a tool frame where the arm carries it.
    child : the camera's optical frame.
    T_parent_child : (4, 4).
    """

    parent: str
    child: str
    T_parent_child: Float

    def __post_init__(self) -> None:
        """Raise CalibrationError for frames without a name, ArrayError for no pose."""
        if not self.parent or not self.child or self.parent == self.child:
            raise CalibrationError(
                f"parent {self.parent!r} and child {self.child!r} must name two frames"
            )
        pose = check_array(self.T_parent_child, (4, 4), "T_parent_child")
        check_rotations(pose[None, :3, :3], "rotation of T_parent_child")
        object.__setattr__(self, "T_parent_child", pose)

    @classmethod
    def load(cls, path: Path | str) -> HandEye:
        """Read a file.

        Raises
        ------
        CalibrationError : it is missing, is no YAML, or a value is wrong; file and key are named.
        """
        path = Path(path)
        try:
            data = yaml.safe_load(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise CalibrationError(f"{path}: {error.strerror}") from error
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise CalibrationError(f"{path}: not YAML ({error})") from error
        if not isinstance(data, dict) or set(data) != set(_KEYS):
            raise CalibrationError(f"{path}: must map {', '.join(_KEYS)} to values, got {data!r}")
        try:
            pose = from_quaternion_xyzw(data["quaternion_xyzw"], data["position_m"])
            return cls(str(data["parent"]), str(data["child"]), pose)
        except GraspError as error:
            raise CalibrationError(f"{path}: {error}") from error

    def save(self, path: Path | str) -> None:
        """Write a file that `load` reads."""
        data = {
            "parent": self.parent,
            "child": self.child,
            "position_m": self.T_parent_child[:3, 3].tolist(),
            "quaternion_xyzw": quaternions_xyzw(self.T_parent_child[None, :3, :3])[0].tolist(),
        }
        Path(path).write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
