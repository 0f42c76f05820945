"""`grasp detect`: grasps in one cloud, on the screen, in a file and in a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from grasp_cli.errors import OptionError

#: Exit code where the input was fine and holds no grasp.
NO_GRASPS = 1


def detect(
    path: Annotated[
        Path,
        typer.Argument(
            metavar="FILE|BAG",
            help="A cloud (.pcd, .ply, .npz), a depth image (.png, 16 bits, millimetres) with its "
            "intrinsics in a YAML file beside it, or a rosbag2 (folder, .mcap, .db3).",
        ),
    ],
    gripper: Annotated[
        str | None, typer.Option(metavar="NAME|PATH", help="Name in config/grippers, or a file.")
    ] = None,
    top: Annotated[int, typer.Option(min=1, help="At most so many grasps.")] = 20,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the grasps: .json or .npz.")
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a picture: .png.")
    ] = None,
    params: Annotated[
        Path | None,
        typer.Option(metavar="YAML", help="ROS parameter file of the node `perception`."),
    ] = None,
    region: Annotated[
        str | None,
        typer.Option(metavar="CX,CY,CZ,SX,SY,SZ", help="Box to search: centre and edges, metres."),
    ] = None,
    mask: Annotated[
        Path | None,
        typer.Option(metavar="PNG", help="Image of the cloud's size, not 0 on the target."),
    ] = None,
    intrinsics: Annotated[
        str | None, typer.Option(metavar="FX,FY,CX,CY", help="Of a depth image, pixels.")
    ] = None,
    color: Annotated[
        Path | None, typer.Option(metavar="PNG", help="Colour image aligned to a depth image.")
    ] = None,
    topic: Annotated[str | None, typer.Option(help="Topic of the clouds in a bag.")] = None,
    index: Annotated[
        int | None, typer.Option(min=0, help="Which cloud of a bag; 0 is the first.")
    ] = None,
) -> None:
    """Find grasps in one cloud.

    Exit code: 0 with grasps, 1 where the cloud is fine and holds none, 2 for bad input.
    """
    # Imported here: `grasp --help` need not wait for them.
    from grasp_cli.inputs import Source, parse_region, read_mask, read_params
    from grasp_cli.tables import grasp_table, stage_table
    from grasp_core.grasp_files import save_grasps
    from grasp_perception.detectors import DETECTORS
    from grasp_perception.gripper_files import load_gripper
    from grasp_perception.picture.render import render, save_picture
    from grasp_perception.pipeline import Pipeline
    from grasp_perception.request import Request
    from grasp_perception.warm_up import warm_up

    _check_ending("--out", out, (".json", ".npz"))
    _check_ending("--picture", picture, (".png",))
    settings = read_params(params)
    shape = load_gripper(gripper or settings.gripper)
    request = Request(
        region=None if region is None else parse_region(region),
        target=None if mask is None else read_mask(mask),
        max_grasps=top,
    )
    cloud, transforms = Source(path, topic, index, intrinsics, color).read(settings.tf_timeout)
    detector = DETECTORS[settings.detector]()
    console = Console(markup=False, highlight=False)
    with console.status("loading and compiling"):
        warm_up(shape, detector)
    found = Pipeline(settings, shape, detector, transforms).run(cloud, request)

    up = None if found.support is None else found.support.normal
    if found.reason:
        console.print(f"No grasps: {found.reason}.")
    else:
        console.print(grasp_table(found.grasps, up))
    console.print(stage_table(found.stage_ms))
    if out is not None:
        save_grasps(out, found.grasps)
        console.print(f"wrote {out}", soft_wrap=True)
    if picture is not None:
        if found.grasps.frame_id != cloud.frame_id:
            T = transforms.lookup(found.grasps.frame_id, cloud.frame_id, cloud.stamp_ns)
            cloud = cloud.transformed(T, found.grasps.frame_id)
        title = f"{len(found.grasps)} grasps, {shape.name}, {path.name}"
        save_picture(picture, render(cloud, found.grasps, shape, title, up))
        console.print(f"wrote {picture}", soft_wrap=True)
    if found.reason:
        raise typer.Exit(NO_GRASPS)


def _check_ending(option: str, path: Path | None, endings: tuple[str, ...]) -> None:
    """Refuse a file that could not be written, before the work is done.

    Raises
    ------
    OptionError : another ending, or no such folder.
    """
    if path is None:
        return
    if path.suffix.lower() not in endings:
        raise OptionError(f"{option} {path}: ending {path.suffix!r}, expected one of {endings}")
    if not path.parent.is_dir():
        raise OptionError(f"{option} {path}: there is no folder {path.parent}")
