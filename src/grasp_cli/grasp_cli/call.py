"""`grasp call`: asks a running perception node for grasps."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from grasp_cli.errors import ProcessError

ANSWER_SEC = 30.0
NO_GRASPS = 1


def call(
    top: Annotated[int, typer.Option(min=1, help="At most so many grasps.")] = 20,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Save the grasps: .json or .npz.")
    ] = None,
    service: Annotated[str, typer.Option(help="Name of the service.")] = "/detect_grasps",
    wait: Annotated[
        float, typer.Option(min=0.0, metavar="SECONDS", help="Longest wait for node and cloud.")
    ] = 30.0,
) -> None:
    """Find grasps in the newest cloud of a perception node that runs, such as that of `grasp up`.

    Exit code: 0 with grasps, 1 without, 2 if no node with a cloud is there or it does not answer.
    """
    # Imported here: `grasp --help` need not wait for them.
    from grasp_cli.tables import grasp_table, stage_table
    from grasp_core.grasp_files import save_grasps
    from grasp_perception.client_node import DetectClient
    from grasp_perception.request import Request

    console = Console(markup=False, highlight=False, soft_wrap=True)
    with DetectClient(service) as client:
        if not client.ready(wait):
            raise ProcessError(
                f"no active perception node with a cloud and the service {service} within {wait} s"
            )
        reply = client.detect(Request(max_grasps=top), ANSWER_SEC)
    console.print(f"{service}: {reply.message}")
    if reply.grasps is None:
        raise typer.Exit(NO_GRASPS)
    console.print(grasp_table(reply.grasps, None), soft_wrap=False)
    console.print(stage_table(reply.stage_ms), soft_wrap=False)
    if out is not None:
        save_grasps(out, reply.grasps)
        console.print(f"wrote {out}")
