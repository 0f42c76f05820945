"""`BagWriter`: messages into a new rosbag2, written without ROS and the same to the last bit."""

from __future__ import annotations

from array import array
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import numpy as np
from rosbags.interfaces import Connection, Nodetype
from rosbags.rosbag2 import StoragePlugin, Writer, WriterError
from rosbags.typesys import Stores, get_types_from_msg, get_typestore

from grasp_perception.errors import BagError

#: Storage by the name that `ros2 bag` calls it.
STORAGES = {"mcap": StoragePlugin.MCAP, "sqlite3": StoragePlugin.SQLITE3}
_VERSION: Final = 8  # of metadata.yaml: every rosbag2 from Iron on reads it


class BagWriter:
    """Writes messages of ROS 2's own types, and of ours, with their definitions.

    Used by `with`; if an error ends the block, what was written is left without metadata.yaml.

    Parameters
    ----------
    path : folder to make.
    message_folder : share/grasp_msgs/msg, where the definitions of our messages lie.
    storage : "mcap" or "sqlite3".

    Raises
    ------
    BagError : the folder exists or cannot be made, or the storage or the definitions are unknown.
    """

    def __init__(self, path: Path | str, message_folder: Path, storage: str = "mcap") -> None:
        if storage not in STORAGES:
            raise BagError(f"storage {storage!r}, expected one of {list(STORAGES)}")
        definitions = sorted(message_folder.glob("*.msg"))
        if not definitions:
            raise BagError(f"{message_folder}: no message definitions (*.msg)")
        self._types = get_typestore(Stores.ROS2_JAZZY)
        package = message_folder.parent.name
        types = {}
        for file in definitions:
            name = f"{package}/msg/{file.stem}"
            types.update(get_types_from_msg(file.read_text(encoding="utf-8"), name))
        self._types.register(types)
        self._connections: dict[str, Connection] = {}
        try:
            self._writer = Writer(path, version=_VERSION, storage_plugin=STORAGES[storage])
        except WriterError as error:
            raise BagError(str(error)) from error

    def __enter__(self) -> BagWriter:
        try:
            self._writer.open()
        except (WriterError, OSError) as error:
            raise BagError(f"{self._writer.path}: cannot be written ({error})") from error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._writer.__exit__(kind, error, trace)

    def write(self, topic: str, type_name: str, message: Any, time_ns: int) -> None:
        """Append a message.

        Parameters
        ----------
        type_name : for instance "grasp_msgs/msg/GraspArray".
        message : anything with the attributes of that type, for instance a message of rclpy.
        time_ns : when it was received, nanoseconds.

        Raises
        ------
        BagError : the type is unknown.
        """
        self._check(type_name)
        data = self._types.serialize_cdr(self._convert(message, type_name), type_name)
        self._writer.write(self._connection(topic, type_name), time_ns, data)

    def write_raw(self, topic: str, type_name: str, data: bytes, time_ns: int) -> None:
        """Append a message as it came: its bytes in CDR; otherwise as `write`."""
        self._check(type_name)
        self._writer.write(self._connection(topic, type_name), time_ns, data)

    def _check(self, type_name: str) -> None:
        if type_name not in self._types.fielddefs:
            raise BagError(f"type {type_name!r} is neither ROS 2's own nor in the message folder")

    def _connection(self, topic: str, type_name: str) -> Connection:
        if topic not in self._connections:
            self._connections[topic] = self._writer.add_connection(
                topic, type_name, typestore=self._types
            )
        return self._connections[topic]

    def _convert(self, message: Any, type_name: str) -> Any:
        """Copy a message to the type of `rosbags`, which serializes with every gap zero."""
        _, fields = self._types.fielddefs[type_name]
        values = {name: self._value(getattr(message, name), kind) for name, kind in fields}
        return self._types.types[type_name](**values)

    def _value(self, value: Any, kind: Any) -> Any:
        node, detail = kind
        if node == Nodetype.BASE:
            return value
        if node == Nodetype.NAME:
            return self._convert(value, detail)
        element, name = detail[0]  # of an array or a sequence
        if element == Nodetype.NAME:
            return [self._convert(each, name) for each in value]
        if name[0] == "string":
            return list(value)
        dtype = np.dtype(name[0])
        if isinstance(value, bytes | bytearray | array):
            return np.frombuffer(value, dtype)
        return np.asarray(value, dtype)
