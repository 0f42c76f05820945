"""Errors of grasp_learning: one base, one subclass per cause."""

from __future__ import annotations

from grasp_core.errors import GraspError


class LearningError(GraspError):
    """Base of every error that grasp_learning raises on purpose."""


class GraspNetFileError(LearningError):
    """A file of the GraspNet-1Billion layout is missing, damaged or contradicts another."""


class ShardError(LearningError):
    """A shard or the manifest of a data set is missing, damaged or belongs to another data set."""


class LabelError(LearningError):
    """Grasp labels are damaged, or do not belong to the gripper or the scene they are used with."""
