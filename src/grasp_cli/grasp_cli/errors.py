"""Errors of grasp_cli: one base, one subclass per cause."""

from __future__ import annotations

from grasp_core.errors import GraspError


class CommandError(GraspError):
    """Base of every error that grasp_cli raises on purpose."""


class OptionError(CommandError):
    """Options of a command contradict each other, or a value has the wrong form."""


class ProcessError(CommandError):
    """A ROS process ended by itself, or was not ready in time."""
