"""What a pick ended with: codes, stages, one record for each grasp that was tried."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum

from grasp_core.grasps import Grasps


class PickCode(IntEnum):
    """Why a pick ended, with the numbers of grasp_msgs/action/Pick."""

    SUCCESS = 1
    NO_GRASPS = -1
    DETECTION_FAILED = -2
    TRANSFORM_UNAVAILABLE = -3
    STATE_UNAVAILABLE = -4
    START_IN_COLLISION = -5
    UNREACHABLE = -6
    GRASPS_IN_COLLISION = -7
    PLANNING_FAILED = -8
    PLANNING_TIMED_OUT = -9
    CONTROLLER_REJECTED = -10
    CONTROLLER_ABORTED = -11
    CONTROLLER_TIMED_OUT = -12
    NOTHING_GRASPED = -13
    OBJECT_LOST = -14
    CANCELED = -15
    STOPPED = -16
    BUSY = -17
    INVALID_GOAL = -18
    NOT_ACTIVE = -19


#: Why one grasp may fail and the next succeed.
ABOUT_THE_GRASP = frozenset(
    {
        PickCode.UNREACHABLE,
        PickCode.GRASPS_IN_COLLISION,
        PickCode.PLANNING_FAILED,
        PickCode.NOTHING_GRASPED,
        PickCode.OBJECT_LOST,
    }
)


class PickStage(str, Enum):
    """What a pick is doing, with the words of grasp_msgs/msg/PickRecord, in order."""

    DETECT = "detect"
    PLAN = "plan"
    MOVE = "move"
    APPROACH = "approach"
    CLOSE = "close"
    LIFT = "lift"
    TRANSFER = "transfer"
    PLACE = "place"
    RETREAT = "retreat"

    @property
    def progress(self) -> float:
        """Part of a pick, in [0, 1), that is done when the stage is entered."""
        stages = list(PickStage)
        return stages.index(self) / len(stages)


@dataclass(frozen=True, eq=False)
class Attempt:
    """One attempt to pick one object.

    Attributes
    ----------
    code, message : why it ended; the message is for people, empty on success.
    stage : the last stage that was entered.
    arm : name of the arm that tried; empty: none was chosen.
    grasp : batch of the one grasp that was tried, in the robot's base; None: none was chosen.
    stage_ms : wall milliseconds of the stages entered, in order.
    started_ns : nanoseconds since the epoch.
    """

    code: PickCode
    message: str
    stage: PickStage
    arm: str = ""
    grasp: Grasps | None = None
    stage_ms: Mapping[str, float] = field(default_factory=dict)
    started_ns: int = 0

    @property
    def moved(self) -> bool:
        """Whether the arm had been told to move."""
        return self.stage not in (PickStage.DETECT, PickStage.PLAN)


@dataclass(frozen=True, eq=False)
class PickResult:
    """How a pick ended: code, message and last stage as in `Attempt`, all attempts in order."""

    code: PickCode
    message: str
    stage: PickStage
    attempts: tuple[Attempt, ...]

    @property
    def executed(self) -> Grasps | None:
        """The last grasp that the arm moved to, None where it never moved."""
        moved = [attempt.grasp for attempt in self.attempts if attempt.moved]
        return moved[-1] if moved else None
