"""`GroupCalls`: lets a callback group make a call, from whatever thread it is wanted.

rclpy's ActionClient loses an answer that one thread takes before another, which sent the request,
has registered it (rclpy issue 1123). Within one mutually exclusive group, sending and taking are
never at the same time.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.node import Node

T = TypeVar("T")

#: s, longest wait until the group has time for the call; a callback of it takes milliseconds.
TURN_SEC = 5.0


class GroupCalls:
    """Makes calls between the callbacks of `group`; other threads must spin the node.

    Attributes
    ----------
    group : for the entities whose callbacks must not run during a call.
    """

    def __init__(self, node: Node) -> None:
        self.group = MutuallyExclusiveCallbackGroup()
        self._waiting: SimpleQueue[tuple[Callable[[], Any], Future[Any]]] = SimpleQueue()
        self._node = node
        self._guard = node.create_guard_condition(self._make_all, self.group)

    def make(self, call: Callable[[], T]) -> T:
        """Make a call in its turn and return what it returns.

        Raises
        ------
        concurrent.futures.TimeoutError : its turn does not come; nobody spins the node.
        """
        made: Future[T] = Future()
        self._waiting.put((call, made))
        self._guard.trigger()
        return made.result(TURN_SEC)

    def close(self) -> None:
        """Make no calls any more."""
        self._node.destroy_guard_condition(self._guard)

    def _make_all(self) -> None:
        while True:
            try:
                call, made = self._waiting.get_nowait()
            except Empty:
                return
            try:
                made.set_result(call())
            except Exception as error:  # it is the caller's: `make` raises it there
                made.set_exception(error)
