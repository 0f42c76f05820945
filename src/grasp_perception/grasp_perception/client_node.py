"""`DetectClient`: asks a perception node for grasps, from another process."""

from __future__ import annotations

from dataclasses import dataclass

from diagnostic_msgs.msg import DiagnosticArray
from rclpy.task import Future

from grasp_core.grasps import Grasps
from grasp_msgs.srv import DetectGrasps
from grasp_nodes.client_ros import ClientNode
from grasp_nodes.grasps_ros import read_grasps
from grasp_perception import ros
from grasp_perception.errors import PerceptionError
from grasp_perception.request import Request

SERVICE = "/detect_grasps"
#: Names of the codes of DetectGrasps.srv; rosidl keeps constants in the type of the class.
CODE_NAMES: dict[int, str] = {
    getattr(DetectGrasps.Response, name): name
    for name in dir(type(DetectGrasps.Response))
    if name.isupper() and not name.startswith("_")
}


class ServiceError(PerceptionError):
    """The service of the perception node did not answer."""


@dataclass(frozen=True)
class Reply:
    """What the service answered.

    Attributes
    ----------
    code, message : as DetectGrasps.srv has them; a positive code is no error.
    grasps : best first, or None where there are none: then no frame is named either.
    gripper : name of the gripper they are for.
    stage_ms : wall milliseconds per stage.
    """

    code: int
    message: str
    grasps: Grasps | None
    gripper: str
    stage_ms: dict[str, float]

    @property
    def code_name(self) -> str:
        """Name of the code in DetectGrasps.srv."""
        return CODE_NAMES.get(self.code, "unknown code")


class DetectClient(ClientNode):
    """Asks the service and hears the diagnostics of a perception node.

    Parameters
    ----------
    service : name of the service; a namespace of the perception node goes before it.
    """

    def __init__(self, service: str = SERVICE) -> None:
        super().__init__("detect_client")
        self._service = service
        self._has_cloud: Future = Future()

    def __enter__(self) -> DetectClient:
        super().__enter__()
        self._client = self.node.create_client(DetectGrasps, self._service)
        self.node.create_subscription(DiagnosticArray, "/diagnostics", self._on_diagnostics, 10)
        return self

    def ready(self, timeout_sec: float) -> bool:
        """Wait until the node is active, has a cloud and its service is seen; whether it is."""
        self.executor.spin_until_future_complete(self._has_cloud, timeout_sec)
        ready: bool = self._has_cloud.done() and self._client.wait_for_service(timeout_sec)
        return ready

    def detect(self, request: Request, timeout_sec: float) -> Reply:
        """Ask for grasps in the newest cloud.

        Raises
        ------
        ServiceError : no answer within the time.
        """
        future = self._client.call_async(ros.request_message(request))
        self.executor.spin_until_future_complete(future, timeout_sec)
        if not future.done():
            raise ServiceError(f"{self._service} gave no answer within {timeout_sec} s")
        response = future.result()
        found = response.grasps
        return Reply(
            response.code,
            response.message,
            read_grasps(found) if found.grasps else None,
            found.gripper,
            {each.stage: each.milliseconds for each in found.timing},
        )

    def _on_diagnostics(self, message: DiagnosticArray) -> None:
        for status in message.status:
            values = {each.key: each.value for each in status.values}
            if values.get("state") == "active" and values.get("clouds", "0") != "0":
                self._has_cloud.set_result(True)
