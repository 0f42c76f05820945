"""What a caller asks of one detection: where, which object, from which side, how many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from grasp_core.checks import Float, check_array
from grasp_core.transforms import normalized
from grasp_perception.errors import RequestError


@dataclass(frozen=True, eq=False)
class Region:
    """An oriented box; points outside it cannot carry a grasp.

    Attributes
    ----------
    T_frame_box : (4, 4) pose of the box's centre.
    size : (3,) metres, edge lengths along the box's axes.
    frame_id : frame of the pose; empty means the frame of the cloud.
    """

    T_frame_box: Float
    size: Float
    frame_id: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "size", check_array(self.size, (3,), "region size"))
        if (self.size <= 0).any():
            raise RequestError(f"region size {self.size.tolist()} must be positive on every axis")


@dataclass(frozen=True, eq=False)
class ApproachCone:
    """Approach directions that are allowed.

    Attributes
    ----------
    axis : (3,) direction, palm to object; normalized here.
    half_angle : radians in (0, pi].
    frame_id : frame of the axis; empty means the frame of the cloud.
    """

    axis: Float
    half_angle: float
    frame_id: str = ""

    def __post_init__(self) -> None:
        axis = check_array(self.axis, (3,), "cone axis")
        if not np.linalg.norm(axis) > 0:
            raise RequestError("the approach cone's axis has length zero")
        object.__setattr__(self, "axis", normalized(axis))
        if not 0 < self.half_angle <= np.pi:
            raise RequestError(f"cone half angle {self.half_angle} rad is not in (0, pi]")


@dataclass(frozen=True, eq=False)
class Request:
    """One detection; None or 0 means the pipeline's parameter.

    Attributes
    ----------
    region : where grasps may lie.
    target : (H, W) boolean, in the source frame of the cloud; True on the object to grasp.
    cone : allowed approach directions.
    max_grasps : at most so many grasps.
    min_score : in [0, 1], grasps below it are dropped.
    """

    region: Region | None = None
    target: NDArray[np.bool_] | None = None
    cone: ApproachCone | None = None
    max_grasps: int = 0
    min_score: float = 0.0

    def __post_init__(self) -> None:
        if self.max_grasps < 0:
            raise RequestError(f"max_grasps {self.max_grasps} is negative")
        if not 0 <= self.min_score <= 1:
            raise RequestError(f"min_score {self.min_score} is not in [0, 1]")
