"""Wall and CPU time of repeated work, and the rows that report them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np

from grasp_cli.results import Row
from grasp_perception.stopwatch import Stopwatch


class Times(NamedTuple):
    """Milliseconds of one run; CPU time is that of all threads."""

    wall_ms: float
    cpu_ms: float


class TwoClocks(Stopwatch):
    """A stopwatch that adds up the CPU time of each stage as well."""

    def __init__(self) -> None:
        super().__init__()
        self.stage_cpu_ms: dict[str, float] = {}

    @contextmanager
    def __call__(self, stage: str) -> Iterator[None]:
        """Time the body as part of `stage`, also when it raises."""
        start = time.process_time()
        try:
            with super().__call__(stage):
                yield
        finally:
            elapsed_ms = (time.process_time() - start) * 1000.0
            self.stage_cpu_ms[stage] = self.stage_cpu_ms.get(stage, 0.0) + elapsed_ms


def timed(work: Callable[[], Any]) -> Times:
    """Run `work` once."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return Times((time.perf_counter() - wall) * 1e3, (time.process_time() - cpu) * 1e3)


def row(subject: str, setting: str, metric: str, values: Sequence[float]) -> Row:
    """Median and 10th to 90th percentile of repeated measurements."""
    low, middle, high = np.percentile(values, [10, 50, 90])
    return Row(
        setting, metric, float(middle), float(low), float(high), len(values), subject=subject
    )


def compare(
    subject: str,
    setting: str,
    ours: Callable[[], Any],
    reference: Callable[[], Any],
    repeats: int,
) -> list[Row]:
    """Time ours and the reference in turn, after one run of each that is not counted."""
    ours()
    reference()
    turns = [(timed(ours), timed(reference)) for _ in range(repeats)]
    rows = []
    for clock in ("wall", "cpu"):
        mine = [getattr(a, f"{clock}_ms") for a, _ in turns]
        theirs = [getattr(b, f"{clock}_ms") for _, b in turns]
        ratios = [b / a for a, b in zip(mine, theirs, strict=True)]
        rows += [
            row(subject, setting, f"ours_{clock}_ms", mine),
            row(subject, setting, f"reference_{clock}_ms", theirs),
            row(subject, setting, f"times_faster_{clock}", ratios),
        ]
    return rows
