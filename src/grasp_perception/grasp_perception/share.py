"""Where the files lie that the workspace installs beside its code."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from grasp_perception.errors import PerceptionError


class InstallationError(PerceptionError):
    """A package of the workspace is not installed."""


def share_path(package: str) -> Path:
    """Folder ``share/<package>`` of an installed package.

    The prefixes of AMENT_PREFIX_PATH are searched first, as ROS does, then the prefix of this
    Python: there the workspace is installed where no ROS is sourced.

    Raises
    ------
    InstallationError : no prefix holds the package; the message lists the prefixes.
    """
    sourced = os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep)
    prefixes = [prefix for prefix in [*sourced, sys.prefix] if prefix]
    for prefix in prefixes:
        path = Path(prefix, "share", package)
        if path.is_dir():
            return path
    raise InstallationError(
        f"package {package} is not installed below any of {', '.join(prefixes)}"
    )
