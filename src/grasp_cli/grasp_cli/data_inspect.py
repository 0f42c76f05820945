"""`grasp data inspect`: statistics of a data set, and the papers' figures of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import track

from grasp_cli.errors import OptionError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from grasp_cli.data_set import DataSet
    from grasp_learning.object_grasps import ObjectGrasps
    from grasp_learning.view_summary import ViewSummary


def inspect(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of the data set.")],
    out: Annotated[
        Path, typer.Option(metavar="FOLDER", help="Where pictures and numbers go.")
    ] = Path("out/data"),
    sample: Annotated[
        int | None, typer.Option(min=0, help="Number of the view that is drawn; else the first.")
    ] = None,
    gripper: Annotated[
        str | None,
        typer.Option(metavar="NAME|PATH", help="Gripper file, where it is not in config/grippers."),
    ] = None,
    docs: Annotated[
        Path | None,
        typer.Option(help="Also update results, pictures and tables in this docs folder."),
    ] = None,
) -> None:
    """Print and write the statistics of a data set, and draw the figures of the papers.

    GPR's Fig. 2 (objects, scene and grasps), 3 (classes of points) and 6a (widths), and Fig. 4 of
    Scale-Balanced Grasp (scales).
    """
    # Imported here: `grasp --help` need not wait for them.
    from grasp_cli.data_docs import update_docs
    from grasp_cli.data_set import DataSet
    from grasp_cli.data_statistics import object_rows, view_rows
    from grasp_cli.results import results_of, write_results
    from grasp_cli.tables import result_tables
    from grasp_learning.view_summary import summarise

    console = Console(markup=False, highlight=False, soft_wrap=True)
    data = DataSet.open(folder, gripper)
    if not data.reader.numbers:
        raise OptionError(f"{folder}: none of the {data.recipe.scenes} scenes came to rest")
    count = len(data.reader.numbers)
    bar = Console(stderr=True)
    summaries = [summarise(view) for view in track(data.views(), "views", total=count, console=bar)]
    labels = {
        name: data.labels(name) for name in track(data.object_names(), "objects", console=bar)
    }
    rows = [
        *view_rows(summaries, data.recipe.seed),
        *object_rows(list(labels.values()), data.recipe.catalogue),
    ]
    command = f"{data.made_by} && grasp data inspect DIR"
    results = results_of(command, rows, (docs or Path("docs")).resolve().parent)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OptionError(f"--out {out}: {error.strerror}") from error
    write_results(out / "data.json", results)
    for table in result_tables(rows):
        console.print(table)
    chosen = data.reader.numbers[0] if sample is None else sample
    for name, figure in figures(data, labels, summaries, chosen).items():
        figure.savefig(out / f"{name}.png")
        console.print(f"wrote {out / name}.png")
    if docs is not None:
        update_docs(docs, out, results)
        console.print(f"updated {docs}")


def figures(
    data: DataSet,
    labels: dict[str, ObjectGrasps],
    summaries: list[ViewSummary],
    sample: int,
) -> dict[str, Figure]:
    """Draw all figures, by the names of their files."""
    import numpy as np

    from grasp_cli.data_charts import scale_chart, width_chart
    from grasp_cli.data_classes import class_figure
    from grasp_cli.data_figures import data_figure, shown_objects
    from grasp_sim.objects.catalogue import load_object
    from grasp_sim.scenes import make_scene

    view = data.view(sample)
    objects = [(load_object(name), labels[name]) for name in shown_objects(list(labels))]
    widths = np.concatenate([summary.widths for summary in summaries])
    scales = np.concatenate([summary.scales for summary in summaries])
    return {
        "data_grasps": data_figure(
            objects, make_scene(view.spec), view, np.random.default_rng(sample)
        ),
        "data_classes": class_figure(view),
        "data_widths": width_chart(widths, data.gripper.max_width),
        "data_scales": scale_chart(scales, data.gripper.max_width),
    }
