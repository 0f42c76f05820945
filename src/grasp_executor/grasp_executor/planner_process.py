"""`PlannerProcess`: a planner in a process of its own, called by messages.

A library that keeps Python's lock for seconds, or faults, does so there: the callbacks of the
executor go on, and what gives no answer is ended and started anew. The process is a new interpreter
that imports only the planner: multiprocessing's spawn would import the caller's main module, and
with it other libraries for collisions beside the planner's.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from types import MappingProxyType
from typing import Any

import numpy as np

from grasp_core.errors import GraspError
from grasp_executor.budget import Budget
from grasp_executor.errors import PlannerProcessError
from grasp_executor.planner import MotionPlanner
from grasp_executor.planning_robot import PlanningRobot

#: s between two looks at whether the caller has called it off.
LOOK_SEC = 0.02

#: s for the answer of a call that is out of time or called off: twice the longest slice of planning
#: (`path_search`).
GRACE_SEC = 1.0

#: s for the answer of a call without a budget, and for the start: MoveIt loads its plugins.
ANSWER_SEC, START_SEC = 10.0, 60.0

_CALL_OFF = "call off"
_SERVE = "import sys; from grasp_executor.planner_process import serve; serve(int(sys.argv[1]))"

#: Makes the planner, in the other process: a class or function of a module.
MakePlanner = Callable[[PlanningRobot], MotionPlanner]


def _read_only(values: dict[str, Any]) -> MappingProxyType[str, Any]:
    return MappingProxyType(values)


# Robots and scenes have read-only mappings, which pickle does not know.
ForkingPickler.register(MappingProxyType, lambda mapping: (_read_only, (dict(mapping),)))


class NoAnswerError(PlannerProcessError):
    """A planner's process gave no answer in time, and was ended."""


@dataclass(frozen=True)
class Call:
    """A call of the port; `timeout_sec` stands for the budget, None where there is none."""

    method: str
    arguments: dict[str, Any]
    timeout_sec: float | None = None


@dataclass(frozen=True)
class Reply:
    """Result or error of a call, and its random generator as the call left it."""

    value: Any = None
    error: GraspError | None = None
    rng: np.random.Generator | None = None


@dataclass
class PlannerProcess:
    """A planner's process, seen from outside; it is starting until `wait` has given a reply.

    Parameters
    ----------
    make, robot : the planner and its argument.
    """

    make: MakePlanner
    robot: PlanningRobot
    process: subprocess.Popen[bytes] = field(init=False)
    connection: Connection[Any, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.connection, theirs = multiprocessing.Pipe()
        with theirs:
            number = theirs.fileno()
            command = [sys.executable, "-c", _SERVE, str(number)]
            self.process = subprocess.Popen(command, pass_fds=[number])
        self.send((self.make, self.robot))

    def send(self, message: object) -> None:
        """Send what the process reads next; that it has ended shows in `wait`."""
        try:
            self.connection.send(message)
        except OSError:
            return

    def wait(self, doing: str, limit_sec: float, budget: Budget | None = None) -> Reply:
        """Wait for the reply; pass on that the budget is called off.

        Raises
        ------
        NoAnswerError : there was none within the limit, or within the grace after calling off; the
            process is ended.
        PlannerProcessError : the process has ended.
        """
        end = time.monotonic() + limit_sec
        passed_on = False
        try:
            while not self.connection.poll(LOOK_SEC):
                if budget is not None and budget.cancelled and not passed_on:
                    passed_on = True
                    end = time.monotonic() + GRACE_SEC
                    self.send(_CALL_OFF)
                if time.monotonic() > end:
                    self.end()
                    raise NoAnswerError(f"no answer of the planner's process to {doing}; it ends")
            reply: Reply = self.connection.recv()
        except (EOFError, OSError) as error:
            message = f"the planner's process ended with {self.end()} during {doing}"
            raise PlannerProcessError(message) from error
        return reply

    def end(self) -> int:
        """End the process and return its exit code, negative the signal that ended it."""
        self.connection.close()  # to be told; it leaves on its own unless it is at work
        try:
            return self.process.wait(LOOK_SEC)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait(GRACE_SEC)


class _CalledOff:
    """Is set once the caller has sent a word during a call, or is gone."""

    def __init__(self, connection: Connection[Any, Any]) -> None:
        self._connection = connection

    def is_set(self) -> bool:
        return self._connection.poll(0)


def serve(number: int) -> None:
    """Serve the calls that come through a connection, until its other end is closed.

    It leaves without a teardown: MoveIt's faults (its issue 3721).

    Parameters
    ----------
    number : file descriptor of the connection.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt ends the caller, and so this
    with Connection(number) as connection:
        try:
            _serve(connection)
        except (EOFError, OSError):
            pass  # the caller is gone
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(0)


def _serve(connection: Connection[Any, Any]) -> None:
    make, robot = connection.recv()
    try:
        planner = make(robot)
    except Exception as error:
        connection.send(Reply(error=_sendable(error)))
        return
    connection.send(Reply())
    while True:
        call = connection.recv()
        if call != _CALL_OFF:  # else it came when the call had just ended
            connection.send(_reply(planner, call, connection))


def _reply(planner: MotionPlanner, call: Call, connection: Connection[Any, Any]) -> Reply:
    arguments = dict(call.arguments)
    if call.timeout_sec is not None:
        arguments["budget"] = Budget(call.timeout_sec, _CalledOff(connection))
    try:
        value = getattr(planner, call.method)(**arguments)
    except Exception as error:
        return Reply(error=_sendable(error))
    return Reply(value, rng=arguments.get("rng"))


def _sendable(error: Exception) -> GraspError:
    """Return an error of ours as it is; name any other, which the caller may not know."""
    if isinstance(error, GraspError):
        return error
    return PlannerProcessError(f"{type(error).__name__}: {error}")
