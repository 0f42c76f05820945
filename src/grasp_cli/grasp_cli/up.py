"""`grasp up`: the nodes of the launch file, as processes, until Ctrl-C."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from grasp_cli.errors import OptionError

if TYPE_CHECKING:
    from grasp_cli.ros_processes import RosProcesses

#: Longest time from the end of a process until it is noticed.
POLL_SEC = 0.5


def up(
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME:=VALUE", help="As bringup.launch.py takes them (docs/interfaces.md)."
        ),
    ] = None,
) -> None:
    """Run perception and what feeds it until Ctrl-C, such as `grasp up camera:=sim seed:=3`.

    `grasp call` in another terminal asks for grasps.
    Exit code: 0 after Ctrl-C, 2 for a wrong argument or if a process ends by itself.
    """
    # Imported here: `grasp --help` need not wait for them.
    from grasp_cli.ros_processes import RosProcesses, make_room_for_clouds
    from grasp_perception.bringup import node_specs, read_arguments

    specs = node_specs(read_arguments(split_arguments(arguments or [])))
    make_room_for_clouds()
    console = Console(markup=False, highlight=False, soft_wrap=True)
    names = ", ".join(spec.name for spec in specs)
    domain = os.environ.get("ROS_DOMAIN_ID", "0")
    console.print(f"Starting {names} in ROS domain {domain}; Ctrl-C ends them.")
    nodes = RosProcesses(specs)
    run_until_stopped(nodes)
    ended = ", ".join(f"{name} {code}" for name, code in nodes.exit_codes.items())
    console.print(f"Processes ended with exit codes: {ended}")


def split_arguments(arguments: Sequence[str]) -> dict[str, str]:
    """Split ``name:=value``, as `ros2 launch` does.

    Raises
    ------
    OptionError : an argument has another form, or a name occurs twice.
    """
    texts: dict[str, str] = {}
    for argument in arguments:
        name, separator, text = argument.partition(":=")
        if not (name and separator):
            raise OptionError(f"{argument!r} is not NAME:=VALUE, such as camera:=sim")
        if name in texts:
            raise OptionError(f"{name} is given twice: {texts[name]!r} and {text!r}")
        texts[name] = text
    return texts


def run_until_stopped(nodes: RosProcesses) -> None:
    """Run until Ctrl-C, a request to end, or the end of the terminal.

    Raises
    ------
    ProcessError : a process ended by itself; the others are ended too.
    """
    stop = stop_on_signals()  # first: no node is left behind
    with nodes:
        while not stop.wait(POLL_SEC):
            nodes.check()


def stop_on_signals() -> Event:
    """Set an event at Ctrl-C, a request to end, or the end of the terminal."""
    stop = Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    return stop
