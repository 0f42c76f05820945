"""`RosProcesses`: the nodes of a bringup as processes of this machine, ended cleanly."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import BinaryIO

from grasp_cli.errors import ProcessError
from grasp_perception.bringup import NodeSpec, Spec, processes
from grasp_perception.share import share_path

#: From SIGINT until a process is killed.
END_SEC = 10.0
#: Lines of a log that tell why a process ended.
LOG_LINES = 15


class RosProcesses:
    """Runs nodes in a `with` block.

    Parameters
    ----------
    log_folder : each node writes its output to ``<name>.log`` there; None: to this terminal.
    """

    def __init__(self, specs: Sequence[Spec], log_folder: Path | None = None) -> None:
        self._specs = list(specs)
        self._may_end = {spec.name for spec in specs if isinstance(spec, NodeSpec) and spec.ends}
        self._log_folder = log_folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def __enter__(self) -> RosProcesses:
        for spec, command in zip(self._specs, processes(self._specs), strict=True):
            with self._output(spec.name) as output:
                # A group of its own: Ctrl-C reaches them once, through __exit__.
                self._running[spec.name] = subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=None if output is None else subprocess.STDOUT,
                    start_new_session=True,
                )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for process in self._running.values():
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
        deadline = monotonic() + END_SEC
        for process in self._running.values():
            try:
                process.wait(max(0.0, deadline - monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    @property
    def exit_codes(self) -> dict[str, int | None]:
        """By name; None while it runs."""
        return {name: process.poll() for name, process in self._running.items()}

    def check(self) -> None:
        """Refuse to go on without a process that ended, unless its work is done.

        Raises
        ------
        ProcessError : a process ended; the message has the end of its log.
        """
        for name, code in self.exit_codes.items():
            if code is not None and not (code == 0 and name in self._may_end):
                raise ProcessError(f"{name} ended with exit code {code}{self._last_words(name)}")

    def _output(self, name: str) -> AbstractContextManager[BinaryIO | None]:
        if self._log_folder is None:
            return nullcontext()
        return (self._log_folder / f"{name}.log").open("wb")

    def _last_words(self, name: str) -> str:
        if self._log_folder is None:
            return ""
        lines = (self._log_folder / f"{name}.log").read_text(errors="replace").splitlines()
        return ":\n" + "\n".join(lines[-LOG_LINES:])


def make_room_for_clouds() -> None:
    """Give Fast DDS room for whole clouds in shared memory, unless the environment sets it up."""
    profiles = share_path("grasp_perception") / "config" / "fastdds_large_clouds.xml"
    os.environ.setdefault("FASTRTPS_DEFAULT_PROFILES_FILE", str(profiles))


def isolate_ros() -> int:
    """Keep the ROS of this process and its children on this machine, in a domain of its own.

    Returns
    -------
    The ROS domain: that of the environment where it is set, else one made of the process's number.
    """
    # Domains above 101 meet the ports that Linux gives to outgoing connections.
    os.environ.setdefault("ROS_DOMAIN_ID", str(1 + os.getpid() % 101))
    os.environ["ROS_AUTOMATIC_DISCOVERY_RANGE"] = "LOCALHOST"
    make_room_for_clouds()
    return int(os.environ["ROS_DOMAIN_ID"])
