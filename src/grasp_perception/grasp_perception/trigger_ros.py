"""`TriggerClient`: tells a camera's driver to take one cloud."""

from __future__ import annotations

from importlib import import_module
from threading import Event
from time import monotonic
from typing import Any

from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.node import Node

from grasp_perception.camera_files import CameraSource, Trigger
from grasp_perception.errors import CameraFileError, NoCloudError


class TriggerClient:
    """Calls the trigger of one camera; the node must run in a MultiThreadedExecutor.

    Parameters
    ----------
    camera : its name goes into messages.

    Raises
    ------
    CameraFileError : the service's type is not installed, or the request has no such fields.
    """

    def __init__(self, node: Node, camera: CameraSource, trigger: Trigger) -> None:
        self._node, self._camera, self._service = node, camera, trigger.service
        service_type = _service_type(camera, trigger)
        try:
            self._request = service_type.Request(**trigger.request, check_fields=True)
        except (AssertionError, TypeError) as error:
            raise CameraFileError(
                f"camera {camera.name}: trigger.request {dict(trigger.request)} does not fit "
                f"{trigger.type}: {error}"
            ) from error
        self._client = node.create_client(
            service_type, trigger.service, callback_group=MutuallyExclusiveCallbackGroup()
        )

    def call(self, timeout_sec: float) -> None:
        """Make the camera take a cloud, and wait until its driver says that it does.

        Raises
        ------
        NoCloudError : there is no such service, it does not answer within the time, or refuses.
        """
        deadline = monotonic() + timeout_sec
        where = f"camera {self._camera.name}: trigger {self._service}"
        if not self._client.wait_for_service(timeout_sec):
            raise NoCloudError(f"{where} is not there (waited {timeout_sec} s)")
        answered = Event()
        future = self._client.call_async(self._request)
        future.add_done_callback(lambda _: answered.set())
        if not answered.wait(deadline - monotonic()):
            self._client.remove_pending_request(future)
            raise NoCloudError(f"{where} did not answer within {timeout_sec} s")
        response = future.result()
        if not getattr(response, "success", True):
            raise NoCloudError(
                f"{where} refused: {getattr(response, 'message', '') or 'no reason'}"
            )

    def close(self) -> None:
        """Leave the service."""
        self._node.destroy_client(self._client)


def _service_type(camera: CameraSource, trigger: Trigger) -> Any:
    package, _, name = trigger.type.split("/")
    try:
        return getattr(import_module(f"{package}.srv"), name)
    except (ImportError, AttributeError) as error:
        raise CameraFileError(
            f"camera {camera.name}: the trigger's type {trigger.type} is not installed; build and "
            "source the interface package of the camera's driver"
        ) from error
