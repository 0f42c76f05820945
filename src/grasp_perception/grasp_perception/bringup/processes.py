"""The nodes of a bringup as commands of this machine."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Sequence

from grasp_perception.bringup.specs import IncludeSpec, NodeSpec, Spec
from grasp_perception.errors import PerceptionError
from grasp_perception.share import InstallationError

#: Packages of the workspace: their nodes are modules of this Python.
OURS = ("grasp_perception", "grasp_sim", "grasp_executor")
#: What to do without a package.
INSTEAD = {"realsense2_camera": "; camera_driver:=own does without it"}


class LaunchOnlyError(PerceptionError):
    """Something can be started by `ros2 launch` only."""


def processes(specs: Sequence[Spec]) -> list[list[str]]:
    """Command of each node; our own need nothing sourced.

    Raises
    ------
    LaunchOnlyError : a launch file of others is among them, or a node that waits to be managed.
    InstallationError : a program of another package is not installed.
    """
    return [_command(spec) for spec in specs]


def _command(spec: Spec) -> list[str]:
    if isinstance(spec, IncludeSpec) or spec.managed:
        what = "a launch file" if isinstance(spec, IncludeSpec) else "a node that waits for launch"
        raise LaunchOnlyError(
            f"{spec.name} is {what}: use `ros2 launch`, or camera_driver:=none and "
            "robot_driver:=none beside drivers that run already"
        )
    if spec.package in OURS:
        command = [sys.executable, "-m", f"{spec.package}.{spec.executable}"]
    else:
        command = [_program(spec)]
    remappings = list(spec.remappings)
    if spec.namespace:
        remappings.insert(0, ("__ns", f"/{spec.namespace.strip('/')}"))
    if not spec.several:
        remappings.insert(0, ("__node", spec.name))
    ros_arguments = [part for old, new in remappings for part in ("-r", f"{old}:={new}")]
    if spec.params_file:
        ros_arguments += ["--params-file", spec.params_file]
    for name, value in spec.parameters.items():
        ros_arguments += ["-p", f"{name}:={json.dumps(value)}"]  # JSON is YAML, quotes and all
    return [*command, *spec.arguments, "--ros-args", *ros_arguments]


def _program(spec: NodeSpec) -> str:
    """Path of a program where ROS installs it, else as a shell finds it."""
    prefixes = os.environ.get("AMENT_PREFIX_PATH", "").split(os.pathsep)
    installed = [os.path.join(prefix, "lib", spec.package) for prefix in prefixes if prefix]
    path = shutil.which(spec.executable, path=os.pathsep.join(installed)) if installed else None
    path = path or shutil.which(spec.executable)
    if path is None:
        raise InstallationError(
            f"{spec.executable} of the ROS package {spec.package} is not installed, or not sourced"
            + INSTEAD.get(spec.package, "")
        )
    return path
