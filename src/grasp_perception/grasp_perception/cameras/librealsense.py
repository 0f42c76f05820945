"""librealsense, where it is installed, and its errors as ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from grasp_perception.errors import CameraError


def librealsense() -> Any:
    """Return the module pyrealsense2.

    Raises
    ------
    CameraError : it is not installed, or a library that it needs is not.
    """
    try:
        return import_module("pyrealsense2")
    except ImportError as error:
        raise CameraError(
            f"pyrealsense2 cannot be imported ({error}); install it with: pip install pyrealsense2"
        ) from error


@contextmanager
def camera_errors(what: str) -> Iterator[None]:
    """Turn librealsense's errors, all of them RuntimeError, into a CameraError about `what`."""
    try:
        yield
    except RuntimeError as error:
        raise CameraError(f"{what}: {error}") from error
