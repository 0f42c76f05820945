"""`FingerMotion`: tells from a finger's positions how its motion ended, as nobody else does."""

from __future__ import annotations

from grasp_executor.arm import MotionEnd

#: m, so near to its target a finger has arrived; and a change that is one: twice the resolution of
#: ABB's smart gripper, which tells tenths of millimetres.
ARRIVED_M, MOVED_M = 0.0005, 0.0002

#: s without a change after which a finger that has moved presses on something.
STILL_SEC = 0.5

#: s in which a finger must begin to move, and in which its motion must end: its stroke takes 1 s.
START_SEC, MOTION_SEC = 2.0, 10.0


class FingerMotion:
    """A motion of a finger that was commanded at a time.

    Parameters
    ----------
    start, target : m, joint values of the finger.
    time_sec : when the command was given.
    """

    def __init__(self, start: float, target: float, time_sec: float) -> None:
        self._target = target
        self._begin_sec = self._changed_sec = time_sec
        self._position = start
        self._moved = False

    def end(self, position: float, time_sec: float) -> MotionEnd | None:
        """Take a position; return how the motion ended, None where it has not.

        DONE where the target is reached or something stops a finger that has moved; ABORTED where
        it does not move at all; TIMED_OUT where it neither arrives nor rests.
        """
        if abs(position - self._target) <= ARRIVED_M:
            return MotionEnd.DONE
        if abs(position - self._position) >= MOVED_M:
            self._position, self._changed_sec, self._moved = position, time_sec, True
        still_sec = time_sec - self._changed_sec
        if self._moved and still_sec >= STILL_SEC:
            return MotionEnd.DONE
        if not self._moved and still_sec >= START_SEC:
            return MotionEnd.ABORTED
        return MotionEnd.TIMED_OUT if time_sec - self._begin_sec >= MOTION_SEC else None
