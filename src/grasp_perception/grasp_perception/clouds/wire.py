"""What clouds and images have in common on the wire: a header, and rows of bytes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from grasp_perception.errors import CloudMessageError


def read_header(message: Any) -> tuple[str, int]:
    """Frame and stamp in nanoseconds of a message with a std_msgs/Header.

    Raises
    ------
    CloudMessageError : the frame is unnamed.
    """
    if not message.header.frame_id:
        raise CloudMessageError("header.frame_id is empty: the frame of the data is unknown")
    return str(message.header.frame_id), read_stamp(message.header)


def read_stamp(header: Any) -> int:
    """Nanoseconds of the stamp of a std_msgs/Header."""
    return read_time(header.stamp)


def read_time(time: Any) -> int:
    """Nanoseconds of a builtin_interfaces/Time."""
    return int(time.sec) * 1_000_000_000 + int(time.nanosec)


def read_bytes(data: Any, rows: int, row_bytes: int, step: int, name: str) -> NDArray[np.uint8]:
    """View the data of a message as bytes and check that `rows` rows lie within.

    Parameters
    ----------
    data : bytes, bytearray, array of bytes, (n,) uint8, or a list of integers (which is copied).
    rows, row_bytes : number of rows, and bytes that are used of each.
    step : bytes from one row to the next; the last row may end early.
    name : what the message calls `step`.

    Raises
    ------
    CloudMessageError : these are not bytes, rows overlap or the data are too short.
    """
    if step < row_bytes:
        raise CloudMessageError(f"{name} {step} is shorter than one row of {row_bytes} bytes")
    try:
        view = memoryview(bytes(data) if isinstance(data, list | tuple) else data)
    except (TypeError, ValueError) as error:
        raise CloudMessageError(f"data are not bytes ({error})") from error
    if view.itemsize != 1 or view.ndim != 1 or not view.c_contiguous:
        raise CloudMessageError(
            f"data are items of {view.itemsize} bytes in {view.ndim} axes, expected a row of bytes"
        )
    needed = (rows - 1) * step + row_bytes
    if view.nbytes < needed:
        raise CloudMessageError(
            f"data hold {view.nbytes} bytes, {rows} rows of {row_bytes} bytes "
            f"with {name} {step} need {needed}"
        )
    return np.frombuffer(view, np.uint8)
