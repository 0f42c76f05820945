"""Errors of grasp_robots: one base, one subclass per cause."""

from __future__ import annotations

from grasp_core.errors import GraspError


class RobotError(GraspError):
    """Base of every error that grasp_robots raises on purpose."""


class RobotFileError(RobotError):
    """A robot file is missing, has an unknown key or a value that no robot can have."""


class RobotModelError(RobotError):
    """Links, joints and arms do not make one robot."""


class UnknownNameError(RobotError):
    """The robot has no link, joint or arm of this name."""


class JointValueError(RobotError):
    """Joint values have the wrong number or are not finite."""
