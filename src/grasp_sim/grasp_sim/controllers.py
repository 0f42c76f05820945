"""Controllers of an arm and of a gripper, with the behaviour of those of ros2_controllers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grasp_core.checks import Float
from grasp_robots.joint import JointLimits
from grasp_robots.moveit_config import STALL_SEC, STALL_SPEED
from grasp_sim.errors import CommandError
from grasp_sim.execution import Ending, Execution
from grasp_sim.motion import Motion

#: Seconds in which a cancelled motion comes to rest on its path.
BRAKE_SEC = 0.25

#: Metres by which a finger may miss its goal and has still reached it.
FINGER_TOLERANCE_M = 0.001


@dataclass(frozen=True, eq=False)
class Tolerances:
    """How far joints may be off: each (J,) rad or m, infinite where there is no limit.

    Attributes
    ----------
    path : on the way.
    goal : at the end, at the latest `goal_time_sec` after the trajectory's.
    """

    path: Float
    goal: Float
    goal_time_sec: float


class TrajectoryController:
    """Moves the joints of an arm along trajectories, and holds them still in between.

    Parameters
    ----------
    joints : names of the J joints.
    positions : (J,) where they are.
    """

    def __init__(self, joints: Sequence[str], positions: Float) -> None:
        self.joints = tuple(joints)
        self._target, self._speed = positions, np.zeros_like(positions)
        self._execution: Execution | None = None

    @property
    def target(self) -> Float:
        """Where (J,) the joints shall be now."""
        return self._target

    def check(self, motion: Motion, ahead_sec: float = 0.0) -> None:
        """Refuse a motion that cannot be followed.

        Parameters
        ----------
        ahead_sec : seconds of the motion that are over; negative: it begins later.

        Raises
        ------
        CommandError : the number of joints differs, or the motion is over.
        """
        if motion.positions.shape[1] != len(self.joints):
            raise CommandError(
                f"{motion.positions.shape[1]} joints given, expected {', '.join(self.joints)}"
            )
        if ahead_sec > motion.duration_sec:
            raise CommandError(f"the trajectory ended {ahead_sec - motion.duration_sec:.3f} s ago")

    def start(self, motion: Motion, tolerances: Tolerances, ahead_sec: float = 0.0) -> Execution:
        """Begin a motion; one that is under way is replaced. Raises as `check` does."""
        self.check(motion, ahead_sec)
        if self._execution is not None:
            self._execution.end(Ending.REPLACED)
        self._curve = motion.curve(self._target, self._speed)
        self._rate_of = self._curve.derivative()
        self._duration, self._tolerances = motion.duration_sec, tolerances
        self._time, self._pace = ahead_sec, 1.0
        self._execution = Execution()
        return self._execution

    def stop(self, positions: Float, ending: Ending, message: str = "") -> None:
        """Hold the joints where they are (J,); end what is under way."""
        self._target, self._speed = positions, np.zeros_like(positions)
        if self._execution is not None:
            self._execution.end(ending, message)
            self._execution = None

    def update(self, positions: Float, seconds: float) -> tuple[Float, Float]:
        """Go on by some seconds, with the joints at positions (J,); return target and velocity."""
        execution = self._execution
        if execution is not None:
            if execution.canceling.is_set():
                self._pace = max(0.0, self._pace - seconds / BRAKE_SEC)
            self._time += self._pace * seconds
            time = float(np.clip(self._time, 0.0, self._duration))
            moving = self._time == time
            self._target = self._curve(time)
            self._speed = self._rate_of(time) * self._pace if moving else np.zeros_like(positions)
            self._judge(positions)
        return self._target, self._speed

    def _judge(self, positions: Float) -> None:
        """End the motion if it is over or has failed."""
        off = np.abs(self._target - positions)
        if self._pace == 0:
            self.stop(self._target, Ending.CANCELED)
        elif self._time < self._duration:
            message = self._beyond(off, self._tolerances.path)
            if message:
                self.stop(positions, Ending.OFF_PATH, message)
        elif (off <= self._tolerances.goal).all():
            self.stop(self._target, Ending.REACHED)
        elif self._time > self._duration + self._tolerances.goal_time_sec:
            message = self._beyond(off, self._tolerances.goal)
            self.stop(positions, Ending.MISSED, message)

    def _beyond(self, off: Float, limits: Float) -> str:
        """Name the joints that are farther off than their limits."""
        return "; ".join(
            f"{self.joints[j]} is {off[j]:.4f} off, {limits[j]:.4f} is allowed"
            for j in np.flatnonzero(off > limits)
        )


class GripperController:
    """Moves the fingers of a gripper; one that presses without moving has succeeded.

    Parameters
    ----------
    joint : name of the commanded finger.
    limits : its travel and force.
    position : m, where it is.
    """

    def __init__(self, joint: str, limits: JointLimits, position: float) -> None:
        self.joint = joint
        self._limits = limits
        self._goal = self._position = position
        self.effort = limits.effort
        self._execution: Execution | None = None

    def check(self, goal: float, effort: float = 0.0) -> None:
        """Refuse a command that cannot be followed.

        Raises
        ------
        CommandError : the goal is outside the travel, or the force negative or not a number.
        """
        low, high = self._limits.mechanical
        if not low - FINGER_TOLERANCE_M <= goal <= high + FINGER_TOLERANCE_M:
            raise CommandError(f"{self.joint}: {goal} m is not in {low} to {high} m")
        if not effort >= 0:
            raise CommandError(f"{self.joint}: a force of {effort} N must be >= 0")

    def start(self, goal: float, effort: float = 0.0) -> Execution:
        """Move to a joint value in m with a force in N of each finger; 0: its own, the largest.

        Raises as `check` does.
        """
        self.check(goal, effort)
        if self._execution is not None:
            self._execution.end(Ending.REPLACED)
        self._goal = goal
        self.effort = min(effort, self._limits.effort) or self._limits.effort
        self._still_sec = 0.0
        self._execution = Execution()
        return self._execution

    def stop(self, ending: Ending, message: str = "") -> None:
        """End what is under way: fingers that move stop, those that press go on pressing."""
        if self._execution is not None and self._still_sec == 0:
            self._goal = self._position
        self._end(ending, message)

    def update(self, position: float, speed: float, seconds: float) -> float:
        """Go on by some seconds, with the finger at a position in m; return its target in m."""
        self._position = position
        execution = self._execution
        if execution is not None:
            self._still_sec = 0.0 if abs(speed) > STALL_SPEED else self._still_sec + seconds
            if execution.canceling.is_set():
                self._goal = position
                self._end(Ending.CANCELED)
            elif abs(position - self._goal) <= FINGER_TOLERANCE_M:
                self._end(Ending.REACHED)
            elif self._still_sec >= STALL_SEC:
                self._end(Ending.STALLED)
        return self._goal

    def _end(self, ending: Ending, message: str = "") -> None:
        if self._execution is not None:
            self._execution.end(ending, message)
            self._execution = None
