"""`FingerStates`: the position of a smart gripper's finger, asked for and told on /joint_states.

ABB's driver tells the joints of the arms only. A finger's position is an I/O signal of the robot's
controller, in tenths of millimetres.
"""

from __future__ import annotations

import time
from threading import Condition

import numpy as np
from abb_robot_msgs.srv import GetIOSignal
from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.node import Node
from rclpy.task import Future
from sensor_msgs.msg import JointState

from grasp_executor.drivers.rws_ros import ANSWER_SEC, SUCCESS, RwsClient
from grasp_executor.errors import ControllerError
from grasp_executor.halt import Halt

#: s between two questions; five of them in the time after which a joint state is too old.
PERIOD_SEC = 0.1

#: s between two warnings.
LOG_SEC = 10.0

#: m, unit of the signal.
SIGNAL_M = 1e-4


class FingerStates:
    """Asks for a position again and again, and publishes each.

    Parameters
    ----------
    signal : its I/O signal.
    joint : the finger's joint.
    """

    def __init__(self, node: Node, rws: RwsClient, signal: str, joint: str) -> None:
        self._node, self._rws = node, rws
        self._signal, self._joint = signal, joint
        self._arrived = Condition()
        self._position, self._asked_sec = 0.0, -np.inf  # of the newest answer
        self._pending: tuple[Future, float] | None = None
        self._open = True
        self._publisher = node.create_publisher(JointState, "/joint_states", 10)
        group = MutuallyExclusiveCallbackGroup()
        self._timer = node.create_timer(PERIOD_SEC, self._ask, callback_group=group)

    def next(self, halt: Halt) -> float:
        """Wait for a position, m, that is asked for after this call; after a stop for any.

        Raises
        ------
        ControllerError : none comes in time.
        """
        start = time.monotonic()

        def wake() -> None:
            with self._arrived:
                self._arrived.notify_all()

        def known() -> bool:
            return halt.requested or self._asked_sec > start

        with halt.calling(wake), self._arrived:
            if not self._arrived.wait_for(known, 2 * ANSWER_SEC):
                raise ControllerError(f"no position {self._signal} within {2 * ANSWER_SEC} s")
            return self._position

    def close(self) -> None:
        """Ask no more."""
        with self._arrived:
            self._open = False
        self._node.destroy_timer(self._timer)
        self._node.destroy_publisher(self._publisher)

    def _ask(self) -> None:
        """Ask, unless the last question may still be answered."""
        now = time.monotonic()
        with self._arrived:
            if not self._open:
                return
            if self._pending is not None:
                future, asked_sec = self._pending
                if not future.done() and now - asked_sec < ANSWER_SEC:
                    return
                self._rws.forget("get_io_signal", future)
                self._pending = None
            asked = self._rws.ask("get_io_signal", GetIOSignal.Request(signal=self._signal))
            if asked is not None:
                self._pending = asked, now
                asked.add_done_callback(lambda future: self._on_answer(future, now))

    def _on_answer(self, future: Future, asked_sec: float) -> None:
        response = future.result()
        if response is None or response.result_code != SUCCESS:
            return
        try:
            position = SIGNAL_M * float(response.value)
        except ValueError:
            self._node.get_logger().warning(
                f"{self._signal}: {response.value!r} is no number", throttle_duration_sec=LOG_SEC
            )
            return
        message = JointState(name=[self._joint], position=[position])
        message.header.stamp = self._node.get_clock().now().to_msg()
        with self._arrived:
            if not self._open:
                return
            self._position, self._asked_sec = position, asked_sec
            self._publisher.publish(message)
            self._arrived.notify_all()
