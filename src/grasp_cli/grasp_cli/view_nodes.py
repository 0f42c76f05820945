"""What the buttons of the viewer ask of running nodes."""

from __future__ import annotations

from threading import Event
from types import TracebackType

from grasp_cli.errors import ProcessError
from grasp_executor.client_node import PickClient
from grasp_perception.client_node import DetectClient
from grasp_perception.request import Request
from grasp_perception.viewer.panel import Actions
from grasp_perception.viewer.shown import ShownGrasps

#: s: for the nodes when a button is pressed, for the answer of a detection, and at the end for a
#: robot that was told to stop.
READY_SEC, ANSWER_SEC, STOP_SEC = 10.0, 30.0, 30.0


class NodeButtons:
    """Detects and picks in threads of their own; at the end of a `with` block the robot stops.

    Parameters
    ----------
    namespace : of the nodes.
    """

    def __init__(self, namespace: str = "") -> None:
        self._namespace = namespace
        self._prefix = f"/{namespace.strip('/')}" if namespace.strip("/") else ""
        self._at_rest = Event()
        self._at_rest.set()

    def __enter__(self) -> NodeButtons:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if not self._at_rest.is_set():  # it would go on without the one who told it to
            self.stop()
            self._at_rest.wait(STOP_SEC)

    @property
    def actions(self) -> Actions:
        """The buttons."""
        return Actions(self.detect, self.pick, self.stop)

    def detect(self) -> str:
        """Find grasps in the newest cloud.

        Raises
        ------
        ProcessError : there is no active perception node with a cloud.
        ServiceError : it does not answer.
        """
        service = f"{self._prefix}/detect_grasps"
        with DetectClient(service) as client:
            if not client.ready(READY_SEC):
                raise ProcessError(f"no active perception node with a cloud and {service}")
            reply = client.detect(Request(), ANSWER_SEC)
        return f"**{reply.code_name} ({reply.code})** {reply.message}"

    def pick(self, chosen: ShownGrasps | None) -> str:
        """Pick the one grasp that was chosen, or what the executor finds.

        Raises
        ------
        ProcessError : there is no active executor.
        ClientError : it does not answer, or refuses.
        """
        grasps = None if chosen is None else chosen.grasps
        self._at_rest.clear()
        try:
            with PickClient(self._namespace) as client:
                if not client.ready(READY_SEC):
                    raise ProcessError(f"no active executor with {self._prefix}/pick")
                result = client.pick(
                    grasps=grasps, stamp_ns=0 if chosen is None else chosen.stamp_ns
                )
        finally:
            self._at_rest.set()
        code, stage = result.code, result.stage.value
        return f"**{code.name} ({code.value})** in {stage}: {result.message or 'placed'}"

    def stop(self) -> str:
        """Stop the robot.

        Raises
        ------
        ClientError : there is no executor, or it does not answer.
        """
        service = f"{self._prefix}/executor/stop"
        with PickClient(self._namespace) as client:
            return f"**Stop:** {client.trigger(service)}"
