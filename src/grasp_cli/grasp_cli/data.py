"""`grasp data`: make data sets for training, and look at them."""

from __future__ import annotations

from enum import Enum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from grasp_cli.data_check import check
from grasp_cli.data_export import export
from grasp_cli.data_inspect import inspect

app = typer.Typer(help="Make data sets for training, and look at them.", no_args_is_help=True)
for command in (inspect, export, check):
    app.command()(command)


class CameraName(str, Enum):
    """The papers' two cells."""

    D435 = "d435"
    PHOXI = "phoxi"


@app.command()
def generate(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder of the data set.")],
    settings: Annotated[
        list[str] | None,
        typer.Argument(metavar="[KEY=VALUE]...", help="Other settings, named as in manifest.json."),
    ] = None,
    scenes: Annotated[int, typer.Option(min=1, help="Scenes.")] = 200,
    seed: Annotated[int, typer.Option(min=0, help="One seed, one data set.")] = 0,
    trials: Annotated[int, typer.Option(min=0, help="Grasps executed in each view.")] = 32,
    gripper: Annotated[
        str, typer.Option(metavar="NAME|PATH", help="Name in config/grippers, or a file.")
    ] = "parallel_100mm",
    detector: Annotated[
        str, typer.Option(metavar="NAME|FILE.ts", help="Whose candidates are executed.")
    ] = "antipodal",
    meshes: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Draw objects from the mesh files here, in metres."),
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Processes on this machine.")] = 2,
    dask: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Run on the cluster of this scheduler.")
    ] = None,
) -> None:
    """Make a data set of simulated views, or what is missing of it.

    After Ctrl-C, a kill or a full disk the same command goes on where it was.
    """
    # Imported here: `grasp --help` need not wait for them.
    from grasp_cli.data_candidates import candidates, identity
    from grasp_cli.data_progress import run_with_progress, workers
    from grasp_cli.overrides import parse_overrides
    from grasp_core.params import build_params
    from grasp_learning.generate import LABEL_PREFIX, Job
    from grasp_learning.label_store import label_folder
    from grasp_learning.object_labels import LabelParams
    from grasp_learning.recipe import Recipe
    from grasp_perception.gripper_files import load_gripper

    values = {"scenes": scenes, "seed": seed, "trials": trials, **parse_overrides(settings or [])}
    if meshes is not None:
        values["catalogue"] = str(meshes.resolve())
    of_labels = {key for key in values if key.startswith(LABEL_PREFIX)}
    labels = {key.removeprefix(LABEL_PREFIX): values.pop(key) for key in of_labels}
    job = Job(
        recipe=build_params(Recipe, values),
        gripper=load_gripper(gripper),
        propose=partial(candidates, detector),
        detector=identity(detector),
        labels=build_params(LabelParams, labels),
        label_folder=label_folder(),
    )
    with workers(jobs, dask):
        run_with_progress(job, out)


@app.command()
def render(
    spec: Annotated[
        str | None,
        typer.Argument(metavar="[SPEC]", help="Scene as JSON, or a file of it; else drawn."),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of scene, camera and noise.")] = 0,
    camera: Annotated[CameraName, typer.Option(help="Which camera.")] = CameraName.D435,
    noise: Annotated[float, typer.Option(min=0.01, help="Factor of its depth errors.")] = 1.0,
    out: Annotated[Path, typer.Option(metavar="PNG", help="The picture.")] = Path("scene.png"),
) -> None:
    """Draw what a camera sees of a scene: depth, instances, noise-free and measured cloud."""
    # Imported here: `grasp --help` need not wait for them.
    from grasp_cli.scene_picture import check_ending, read_spec, simulated_capture, view_figure
    from grasp_learning.recipe import Recipe
    from grasp_learning.staged_scene import scene_at_rest
    from grasp_sim.cameras import D435_TABLE, PHOXI_BIN
    from grasp_sim.scenes import make_scene

    check_ending(out)
    setup = {CameraName.D435: D435_TABLE, CameraName.PHOXI: PHOXI_BIN}[camera]
    scene = scene_at_rest(Recipe(seed=seed), 0) if spec is None else make_scene(read_spec(spec))
    view_figure(simulated_capture(scene, setup, noise, seed), scene.spec).savefig(out)
    typer.echo(scene.spec.to_json())
    typer.echo(f"wrote {out}")
