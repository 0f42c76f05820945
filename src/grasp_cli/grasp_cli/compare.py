"""`grasp compare`: detectors on the same recording."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from grasp_cli.errors import OptionError

if TYPE_CHECKING:
    from grasp_core.gripper import Gripper
    from grasp_perception.bags.compare import Comparison

#: Exit code where no detector found a grasp in any cloud.
NO_GRASPS = 1
#: Grasps in a picture.
DRAWN = 20


def compare(
    bag: Annotated[
        Path, typer.Argument(metavar="BAG", help="A rosbag2: folder, .mcap or .db3 file.")
    ],
    detectors: Annotated[
        str, typer.Option(metavar="A,B,...", help="Names of detectors, or files of networks (.ts).")
    ],
    gripper: Annotated[
        str | None, typer.Option(metavar="NAME|PATH", help="Name in config/grippers, or a file.")
    ] = None,
    params: Annotated[
        Path | None,
        typer.Option(metavar="YAML", help="ROS parameter file of the node `perception`."),
    ] = None,
    topic: Annotated[str | None, typer.Option(help="Topic of the clouds.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write every cloud's figures: .json.")
    ] = None,
    pictures: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Draw each cloud, one row per detector.")
    ] = None,
) -> None:
    """Find grasps in every cloud of a bag with several detectors, and tell how they differ.

    Exit code: 0 with grasps, 1 where no cloud gave any, 2 for bad input.
    """
    # Imported here: `grasp --help` need not wait for them.
    import dataclasses

    from grasp_cli.compare_report import comparison_tables, write_comparison
    from grasp_cli.inputs import read_params
    from grasp_cli.named_detectors import named_detector, title
    from grasp_perception.bags.compare import compare as run
    from grasp_perception.gripper_files import load_gripper

    names = detectors.split(",")
    if len(names) < 2 or len({title(name) for name in names}) < len(names):
        raise OptionError(f"--detectors {detectors}: expected two or more different names")
    if out is not None and out.suffix != ".json":
        raise OptionError(f"--out {out}: ending {out.suffix!r}, expected .json")
    settings = read_params(params)
    if gripper is not None:
        settings = dataclasses.replace(settings, gripper=gripper)
    console = Console(markup=False, highlight=False)
    with console.status("loading and compiling"):
        named = {title(name): named_detector(name) for name in names}
    compared: list[Comparison] = []
    for comparison in run(bag, named, settings, topic):
        said = ", ".join(
            f"{name} {len(each.grasps) or each.reason}"
            for name, each in comparison.findings.items()
        )
        console.print(f"{comparison.time_ns / 1e9:.3f} s: {said}", soft_wrap=True)
        if pictures is not None:
            draw(pictures / f"{len(compared):04d}.png", comparison, load_gripper(settings.gripper))
        compared.append(dataclasses.replace(comparison, cloud=None))  # a bag may have thousands
    for table in comparison_tables(compared):
        console.print(table)
    if out is not None:
        write_comparison(out, bag, settings, compared)
        console.print(f"wrote {out}", soft_wrap=True)
    if not any(len(each.grasps) for one in compared for each in one.findings.values()):
        raise typer.Exit(NO_GRASPS)


def draw(path: Path, comparison: Comparison, gripper: Gripper) -> None:
    """Draw what each detector found in one cloud, one below the other.

    Raises
    ------
    PictureError : the file cannot be written.
    """
    import numpy as np

    from grasp_perception.picture.render import render, save_picture

    cloud = comparison.cloud
    if cloud is None:
        return
    rows = []
    for name, found in comparison.findings.items():
        grasps = found.grasps[:DRAWN]
        rows.append(render(cloud, grasps, gripper, f"{name}: best {len(grasps)}"))
    path.parent.mkdir(parents=True, exist_ok=True)
    save_picture(path, np.concatenate(rows))
