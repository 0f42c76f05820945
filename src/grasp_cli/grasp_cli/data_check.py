"""`grasp data check`: is a GraspNet-1Billion folder complete, and what is in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grasp_cli.errors import OptionError


def check(
    root: Annotated[
        Path,
        typer.Argument(metavar="ROOT", help="Folder with scenes/, grasp_label/, models/, ..."),
    ],
    camera: Annotated[str, typer.Option(help="kinect or realsense.")] = "realsense",
) -> None:
    """Check that no file of a GraspNet-1Billion folder is missing, and read one view of it.

    This is all that the data set as published needs; `grasp data export` writes the same layout.
    """
    # Imported here: `grasp --help` need not wait for it.
    from grasp_learning.graspnet1b.reader import GraspNetReader

    reader = GraspNetReader(root, camera)
    scenes = reader.scenes()
    if not scenes:
        raise OptionError(f"{root}: no folder scenes/scene_0000 or of another number")
    reader.check(scenes)
    views = sum(reader.frame_count(scene) for scene in scenes)
    objects = {object_id for scene in scenes for object_id in reader.object_ids(scene)}
    frame = reader.frame(scenes[0], 0)
    typer.echo(
        f"{root}: {len(scenes)} scenes, {views} views by {camera}, {len(objects)} objects; "
        f"no file is missing. The first view is {frame.camera.width} x {frame.camera.height} "
        f"pixels and has {len(frame.object_ids)} objects."
    )
