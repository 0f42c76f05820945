"""`grasp export`: makes the file of a detector from a run of training."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

#: Of the weights that we train.
LICENCE = "Apache-2.0"


def export_model(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="Folder of the run.")],
    out: Annotated[Path, typer.Option(metavar="FILE", help="The TorchScript file.")],
    variant: Annotated[
        str,
        typer.Option(help="gpr: stage1; sbg: foreground or object_balanced, with --part."),
    ] = "",
    part: Annotated[
        Path | None,
        typer.Option(metavar="RUN", help="Run of the other network that the variant needs."),
    ] = None,
    calibrate: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="DIR",
            help="Data set that tells how often a scorer's best grasps hold; may come again.",
        ),
    ] = None,
    licence: Annotated[str, typer.Option(help="Of the weights.")] = LICENCE,
) -> None:
    """Make a TorchScript file with metadata and, beside it, its SHA-256.

    Prints the line for config/models/models.yaml, by which it becomes a detector.
    """
    # Imported here: `grasp --help` need not wait for torch.
    from grasp_learning.checkpoint import Checkpoint
    from grasp_learning.export import checksum_path, export
    from grasp_learning.train import CHECKPOINT_NAME

    trained = Checkpoint.load(run / CHECKPOINT_NAME)
    other = None if part is None else Checkpoint.load(part / CHECKPOINT_NAME)
    metadata = export(trained, out, licence, variant, other, calibrate or ())
    sha256 = checksum_path(out).read_text(encoding="utf-8").split()[0]
    kind = f"{metadata.architecture} {metadata.variant}".strip()
    typer.echo(f"{out}: {kind}, {metadata.kind}, {out.stat().st_size / 1e6:.1f} MB")
    typer.echo(f'{out.stem}: {{file: {out.name}, sha256: "{sha256}"}}')
