"""Errors of grasp_core: one base, one subclass per cause."""

from __future__ import annotations


class GraspError(ValueError):
    """Base of every error that the grasp packages raise on purpose."""


class ArrayError(GraspError):
    """An array has the wrong shape, a non-finite value or a value out of range."""


class FrameError(GraspError):
    """Two quantities that meet are expressed in different frames, or a frame is unnamed."""


class GripperFileError(GraspError):
    """A gripper description is missing, has an unknown key or a value out of range."""


class GraspFileError(GraspError):
    """A file of grasps (NPZ or JSON) is damaged or of another layout."""


class ParameterError(GraspError):
    """A parameter is unknown, of the wrong type or out of range."""


class ModelFileError(GraspError):
    """A file of a trained network is missing, damaged, unknown, or does what it must not."""
