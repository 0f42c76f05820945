"""Ports to the hardware: where the joints are, an arm that moves, a gripper that closes.

Every call blocks, and ends in bounded time or when `halt` is requested: then the arm or the gripper
has been told to stop and to hold its position.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from grasp_core.checks import Float
from grasp_executor.errors import StageError
from grasp_executor.halt import Halt
from grasp_executor.pick_result import PickCode
from grasp_executor.trajectory import Trajectory
from grasp_robots.arm import Arm


class MotionEnd(Enum):
    """How a motion ended."""

    DONE = "done"
    REJECTED = "rejected"
    ABORTED = "aborted"
    TIMED_OUT = "timed out"
    HALTED = "halted"


_CODES = {
    MotionEnd.REJECTED: PickCode.CONTROLLER_REJECTED,
    MotionEnd.ABORTED: PickCode.CONTROLLER_ABORTED,
    MotionEnd.TIMED_OUT: PickCode.CONTROLLER_TIMED_OUT,
}


@dataclass(frozen=True)
class MotionResult:
    """How a motion ended, and the reason for people; the reason is empty when it is done."""

    end: MotionEnd
    message: str = ""

    def require(self, halt: Halt) -> None:
        """Raise StageError unless the motion was done; after a stop with the stop's reason."""
        halt.check()
        if self.end is not MotionEnd.DONE:
            raise StageError(_CODES[self.end], self.message)


class JointStates(Protocol):
    """Where the joints of the robot are."""

    def positions(self, joints: Sequence[str]) -> Float:
        """Wait for positions (J,), rad or m, that are told after this call.

        So a state from before the end of a motion is never taken for the state after it.

        Raises
        ------
        StateError : a joint is not heard of in time.
        """


class ArmDriver(Protocol):
    """Moves the joints of one arm."""

    def execute(self, trajectory: Trajectory, halt: Halt) -> MotionResult:
        """Follow a trajectory that starts where the arm is, to its end."""


class GripperDriver(Protocol):
    """Moves the fingers of one gripper. Both calls end DONE also where something is in the way."""

    def open(self, width: float, halt: Halt) -> MotionResult:
        """Bring the fingers `width` metres apart."""

    def close(self, halt: Halt) -> MotionResult:
        """Close until the fingers meet or press on something with the gripper's force."""


@dataclass(frozen=True, eq=False)
class Manipulator:
    """An arm with its gripper, and what drives them.

    Attributes
    ----------
    arm : names, home pose and gripper.
    driver, hand : of the arm and of the gripper.
    spots : (S, 2) m, x and y in the robot's base where it puts things down, S > 0.
    """

    arm: Arm
    driver: ArmDriver
    hand: GripperDriver
    spots: Float
