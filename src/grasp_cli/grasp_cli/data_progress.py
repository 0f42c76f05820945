"""Run the generation of a data set on this machine or a cluster, with a bar and an ETA."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

import joblib
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from grasp_cli.errors import OptionError
from grasp_learning.generate import Job, generate, label_objects, objects_to_label
from grasp_learning.shard_reader import ShardReader

#: Seconds to wait for the scheduler of a cluster.
CONNECT_SEC = 30.0
#: Seconds of which the mean speed gives the ETA; a shard takes up to a minute.
SPEED_SEC = 1800.0


@contextmanager
def workers(jobs: int, dask: str | None) -> Iterator[None]:
    """Have joblib run on processes of this machine, or on the cluster of a Dask scheduler.

    Raises
    ------
    OptionError : Dask is not installed, or no scheduler answers at this address.
    """
    if dask is None:
        with warnings.catch_warnings():
            # loky starts a process afresh when it has grown by 300 MB, which the cached objects and
            # labels do; no work is lost.
            warnings.filterwarnings("ignore", "A worker stopped while some jobs", UserWarning)
            with joblib.parallel_config("loky", n_jobs=jobs, inner_max_num_threads=1):
                yield
        return
    try:
        from distributed import Client
    except ImportError as error:
        raise OptionError("--dask needs the packages dask and distributed") from error
    try:
        client = Client(dask, timeout=CONNECT_SEC)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise OptionError(f"--dask {dask}: no scheduler ({error})") from error
    with client, joblib.parallel_config("dask"):
        yield


def run_with_progress(job: Job, folder: Path) -> None:
    """Label the objects and write the shards that are missing; tell how far it is.

    Raises
    ------
    LearningError : the folder holds another data set, or a file cannot be written.
    """
    writer = job.writer(folder)
    views = {shard: len(writer.manifest.numbers(shard)) for shard in writer.missing()}
    with _progress() as bar:
        names = objects_to_label(job, writer)
        for _ in bar.track(label_objects(job, names), len(names), description="objects"):
            pass
        start = monotonic()
        task = bar.add_task("views", total=sum(views.values()))
        for shard in generate(job, writer):
            bar.advance(task, views[shard])
            if not bar.console.is_terminal:  # a log gets lines instead of the bar
                bar.console.print(bar.get_renderable())
        seconds = monotonic() - start
        summary = _summary(folder, sum(views.values()) / job.recipe.views, seconds)
        bar.console.print(summary, soft_wrap=True, highlight=False)


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        TextColumn("ETA"), TimeRemainingColumn(elapsed_when_finished=True),
        speed_estimate_period=SPEED_SEC,
    )  # fmt: skip


def _summary(folder: Path, scenes: float, seconds: float) -> str:
    """Say what the data set has now, and how fast this run was."""
    reader = ShardReader(folder)
    size = sum(path.stat().st_size for path in folder.glob("shard_*.zip"))
    views = len(reader)
    return (
        f"{scenes:.0f} scenes in {seconds:.0f} s, {scenes / max(seconds, 1e-3):.2f} per second\n"
        f"{folder}: {views} views, {size / 1e6:.1f} MB, {size / max(views, 1) / 1e3:.0f} kB each\n"
        f"digest {reader.digest()}"
    )
