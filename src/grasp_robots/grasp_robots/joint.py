"""`Joint`: what carries a link, and `JointLimits`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from grasp_core.checks import Float, check_array
from grasp_core.transforms import normalized
from grasp_robots.errors import RobotModelError

KINDS = ("fixed", "revolute", "prismatic")


@dataclass(frozen=True, eq=False)
class JointLimits:
    """Limits of one joint: radians and N m, or metres and newtons for a prismatic one.

    Attributes
    ----------
    lower, upper : what we use of the travel.
    mechanical : (lower, upper) the ends of the travel.
    velocity, acceleration, jerk, effort : largest absolute values.

    Raises
    ------
    RobotModelError : empty travel, outside of the mechanical one, or a limit that is not > 0.
    """

    lower: float
    upper: float
    mechanical: tuple[float, float]
    velocity: float
    acceleration: float
    jerk: float
    effort: float

    def __post_init__(self) -> None:
        least, most = self.mechanical
        if not least <= self.lower < self.upper <= most:
            raise RobotModelError(
                f"travel {self.lower} to {self.upper} must be inside the mechanical one, "
                f"{least} to {most}"
            )
        for name in ("velocity", "acceleration", "jerk", "effort"):
            value = getattr(self, name)
            if not 0 < value < np.inf:
                raise RobotModelError(f"{name} limit {value} must be > 0")


@dataclass(frozen=True, eq=False)
class Joint:
    """What carries a link. The child's frame is the joint's frame, moved by the joint's value.

    Attributes
    ----------
    name : of the joint.
    kind : one of `KINDS`.
    parent, child : names of links.
    T_parent_joint : (4, 4) where the child is at value 0.
    axis : (3,) unit vector in the joint's frame; of no meaning when fixed.
    limits : None when fixed.
    mimic : name of the joint whose value it takes, or None.
    """

    name: str
    kind: str
    parent: str
    child: str
    T_parent_joint: Float
    axis: Float | tuple[float, float, float] = (0.0, 0.0, 1.0)
    limits: JointLimits | None = None
    mimic: str | None = None

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise RobotModelError(
                f"joint {self.name}: kind {self.kind!r} is unknown; valid: {', '.join(KINDS)}"
            )
        if (self.limits is None) != (self.kind == "fixed"):
            raise RobotModelError(f"joint {self.name}: {self.kind}, with limits {self.limits}")
        T = check_array(self.T_parent_joint, (4, 4), f"joint {self.name}: T_parent_joint")
        object.__setattr__(self, "T_parent_joint", T)
        axis = normalized(check_array(self.axis, (3,), f"joint {self.name}: axis"))
        axis.setflags(write=False)
        object.__setattr__(self, "axis", axis)

    @property
    def moving(self) -> bool:
        """Whether it has a value of its own."""
        return self.kind != "fixed" and self.mimic is None
