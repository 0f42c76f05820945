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


class SampleError(LearningError):
    """A sample of a data set cannot be trained on."""


class CheckpointError(LearningError):
    """A checkpoint is missing, truncated, or belongs to another network or run."""


class TrainingError(LearningError):
    """Training cannot start or go on."""


class CalibrationError(LearningError):
    """Executed grasps do not tell how to correct a scorer."""


class ExportError(LearningError):
    """A network does not become the TorchScript file that perception expects."""
