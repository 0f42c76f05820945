"""Errors of grasp_executor: one base, one subclass per cause.

A plan that does not exist is no error but a result with a code (`grasp_executor.planner`).
"""

from __future__ import annotations

from grasp_core.errors import GraspError
from grasp_executor.pick_result import PickCode


class ExecutorError(GraspError):
    """Base of the errors of this package."""


class PlanningRobotError(ExecutorError):
    """A robot's description contradicts itself, or a joint, link or group is not of the robot."""


class PlanningSceneError(ExecutorError):
    """An object of the planning scene is unknown, doubled or has no extent."""


class PlannerProcessError(ExecutorError):
    """The process of a planner did not start, ended, gave no answer, or met a fault."""


class TrajectoryError(ExecutorError):
    """A path or a trajectory is empty, of mixed lengths, or its times do not grow."""


class BudgetError(ExecutorError):
    """A time limit is not positive and finite."""


class StateError(ExecutorError):
    """The position of a joint is not known, or is too old to act on."""


class ControllerError(ExecutorError):
    """A robot's controller does not answer, or refuses what it is asked for."""


class StageError(ExecutorError):
    """A stage of a pick cannot be finished; it ends the attempt.

    Attributes
    ----------
    code : why.
    """

    def __init__(self, code: PickCode, message: str) -> None:
        super().__init__(message)
        self.code = code


class CalibrationError(ExecutorError):
    """A calibration file is wrong, or what was recorded does not determine the camera's pose."""
