"""What picking looks like on a terminal: a line while it runs, and tables of what was done."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from grasp_cli.errors import ProcessError
from grasp_executor.clear_bin import ClearResult
from grasp_executor.client_node import PickClient, Watcher
from grasp_executor.pick_result import Attempt, PickCode, PickStage
from grasp_perception.client_node import DetectClient

#: Seconds between two looks whether waiting is in vain.
POLL_SEC = 2.0
#: Where the simulated cell says that an object is which no arm has brought to its tray.
NOT_PLACED = ("bin", "outside")


@dataclass(frozen=True)
class Contents:
    """Where the objects of the simulated cell truly are: names, and the place of each."""

    objects: tuple[str, ...]
    places: tuple[str, ...]

    @classmethod
    def read(cls, text: str) -> Contents:
        """Read the answer of the service contents."""
        names, places = zip(*json.loads(text), strict=True)
        return cls(names, places)

    @property
    def placed(self) -> int:
        """Objects in trays."""
        return sum(place not in NOT_PLACED for place in self.places)


def interrupt_on_signals() -> None:
    """Let a request to end, or the end of the terminal, do what Ctrl-C does: cancel the goal.

    A robot would go on without the one who told it to; a shell's background job ignores Ctrl-C.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)


def wait_for_nodes(
    client: PickClient, namespace: str, seconds: float, check: Callable[[], None] = lambda: None
) -> None:
    """Wait until the executor is active and perception has a cloud.

    Parameters
    ----------
    check : raises where waiting is in vain; called every `POLL_SEC`.

    Raises
    ------
    ProcessError : they are not ready in time.
    """
    end = monotonic() + seconds
    prefix = f"/{namespace.strip('/')}" if namespace else ""
    with DetectClient(f"{prefix}/detect_grasps") as perception:
        for node, name in ((client, "executor"), (perception, "perception node with a cloud")):
            while not node.ready(min(POLL_SEC, seconds)):
                check()
                if monotonic() >= end:
                    raise ProcessError(f"no active {name} within {seconds} s")


@contextmanager
def progress_line(console: Console) -> Iterator[Watcher]:
    """Keep one line up to date, and leave one for each pick that ended.

    Where nobody can see a line change, in a file, each stage has its own.
    """
    start = monotonic()
    with console.status("") as status:
        done = (0, 0)

        def watch(attempts: int, picked: int, stage: str) -> None:
            nonlocal done
            seconds = f"{monotonic() - start:4.0f} s"
            if (attempts, picked) != done:
                ending = "picked" if picked > done[1] else "failed"
                console.print(f"{seconds}  attempt {attempts}: {ending}, {picked} so far")
                done = attempts, picked
            now = f"{seconds}  attempt {attempts + 1}, {picked} picked: {stage}"
            status.update(now)
            if not console.is_terminal:
                console.print(now)

        yield watch


def pick_table(attempts: Sequence[Attempt]) -> Table:
    """One line per attempt."""
    table = Table(title=f"{len(attempts)} attempts", title_justify="left", box=SIMPLE_HEAD)
    for heading in ("", "arm", "result", "last stage", "s", "score", "width mm", "reason"):
        table.add_column(heading, justify="right" if heading in ("", "s") else "left")
    for i, attempt in enumerate(attempts):
        grasp = attempt.grasp
        table.add_row(
            str(i + 1),
            attempt.arm,
            attempt.code.name.lower().replace("_", " "),
            attempt.stage.value,
            f"{sum(attempt.stage_ms.values()) / 1000:.1f}",
            "" if grasp is None else f"{grasp.scores[0]:.2f}",
            "" if grasp is None else f"{1000 * grasp.widths[0]:.0f}",
            attempt.message,
        )
    return table


def time_table(attempts: Sequence[Attempt]) -> Table:
    """Seconds of each stage over the attempts that entered it."""
    table = Table(title="Seconds of a stage", title_justify="left", box=SIMPLE_HEAD)
    for heading in ("stage", "median", "longest"):
        table.add_column(heading, justify="left" if heading == "stage" else "right")
    for stage in PickStage:
        seconds = [a.stage_ms[stage.value] / 1000 for a in attempts if stage.value in a.stage_ms]
        if seconds:
            table.add_row(stage.value, f"{np.median(seconds):.1f}", f"{max(seconds):.1f}")
    return table


def summary(result: ClearResult, after: Contents, seconds: float) -> str:
    """Success rate by the executor's own account, completion rate by the simulation's."""
    attempts = len(result.records)
    held = sum(attempt.code is PickCode.SUCCESS for attempt in result.records)
    total = len(after.objects)
    return (
        f"{attempts} attempts, {held} succeeded ({held / max(attempts, 1):.0%}); "
        f"{after.placed} of {total} objects in the trays ({after.placed / total:.0%}), "
        f"{seconds:.0f} s; {result.code.name}: {result.message}"
    )
