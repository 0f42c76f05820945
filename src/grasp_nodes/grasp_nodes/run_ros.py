"""Runs a node in its process, from the first signal to a clean end."""

from __future__ import annotations

import atexit
import signal
from collections.abc import Callable, Sequence
from threading import Event
from typing import Protocol, TypeVar

import rclpy
from rclpy.executors import MultiThreadedExecutor
from rclpy.signals import SignalHandlerOptions

#: Longest time from a signal until it is noticed: rclpy's wait cannot be interrupted.
POLL_SEC = 0.2


class Runnable(Protocol):
    """A node, and what it wants to do before its context goes."""

    def finish(self) -> None:
        """Wait, within bounds, until none of the node's work runs any more."""
        ...


N = TypeVar("N", bound=Runnable)


def run(make_node: Callable[[], N], threads: int, args: Sequence[str] | None = None) -> N:
    """Run a node until SIGINT, SIGTERM or a shutdown of the context, let it finish, return it.

    rclpy's own signal handlers would take the context away from callbacks that still run, which
    then fail in the middle of their work and turn a requested stop into an error.
    """
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    rclpy.init(args=args, signal_handler_options=SignalHandlerOptions.NO)
    # Python runs this after it has joined the executor's threads: the last answer is sent before.
    # Executor.shutdown() of rclpy 7.1 does not wait for them.
    atexit.register(rclpy.try_shutdown)
    executor = MultiThreadedExecutor(threads)
    node = make_node()
    executor.add_node(node)
    while rclpy.ok() and not stop.is_set():
        executor.spin_once(timeout_sec=POLL_SEC)
    node.finish()
    return node
