"""`grasp eval`: judges the grasps of detectors on the true shapes of many views."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from grasp_cli.errors import OptionError

if TYPE_CHECKING:
    from grasp_cli.eval_sources import Source
    from grasp_cli.eval_views import Options
    from grasp_cli.results import Row


def eval_model(
    detectors: Annotated[
        list[str],
        typer.Argument(help="Names of detectors, files of networks (FILE.ts), or labels."),
    ],
    data: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Generated data set of held-out scenes.")
    ] = None,
    graspnet: Annotated[
        Path | None, typer.Option(metavar="ROOT", help="Folder of GraspNet-1Billion instead.")
    ] = None,
    camera: Annotated[str, typer.Option(help="Of GraspNet-1Billion.")] = "realsense",
    every: Annotated[int, typer.Option(min=1, help="Take every so manieth view.")] = 1,
    collision_detection: Annotated[
        bool, typer.Option("--collision-detection", help="Drop grasps that meet the cloud first.")
    ] = False,
    released_script: Annotated[
        bool,
        typer.Option("--released-script", help="Judge as graspnetAPI and evaluate_scale do."),
    ] = False,
    trials: Annotated[
        bool,
        typer.Option("--trials", help="Also compare the judge with the executed grasps of --data."),
    ] = False,
    jobs: Annotated[int, typer.Option(help="Processes.", min=1)] = 2,
    out: Annotated[Path, typer.Option(metavar="FOLDER", help="Where numbers and chart go.")] = Path(
        "out/eval"
    ),
    docs: Annotated[
        Path | None, typer.Option(help="Also update results, chart and tables in this docs folder.")
    ] = None,
) -> None:
    """Average precision (GraspNet-1Billion), by scale too, and the exactness of poses and widths.

    AP, AP_S, AP_M, AP_L and Fig. 6 of Scale-Balanced Grasp; Tables I and II of GPR where there are
    labels. docs/evaluation.md explains the figures.
    """
    # Imported here: `grasp --help` need not wait for them.
    from rich.console import Console

    from grasp_cli.benchmark_page import write_page
    from grasp_cli.data_progress import workers
    from grasp_cli.eval_detectors import check_name
    from grasp_cli.eval_docs import write_tables
    from grasp_cli.eval_views import Options
    from grasp_cli.tables import result_tables

    for name in detectors:
        check_name(name)
    source = _source(data, graspnet, camera)
    options = Options(collision_detection, released_script)
    with workers(jobs, dask=None):
        tables = _measure(detectors, source, source.numbers[::every], options, trials)
    console = Console(markup=False, highlight=False, soft_wrap=True)
    for table in result_tables([row for rows in tables.values() for row in rows]):
        console.print(table)
    flags = {
        f"--every {every}": every > 1,
        "--collision-detection": collision_detection,
        "--released-script": released_script,
        "--trials": trials,
    }
    command = " ".join([source.command, *detectors, *(flag for flag, on in flags.items() if on)])
    write_tables(tables, command, out, out)
    if docs is not None:
        write_tables(tables, command, docs / "results", docs / "images")
        console.print(f"wrote {write_page(docs)}")


def _source(data: Path | None, graspnet: Path | None, camera: str) -> Source:
    """Open the one folder that is given.

    Raises
    ------
    OptionError : none or both are given, or there are no views in it.
    """
    from grasp_cli.eval_sources import GraspNetViews, SimulatedViews

    if (data is None) == (graspnet is None):
        raise OptionError("give either --data DIR or --graspnet ROOT")
    source: Source
    if data is not None:
        source = SimulatedViews(data)
    elif graspnet is not None:
        source = GraspNetViews(graspnet, camera)
    if not source.numbers:
        raise OptionError(f"{data or graspnet}: no views")
    return source


def _measure(
    detectors: list[str], source: Source, numbers: list[int], options: Options, trials: bool
) -> dict[str, list[Row]]:
    """Evaluate each detector in all views; rows by the name of their results file.

    Raises
    ------
    OptionError : `trials`, and these views have none.
    """
    import numpy as np
    from rich.console import Console
    from rich.progress import track

    from grasp_cli.eval_rows import ablation_rows, gpr_rows, judge_rows
    from grasp_cli.eval_sources import SimulatedViews
    from grasp_cli.eval_views import check_judge, evaluate
    from grasp_cli.named_detectors import title

    bar = Console(stderr=True)
    tables: dict[str, list[Row]] = {"ablation": [], "gpr_tables": [], "judge": []}
    if trials:
        if not isinstance(source, SimulatedViews):
            raise OptionError("--trials needs a generated data set (--data)")
        done = check_judge(source, numbers, options)
        checks = list(track(done, "trials", total=len(numbers), console=bar))
        scenes = np.array([source.scene_number(number) for number in numbers])
        tables["judge"] = judge_rows(checks, scenes, source.setting, options)
    for name in detectors:
        views = evaluate(name, source, numbers, options)
        results = list(track(views, title(name), total=len(numbers), console=bar))
        tables["ablation"] += ablation_rows(title(name), results, options)
        tables["gpr_tables"] += gpr_rows(title(name), results)
    return {name: rows for name, rows in tables.items() if rows}
