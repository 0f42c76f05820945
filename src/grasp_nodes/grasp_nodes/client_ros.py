"""`ClientNode`: a node that asks others, in a process that is no node itself."""

from __future__ import annotations

from types import TracebackType
from typing import TypeVar

import rclpy
from rclpy.executors import SingleThreadedExecutor
from rclpy.node import Node
from rclpy.signals import SignalHandlerOptions

C = TypeVar("C", bound="ClientNode")


class ClientNode:
    """A node of its own in its own context, from the beginning of a `with` block to its end.

    Parameters
    ----------
    name : of the node.

    Attributes
    ----------
    node, executor : there inside of the block; nothing spins unless the executor is told to.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._context = rclpy.Context()

    def __enter__(self: C) -> C:
        rclpy.init(context=self._context, signal_handler_options=SignalHandlerOptions.NO)
        self.node: Node = rclpy.create_node(self._name, context=self._context)
        self.executor = SingleThreadedExecutor(context=self._context)
        self.executor.add_node(self.node)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.executor.shutdown()
        self.node.destroy_node()
        rclpy.shutdown(context=self._context)
