"""`grasp train`: trains a network on data sets, or goes on with a run that was stopped."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grasp_cli.errors import OptionError

if TYPE_CHECKING:
    from grasp_learning.start_weights import StartWeights


def train(
    architecture: Annotated[
        str,
        typer.Argument(
            help="gpr, sbg, instances (for sbg's object balanced sampling), or a scorer of "
            "candidates: pick_scorer, pointnet_gpd, gpd_images."
        ),
    ],
    data: Annotated[
        list[Path], typer.Option(metavar="DIR", help="Data set to train on; may come again.")
    ],
    val: Annotated[
        list[Path], typer.Option(metavar="DIR", help="Data set to validate on; may come again.")
    ],
    out: Annotated[Path, typer.Option(metavar="RUN", help="Folder of the run.")],
    settings: Annotated[
        list[str] | None,
        typer.Argument(metavar="[KEY=VALUE]...", help="Parameters of network and training."),
    ] = None,
    start: Annotated[
        str | None,
        typer.Option(
            metavar="NAME|FILE.ts|RUN",
            help="Begin with the weights of an installed detector, a file of one, or a run.",
        ),
    ] = None,
    preset: Annotated[
        str, typer.Option(help="Sizes: full (for a GPU), cpu (networks of points), tiny (tests).")
    ] = "full",
) -> None:
    """Train a network; called again with the same arguments, it goes on where it was stopped.

    On several GPUs or hosts: torchrun --no-python --nproc-per-node N grasp train ...
    """
    # Imported here: `grasp --help` need not wait for torch.
    from grasp_cli.overrides import parse_overrides
    from grasp_cli.results import describe_commit
    from grasp_learning.architectures import find_architecture
    from grasp_learning.train import CHECKPOINT_NAME, TrainingRun
    from grasp_learning.train import train as run_training

    kind = find_architecture(architecture)
    params, training = kind.configure(preset, parse_overrides(settings or []))
    commit = describe_commit(Path(__file__).resolve().parent)
    weights = None if start is None else start_weights(start)
    run = TrainingRun(kind, params, training, tuple(data), tuple(val), out, commit, weights)
    trained = run_training(run)
    minutes = trained.seconds / 60
    typer.echo(f"{out / CHECKPOINT_NAME}: {trained.step} steps in {minutes:.1f} minutes")


def start_weights(name: str) -> StartWeights:
    """Read the weights that a run begins with.

    Raises
    ------
    OptionError : there is no detector of that name, no file and no folder.
    ModelFileError : the file or its FILE.ts.sha256 is missing, or it is another one; or the list of
        installed detectors is damaged.
    CheckpointError : the file is damaged, or the run's checkpoint is missing or damaged.
    """
    from grasp_cli.named_detectors import FILE_ENDING, model_file
    from grasp_learning.start_weights import StartWeights
    from grasp_learning.train import CHECKPOINT_NAME
    from grasp_perception.model_files import installed_models

    installed = installed_models()
    if name in installed:
        return StartWeights.of_export(installed[name].path, installed[name].sha256)
    if name.endswith(FILE_ENDING):
        file = model_file(Path(name))
        return StartWeights.of_export(file.path, file.sha256)
    if not Path(name).is_dir():
        raise OptionError(f"no detector, file or run {name!r}; installed: {', '.join(installed)}")
    return StartWeights.of_run(Path(name) / CHECKPOINT_NAME)
