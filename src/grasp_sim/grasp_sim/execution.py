"""`Execution`: a command under way, shared by the controller and by whoever waits for it."""

from __future__ import annotations

import enum
from threading import Event


class Ending(enum.Enum):
    """How a command ended."""

    REACHED = "reached the goal"
    STALLED = "pressed without moving"
    CANCELED = "cancelled"
    REPLACED = "replaced by a new command"
    STOPPED = "stopped"
    OFF_PATH = "a joint was too far off the path"
    MISSED = "a joint did not reach the goal in time"


class Execution:
    """A command under way.

    Attributes
    ----------
    done : set when it has ended, after the ending and the message were.
    canceling : set by whoever wants it to end early.
    ending : how it ended, None before.
    message : for people: which joint, which limit, by how much.
    """

    def __init__(self) -> None:
        self.done = Event()
        self.canceling = Event()
        self.ending: Ending | None = None
        self.message = ""

    def end(self, ending: Ending, message: str = "") -> None:
        """End it, unless it has ended before."""
        if not self.done.is_set():
            self.ending, self.message = ending, message or ending.value
            self.done.set()
