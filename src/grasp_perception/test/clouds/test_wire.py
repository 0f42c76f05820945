"""Headers and rows of bytes, from whatever holds them."""

from __future__ import annotations

from array import array
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from grasp_perception.clouds.wire import read_bytes, read_header
from grasp_perception.errors import CloudMessageError

DATA = bytes(range(10))


@pytest.mark.parametrize(
    "data",
    [
        DATA,
        bytearray(DATA),
        memoryview(DATA),
        list(DATA),
        tuple(DATA),
        array("B", DATA),
        np.frombuffer(DATA, np.uint8),
    ],
)
def test_bytes_of_every_kind(data: Any) -> None:
    view = read_bytes(data, rows=2, row_bytes=3, step=7, name="step")
    assert view.dtype == np.uint8
    assert view.tolist() == list(DATA)


def test_bytes_are_not_copied() -> None:
    data = np.frombuffer(DATA, np.uint8)
    assert np.shares_memory(read_bytes(data, 1, 10, 10, "step"), data)


@pytest.mark.parametrize(
    ("data", "rows", "row_bytes", "step", "message"),
    [
        (DATA, 2, 4, 7, "data hold 10 bytes, 2 rows of 4 bytes with step 7 need 11"),
        (DATA, 2, 4, 3, "step 3 is shorter than one row of 4 bytes"),
        ("text", 1, 1, 1, "data are not bytes"),
        ([1, 2.5], 1, 1, 1, "data are not bytes"),
        ([-1], 1, 1, 1, "data are not bytes"),
        (array("f", [1, 2]), 1, 1, 1, "items of 4 bytes in 1 axes"),
        (np.zeros((3, 3), np.uint8), 1, 1, 1, "items of 1 bytes in 2 axes"),
    ],
)
def test_what_cannot_be_viewed(
    data: Any, rows: int, row_bytes: int, step: int, message: str
) -> None:
    with pytest.raises(CloudMessageError, match=message):
        read_bytes(data, rows, row_bytes, step, "step")


def test_header() -> None:
    stamp = SimpleNamespace(sec=2, nanosec=3)
    header = SimpleNamespace(frame_id="camera", stamp=stamp)
    assert read_header(SimpleNamespace(header=header)) == ("camera", 2_000_000_003)
    with pytest.raises(CloudMessageError, match="frame_id is empty"):
        read_header(SimpleNamespace(header=SimpleNamespace(frame_id="", stamp=stamp)))
