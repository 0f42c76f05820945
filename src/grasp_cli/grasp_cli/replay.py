"""`grasp replay`: a bag in, a new bag with its grasps out."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console


def replay(
    bag: Annotated[
        Path, typer.Argument(metavar="BAG", help="A rosbag2: folder, .mcap or .db3 file.")
    ],
    out: Annotated[Path, typer.Option(metavar="OUTBAG", help="Folder of the new bag.")],
    gripper: Annotated[
        str | None, typer.Option(metavar="NAME|PATH", help="Name in config/grippers, or a file.")
    ] = None,
    params: Annotated[
        Path | None,
        typer.Option(metavar="YAML", help="ROS parameter file of the node `perception`."),
    ] = None,
    topic: Annotated[str | None, typer.Option(help="Topic of the clouds.")] = None,
    storage: Annotated[str, typer.Option(help="Of the new bag: mcap or sqlite3.")] = "mcap",
) -> None:
    """Find grasps in every cloud of a bag; write grasps, markers and searched points to a new bag.

    The same bag and parameters give the same grasps to the last bit.
    Exit code: 0 with grasps, 1 where no cloud gave any, 2 for bad input.
    """
    import dataclasses

    from grasp_cli.inputs import read_params
    from grasp_perception.bags.replay import replay as run

    settings = read_params(params)
    if gripper is not None:
        settings = dataclasses.replace(settings, gripper=gripper)
    console = Console(markup=False, highlight=False)
    clouds = grasps = 0
    for result in run(bag, out, settings, topic, storage):
        total_ms = sum(result.stage_ms.values())
        console.print(
            f"{result.time_ns / 1e9:.3f} s: {result.text}, {total_ms:.0f} ms", soft_wrap=True
        )
        clouds, grasps = clouds + 1, grasps + result.grasps
    console.print(f"{grasps} grasps in {clouds} clouds; wrote {out}", soft_wrap=True)
    if grasps == 0:
        raise typer.Exit(1)
