"""Errors of grasp_sim: one base, one subclass per cause."""

from __future__ import annotations

from grasp_core.errors import GraspError


class SimError(GraspError):
    """Base of every error that grasp_sim raises on purpose."""


class MeshError(SimError):
    """A mesh is missing, not closed, not finite, or of a size that no gripper can handle."""


class ConvexPartsError(SimError):
    """Convex parts do not represent their mesh: they fill its cavities or leave some of it out."""


class UnknownObjectError(SimError):
    """No object or family has this name."""


class MissingPackageError(SimError):
    """The package that holds the meshes of the novel test objects is not installed."""


class SceneError(SimError):
    """A scene specification has a value out of range."""


class SceneRejectedError(SimError):
    """A seed gives no usable scene: objects do not fit, fall over, leave the bin or never rest."""


class UnstableSimulationError(SimError):
    """The physics engine warns: what it computed means nothing."""


class SensorNoiseError(SimError):
    """A parameter of a noise model or of a camera set-up is impossible."""


class CommandError(SimError):
    """A command to an arm or a gripper cannot be followed, or is not accepted now."""
