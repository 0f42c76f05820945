"""`AutostartNode`: a lifecycle node that starts by itself and tells how it is every second."""

from __future__ import annotations

from collections.abc import Callable

from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.clock import Clock
from rclpy.clock_type import ClockType
from rclpy.lifecycle import LifecycleNode, TransitionCallbackReturn


class AutostartNode(LifecycleNode):  # type: ignore[misc]  # rclpy has no types
    """What the lifecycle nodes share.

    Its parameters are to be declared with `NodeParams`; `autostart` is one of them.
    """

    def __init__(self, name: str, namespace: str | None = None) -> None:
        super().__init__(
            name, namespace=namespace, automatically_declare_parameters_from_overrides=True
        )

    def begin(self, report: Callable[[], None]) -> None:
        """Call `report` every second from now on, and start unless told not to.

        To be called last when the node is made, with its parameters declared.
        """
        self.create_timer(
            1.0,
            report,
            MutuallyExclusiveCallbackGroup(),
            Clock(clock_type=ClockType.STEADY_TIME),  # also while a simulated clock stands still
        )
        if self.get_parameter("autostart").value is not False:
            # In the executor: the node answers while it configures, and stops when told to.
            self.create_guard_condition(self._start).trigger()

    def _start(self) -> None:
        if self.trigger_configure() == TransitionCallbackReturn.SUCCESS:
            self.trigger_activate()
