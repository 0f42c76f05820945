"""`grasp data export`: a data set in the layout of GraspNet-1Billion."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import track

from grasp_cli.errors import OptionError

if TYPE_CHECKING:
    from grasp_cli.data_set import DataSet

#: The layout knows two cameras by name; readers take intrinsics from its files.
CAMERA = "realsense"


def export(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the data set.")],
    graspnet: Annotated[
        Path, typer.Option(metavar="OUT", help="Root of the GraspNet-1Billion layout to write.")
    ],
    gripper: Annotated[
        str | None,
        typer.Option(metavar="NAME|PATH", help="Gripper file, where it is not in config/grippers."),
    ] = None,
) -> None:
    """Write a data set as GraspNet-1Billion has it, for programs that read that.

    Images and poses of all views, models and grasps of the objects, and which grasps collide.
    """
    # Imported here: `grasp --help` need not wait for them.
    from grasp_cli.data_set import DataSet
    from grasp_learning.graspnet1b.reader import GraspNetReader

    data = DataSet.open(folder, gripper)
    if data.recipe.emptied:
        raise OptionError(
            f"{folder}: made with emptied=true, so that objects move and vanish between the views "
            "of a scene; in GraspNet-1Billion's layout they lie still"
        )
    bar = Console(stderr=True)
    done = export_scenes(data, graspnet)
    scenes = list(track(done, "scenes", total=len(data.scene_views()), console=bar))
    GraspNetReader(graspnet, CAMERA).check(scenes)
    typer.echo(f"wrote {len(scenes)} scenes to {graspnet}, camera {CAMERA!r}")


def export_scenes(data: DataSet, root: Path) -> Iterator[int]:
    """Write all objects, then the scenes, below `root`; yield each scene's number when done."""
    from grasp_learning.graspnet1b.scene_export import (
        ExportedObject,
        scene_collision,
        scene_frames,
    )
    from grasp_learning.graspnet1b.writer import GraspNetWriter
    from grasp_sim.objects.catalogue import load_object
    from grasp_sim.scenes import make_scene

    writer = GraspNetWriter(root, CAMERA)
    objects = {
        name: ExportedObject.thinned(object_id, data.labels(name), data.recipe.free_labels)
        for object_id, name in enumerate(data.object_names())
    }
    for name, each in objects.items():
        model = load_object(name)
        writer.write_object(each.object_id, model.vertices, model.triangles, each.grid())
    names = {each.object_id: name for name, each in objects.items()}
    for number, views in data.scene_views().items():
        scene = make_scene(data.spec(number))
        frames = scene_frames(scene, objects, data.recipe, number, views)
        writer.write_scene(number, frames, scene_collision(scene, objects, data.gripper), names)
        yield number
