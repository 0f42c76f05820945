"""`Transforms`: the port through which poses between frames arrive."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from grasp_core.checks import Float
from grasp_perception.errors import TransformError


class Transforms(Protocol):
    """Looks up poses between named frames."""

    def lookup(self, target: str, source: str, stamp_ns: int) -> Float:
        """Return `T_target_source` (4, 4) at a time in nanoseconds.

        Raises
        ------
        TransformError : a frame is unknown, the two are not connected, or not at that time.
        """
        ...


class NoTransforms:
    """Knows no frame: serves files, where the cloud's frame is the only one."""

    def lookup(self, target: str, source: str, stamp_ns: int) -> Float:  # noqa: ARG002
        """Return the identity for equal frames.

        Raises
        ------
        TransformError : the frames differ.
        """
        if target == source:
            return np.eye(4)
        raise TransformError(f"no transform from {source!r} to {target!r}: none were given")
