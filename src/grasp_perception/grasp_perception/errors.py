"""Errors of grasp_perception: one base, one subclass per cause."""

from __future__ import annotations

from grasp_core.errors import GraspError


class PerceptionError(GraspError):
    """Base of every error that grasp_perception raises on purpose."""


class CloudMessageError(PerceptionError):
    """A PointCloud2, Image or CameraInfo message contradicts itself or cannot be used."""


class CloudFileError(PerceptionError):
    """A file of a cloud or a depth image is missing, damaged or of an unknown kind."""


class BagError(PerceptionError):
    """A bag is missing or damaged, or lacks the topic that was asked for."""


class CloudUnitsError(PerceptionError):
    """A cloud is in millimetres."""


class CameraError(PerceptionError):
    """A camera is absent or lost, refuses what it is asked for, or its library is missing."""


class RequestError(PerceptionError):
    """A request contradicts itself or does not fit the cloud."""


class TransformError(PerceptionError):
    """A frame is unknown, unconnected, or its transform is not of the time that was asked for."""


class CameraFileError(PerceptionError):
    """A camera's file is missing or wrong, or its trigger cannot be called."""


class NoCloudError(PerceptionError):
    """No camera gave a cloud in time."""


class RobotShapeError(PerceptionError):
    """The shapes of a robot, which is to be taken out of the clouds, cannot be read."""
