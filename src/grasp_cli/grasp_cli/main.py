"""`grasp`: the one command for people. Each subcommand is a file; heavy libraries load in it."""

from __future__ import annotations

import os
import sys
from typing import Any

import typer
from rich.console import Console
from rich.text import Text
from typer.core import TyperGroup

from grasp_cli import (
    bench,
    calibrate,
    call,
    compare,
    data,
    demo,
    detect,
    doctor,
    eval_model,
    export_model,
    pick,
    replay,
    robot,
    train,
    up,
    view,
)
from grasp_core.errors import GraspError

#: Exit codes: 0 grasps (or what was asked for), 1 nothing found or something missing, 2 bad input.
BAD_INPUT = 2


class Commands(TyperGroup):
    """Tells every error that is ours in one line: it is about the input, not about the code."""

    def invoke(self, ctx: Any) -> Any:
        """Run the subcommand; bad input ends with exit code 2."""
        try:
            return super().invoke(ctx)
        except GraspError as error:
            line = Text.assemble(("Error: ", "bold red"), (str(error), "red"))
            Console(stderr=True, soft_wrap=True).print(line)
            raise typer.Exit(BAD_INPUT) from error


app = typer.Typer(
    cls=Commands,
    help="Grasps for a parallel gripper, from a point cloud.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for module in (detect, replay, compare, up, call, train, demo, doctor, robot, calibrate, view):
    name = module.__name__.rpartition(".")[2]
    app.command(name)(getattr(module, name))
for command in (pick.pick, pick.clear):
    app.command()(command)
app.command("export")(export_model.export_model)
app.command("eval")(eval_model.eval_model)
app.add_typer(bench.app, name="bench")
app.add_typer(data.app, name="data")


def main() -> None:
    """Entry point of the console script."""
    # Where the wheels put ROS; a ROS that is sourced has set it.
    os.environ.setdefault("AMENT_PREFIX_PATH", sys.prefix)
    app()


if __name__ == "__main__":
    main()
