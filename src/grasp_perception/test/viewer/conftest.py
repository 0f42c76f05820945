"""`Page`: what a browser is to the viewer's server, without drawing anything."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from time import monotonic
from typing import Any

import msgspec
import numpy as np
import pytest
import viser
import zstandard
from viser._messages import GuiUpdateMessage, SceneNodeClickMessage, ViewerCameraMessage
from websockets.sync.client import connect

#: Longest wait for the server.
TIMEOUT_SEC = 60.0


class Page:
    """Keeps what the server wants to be shown, and presses what it is told to.

    Attributes
    ----------
    nodes, controls : properties of what is in the scene by name, and beside it by identifier.
    """

    def __init__(self, url: str) -> None:
        protocol = f"viser-v{viser.__version__}"
        self._socket = connect(
            url.replace("http", "ws"), subprotocols=[protocol], compression=None, max_size=None
        )
        self.nodes: dict[str, dict[str, Any]] = {}
        self.controls: dict[str, dict[str, Any]] = {}
        self.modals: dict[str, str] = {}
        origin = (0.0, 0.0, 0.0)
        quaternion = (1.0, 0.0, 0.0, 0.0)
        camera = ViewerCameraMessage(
            quaternion, origin, 1.0, 0.01, 100.0, 600, 800, (0.0, 0.0, 1.0), (0.0, 0.0, 1.0)
        )
        self._send(camera)  # with it a browser is connected

    def wait(self, condition: Callable[[], Any], what: str) -> Any:
        """Take messages until the condition holds; its value."""
        deadline = monotonic() + TIMEOUT_SEC
        while not (value := condition()):
            assert monotonic() < deadline, f"timed out: {what}: {self.texts}"
            self.take()
        return value

    def take(self) -> None:
        """Take what the server has sent, or wait a little for it."""
        with suppress(TimeoutError):
            self._take(self._socket.recv(timeout=0.1))

    @property
    def texts(self) -> list[str]:
        """Every text that is shown."""
        return [str(each["_markdown"]) for each in self.controls.values() if "_markdown" in each]

    def wait_for_text(self, part: str) -> str:
        """Wait until a text has this part; the text."""
        return str(self.wait(lambda: next((text for text in self.texts if part in text), ""), part))

    def control(self, label: str) -> str:
        """Wait for a button, box or field with a label; its identifier."""

        def find() -> str | None:
            found = [i for i, each in self.controls.items() if each.get("label") == label]
            return found[-1] if found else None

        return str(self.wait(find, f"control {label}"))

    def set(self, label: str, value: Any) -> None:
        """Give a control a value; a button is pressed with True."""
        self._send(GuiUpdateMessage(self.control(label), {"value": value}))

    def click(self, node: str, instance: int) -> None:
        """Click on one of the shapes of a node."""
        ray = (0.0, 0.0, 0.0), (0.0, 0.0, 1.0)
        owner = self.nodes[node]["owner"]
        self._send(SceneNodeClickMessage(node, instance, *ray, (0.5, 0.5), None, owner))

    def close(self) -> None:
        """Leave."""
        self._socket.close()

    def _send(self, message: Any) -> None:
        self._socket.send(msgspec.msgpack.encode(message.as_serializable_dict()))

    def _take(self, frame: str | bytes) -> None:
        """Read a frame: two sizes, compressed messages, then arrays, each at a multiple of 8."""
        assert isinstance(frame, bytes)
        end = 16 + int.from_bytes(frame[8:16], "little")
        inner = msgspec.msgpack.decode(zstandard.ZstdDecompressor().decompress(frame[16:end]))
        arrays = []
        for length in inner["binaryBufferLengths"]:
            start = -(-end // 8) * 8
            end = start + length
            arrays.append(frame[start:end])
        for message in inner["messages"]:
            for values in (message.get("props"), message.get("updates")):
                for name, value in (values or {}).items():
                    if isinstance(value, dict) and "__binary_index" in value:
                        data = arrays[value["__binary_index"]]
                        values[name] = np.frombuffer(data, value["dtype"])
            self._note(message)

    def _note(self, message: dict[str, Any]) -> None:
        kind = message["type"]
        if kind == "GuiUpdateMessage":
            self.controls.setdefault(message["uuid"], {}).update(message["updates"])
        elif kind == "GuiRemoveMessage":
            self.controls.pop(message["uuid"], None)
        elif kind == "GuiModalMessage":
            self.modals[message["uuid"]] = message["title"]
        elif kind == "GuiCloseModalMessage":
            self.modals.pop(message["uuid"], None)
            inside = [i for i, e in self.controls.items() if e.get("container") == message["uuid"]]
            for identifier in inside:
                del self.controls[identifier]
        elif kind.startswith("Gui") and "props" in message:
            container = message["container_uuid"]
            self.controls[message["uuid"]] = {**message["props"], "container": container}
        elif kind == "SceneNodeUpdateMessage":
            self.nodes.setdefault(message["name"], {}).update(message["updates"])
        elif kind == "RemoveSceneNodeMessage":
            self.nodes.pop(message["name"], None)
        elif "name" in message and "props" in message:
            self.nodes[message["name"]] = {**message["props"], "owner": message["owner"]}


@pytest.fixture
def open_page() -> Iterator[Callable[[str], Page]]:
    """Open the page at an address; closed at the end of the test."""
    opened: list[Page] = []

    def open_one(url: str) -> Page:
        opened.append(Page(url))
        return opened[-1]

    yield open_one
    for page in opened:
        page.close()
