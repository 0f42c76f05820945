"""`RwsClient`: calls to abb_rws_client, the node that speaks Robot Web Services to an ABB robot.

Names, types and result codes: github.com/PickNikRobotics/abb_ros2 at 0705714, abb_rws_client, and
github.com/gbartyzel/abb_ros2_msgs at 071bb1f.
"""

from __future__ import annotations

from threading import Event
from typing import Any

from abb_rapid_sm_addin_msgs.srv import SetSGCommand
from abb_robot_msgs.srv import GetIOSignal, SetRAPIDSymbol, TriggerWithResultCode
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.node import Node
from rclpy.task import Future

from grasp_executor.errors import ControllerError

#: The services that a smart gripper needs, of the node's name.
SERVICES = {
    "get_io_signal": GetIOSignal,
    "set_rapid_symbol": SetRAPIDSymbol,
    "set_sg_command": SetSGCommand,
    "run_sg_routine": TriggerWithResultCode,
}

#: RC_SUCCESS of abb_robot_msgs/ServiceResponses.
SUCCESS = 1

#: s, longest wait for a service to appear, and for an answer; the controller answers in some 50 ms.
SERVER_SEC, ANSWER_SEC = 2.0, 2.0


class RwsClient:
    """Calls the services of one node; other threads must spin ours.

    Parameters
    ----------
    name : of the node that offers the services.
    """

    def __init__(self, node: Node, name: str) -> None:
        self._node = node
        group = ReentrantCallbackGroup()
        self._clients = {
            service: node.create_client(kind, f"{name}/{service}", callback_group=group)
            for service, kind in SERVICES.items()
        }

    def call(self, service: str, request: Any) -> Any:
        """Call a service and wait for its answer.

        Raises
        ------
        ControllerError : there is no service or no answer in time, or the controller refuses.
        """
        client = self._clients[service]
        if not client.wait_for_service(SERVER_SEC):
            raise ControllerError(f"{client.srv_name}: no service within {SERVER_SEC} s")
        future = client.call_async(request)
        answered = Event()
        future.add_done_callback(lambda _: answered.set())
        if not answered.wait(ANSWER_SEC):
            client.remove_pending_request(future)
            raise ControllerError(f"{client.srv_name}: no answer within {ANSWER_SEC} s")
        response = future.result()
        if response.result_code != SUCCESS:
            code = f"result code {response.result_code}"
            raise ControllerError(f"{client.srv_name}: {response.message} ({code})")
        return response

    def ask(self, service: str, request: Any) -> Future | None:
        """Call a service without waiting; None where nobody offers it now."""
        client = self._clients[service]
        return client.call_async(request) if client.service_is_ready() else None

    def forget(self, service: str, future: Future) -> None:
        """Wait no more for an answer that was asked for."""
        self._clients[service].remove_pending_request(future)

    def close(self) -> None:
        """Let go of the services."""
        for client in self._clients.values():
            self._node.destroy_client(client)
