"""`grasp bench`: measures, writes `docs/results/NAME.json`, regenerates `docs/benchmarks.md`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from grasp_cli.benchmark_page import write_page
from grasp_cli.results import ResultsError, merged, results_of, write_results

#: Cores that the stack is promised on; a robot's computer has more to do.
CORES = 2

app = typer.Typer(help="Measure the stack; results go to docs/.", no_args_is_help=True)

DocsOption = Annotated[
    Path, typer.Option(help="The docs folder of the repository, for results/ and benchmarks.md.")
]


@app.command()
def latency(
    docs: DocsOption = Path("docs"),
    quick: Annotated[
        bool, typer.Option(help="Two repeats of less: shows that it runs, tells no times.")
    ] = False,
) -> None:
    """Measure the pipeline per stage, and its parts against known algorithms, on two cores."""
    _check_folder(docs)
    with _cores(CORES):
        # Imported here: these libraries count the cores when they are imported.
        from grasp_cli.bench_inputs import depth_frames
        from grasp_cli.bench_latency import FULL, QUICK, latency_rows

        frames = dict(list(depth_frames().items())[: 1 if quick else None])
        rows = []
        for row in latency_rows(QUICK if quick else FULL, frames):
            rows.append(row)
            typer.echo(f"{row.about}, {row.setting}: {row.metric} {row.value:.3g}")
        command = "grasp bench latency" + (" --quick" if quick else "")
        results = results_of(command, rows, docs.resolve().parent)
    write_results(docs / "results" / "latency.json", results)
    typer.echo(f"wrote {write_page(docs)}")


@app.command()
def physics(
    docs: DocsOption = Path("docs"),
    jobs: Annotated[int, typer.Option(help="Processes.", min=1)] = CORES,
    quick: Annotated[
        bool, typer.Option(help="A few grasps of three objects: shows that it runs.")
    ] = False,
) -> None:
    """Execute labelled grasps in simulation, and tell what predicts that they hold."""
    _check_folder(docs)
    from grasp_cli.bench_physics import FULL, GRIPPER, QUICK, physics_rows
    from grasp_perception.gripper_files import load_gripper

    rows = list(physics_rows(QUICK if quick else FULL, load_gripper(GRIPPER), jobs))
    command = "grasp bench physics" + (" --quick" if quick else "")
    results = results_of(command, rows, docs.resolve().parent)
    write_results(docs / "results" / "physics_labels.json", results)
    typer.echo(f"wrote {write_page(docs)}")


@app.command()
def clutter(
    docs: DocsOption = Path("docs"),
    rounds: Annotated[int, typer.Option(help="Scenes of each setting.", min=1)] = 40,
    settings: Annotated[str, typer.Option(help="Names, with commas; empty: all.")] = "",
    detectors: Annotated[
        str, typer.Option(help="Names or FILE.ts, with commas; empty: all installed.")
    ] = "",
    jobs: Annotated[int, typer.Option(help="Processes.", min=1)] = CORES,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Records, pictures of failures, report.")
    ] = Path("out/bench_clutter"),
) -> None:
    """Let detectors empty simulated scenes, grasp by grasp, in physics.

    After Ctrl-C or a kill the same command goes on where it was. Rounds that have a record in --out
    are not played again: after a change of the code, remove the folder. What the docs have of other
    detectors and settings stays.
    """
    _check_folder(docs)
    # Imported here: `grasp --help` need not wait for them.
    from grasp_cli.bench_clutter import job_of, measure
    from grasp_cli.data_progress import workers

    options = {"rounds": rounds, "settings": settings, "detectors": detectors}
    command = "grasp bench clutter" + "".join(f" --{k} {v}" for k, v in options.items() if v)
    with workers(jobs, dask=None):
        rows = measure(job_of(settings, detectors, rounds, out), command)
    path = docs / "results" / "clutter.json"
    write_results(path, merged(path, results_of(command, rows, docs.resolve().parent)))
    typer.echo(f"wrote {out / 'report.md'}")
    typer.echo(f"wrote {write_page(docs)}")


@app.command()
def plan(
    docs: DocsOption = Path("docs"),
    quick: Annotated[
        bool, typer.Option(help="A few grasps of each robot: shows that it runs.")
    ] = False,
) -> None:
    """Plan for grasps in a bin with both robots, stage by stage, beside plain OMPL."""
    _check_folder(docs)
    from grasp_cli.bench_plan import Amount, planning_rows
    from grasp_perception.share import share_path

    amount = Amount(grasps=4, decisions=2, ranked=5) if quick else Amount()
    rows = list(planning_rows(share_path("grasp_perception") / "config", amount))
    command = "grasp bench plan" + (" --quick" if quick else "")
    results = results_of(command, rows, docs.resolve().parent)
    write_results(docs / "results" / "planning.json", results)
    typer.echo(f"wrote {write_page(docs)}")


@app.command()
def page(docs: DocsOption = Path("docs")) -> None:
    """Regenerate benchmarks.md from the results that are there, and measure nothing."""
    _check_folder(docs)
    typer.echo(f"wrote {write_page(docs)}")


@contextmanager
def _cores(count: int) -> Iterator[None]:
    """Keep this process on the first `count` of its cores."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, sorted(before)[:count])
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _check_folder(docs: Path) -> None:
    """Refuse a folder that is not there: the command was called in another place.

    Raises
    ------
    ResultsError : there is no such folder.
    """
    if not docs.is_dir():
        raise ResultsError(
            f"no folder {str(docs)!r} here: call this in the repository's root, or give --docs"
        )
