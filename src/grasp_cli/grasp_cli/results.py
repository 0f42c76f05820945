"""Measured results: `docs/results/NAME.json`, written by the command that measured them."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from grasp_cli.errors import CommandError

#: Packages whose versions decide how fast and how good a result is.
NAMED_PACKAGES = ("numpy", "numba", "open3d")
#: Between the commands that measured the rows of one file.
SEPARATOR = " ; "
#: A query of git that takes longer is given up.
GIT_TIMEOUT_SEC = 10.0


class ResultsError(CommandError):
    """A results file is missing, damaged, or does not follow the schema."""


@dataclass(frozen=True)
class Row:
    """One figure. Rates are in 0..1, times in milliseconds with CPU or wall in the metric's name.

    Attributes
    ----------
    detector, subject : what was measured; exactly one of the two is given.
    setting : under what circumstances.
    metric : what the value is.
    value : the figure.
    low, high : a range around it; what kind of range is told by the page's introduction.
    n : measurements behind the value, at least 1.
    seeds : of the random numbers behind them.
    """

    setting: str
    metric: str
    value: float
    low: float
    high: float
    n: int
    seeds: tuple[int, ...] = (0,)
    detector: str = ""
    subject: str = ""

    def __post_init__(self) -> None:
        if bool(self.detector) == bool(self.subject):
            raise ResultsError(
                f"row {self.metric!r}: detector {self.detector!r} and subject {self.subject!r}, "
                "expected exactly one of them"
            )
        if not self.setting or not self.metric:
            raise ResultsError(f"row of {self.about!r} lacks its setting or metric")
        numbers = (self.low, self.value, self.high)
        if not all(map(math.isfinite, numbers)) or sorted(numbers) != list(numbers):
            raise ResultsError(f"row {self.metric!r}: expected low <= value <= high, got {numbers}")
        if self.n < 1:
            raise ResultsError(f"row {self.metric!r}: n {self.n} must be at least 1")

    @property
    def about(self) -> str:
        """The detector or the subject."""
        return self.detector or self.subject


@dataclass(frozen=True)
class Results:
    """What one command measured.

    Attributes
    ----------
    command : the command line that measures it again.
    commit : of the repository; with `-dirty` where files differ from it, empty where there is none.
    date : UTC, ISO 8601.
    machine : processor, cores used, software.
    """

    command: str
    commit: str
    date: str
    machine: str
    rows: tuple[Row, ...]


def results_of(command: str, rows: Sequence[Row], repository: Path) -> Results:
    """Add commit, date and machine to what `command` measured just now."""
    date = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return Results(command, describe_commit(repository), date, describe_machine(), tuple(rows))


def write_results(path: Path, results: Results) -> None:
    """Write a results file; the folder is made where it is missing."""
    data = dataclasses.asdict(results)
    for row in data["rows"]:
        del row["subject" if row["detector"] else "detector"]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")


def read_results(path: Path) -> Results:
    """Read a results file.

    Raises
    ------
    ResultsError : the file cannot be read, is not JSON, or has a missing, unknown or wrong value.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ResultsError(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise ResultsError(f"{path}: not JSON ({error})") from error
    try:
        _check_keys(data, {field.name for field in dataclasses.fields(Results)}, "the file")
        if not isinstance(data["rows"], list):
            raise ResultsError(f"rows must be a list, got {data['rows']!r}")
        return Results(**{**data, "rows": tuple(_read_row(row) for row in data["rows"])})
    except ResultsError as error:
        raise ResultsError(f"{path}: {error}") from error


def describe_commit(repository: Path) -> str:
    """Hash of the checked-out commit, `-dirty` if files differ; empty outside a repository."""
    head = _git(repository, "rev-parse", "HEAD")
    return head + "-dirty" if head and _git(repository, "status", "--porcelain") else head


def describe_machine() -> str:
    """Processor, cores that this process may use, Python and the packages that matter."""
    cores = len(os.sched_getaffinity(0))
    software = [f"Python {platform.python_version()}"]
    for name in NAMED_PACKAGES:
        try:
            software.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return f"{_processor()}, {cores} cores used; {', '.join(software)}"


def _read_row(data: Any) -> Row:
    about = {"detector", "subject"}
    names = {field.name for field in dataclasses.fields(Row)}
    _check_keys(data, names - about, "a row", optional=about)
    numbers = {key: data[key] for key in ("value", "low", "high")}
    wrong = {key: value for key, value in numbers.items() if not isinstance(value, int | float)}
    if wrong:
        raise ResultsError(f"row {data['metric']!r}: not numbers: {wrong}")
    if not isinstance(data["n"], int) or not isinstance(data["seeds"], list):
        raise ResultsError(f"row {data['metric']!r}: n must be an integer and seeds a list")
    return Row(**{**data, "seeds": tuple(data["seeds"])})


def _check_keys(
    data: Any, required: set[str], where: str, optional: frozenset[str] | set[str] = frozenset()
) -> None:
    """Refuse anything but a mapping with the required and, if at all, the optional keys."""
    if not isinstance(data, dict):
        raise ResultsError(f"{where} must be an object, got {data!r}")
    missing, unknown = required - set(data), set(data) - required - optional
    if missing or unknown:
        raise ResultsError(f"{where} lacks {sorted(missing)} and has unknown {sorted(unknown)}")


def _git(repository: Path, *arguments: str) -> str:
    """Output of git, empty where git is missing or says no."""
    try:
        done = subprocess.run(
            ["git", "-C", str(repository), *arguments],
            capture_output=True,
            text=True,
            timeout=GIT_TIMEOUT_SEC,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()


def _processor() -> str:
    """Name of the processor as Linux gives it, else its architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def merged(path: Path, found: Results) -> Results:
    """Keep the rows that a file has of other detectors and settings, and their commands.

    Commit, date and machine become those of `found`.

    Raises
    ------
    ResultsError : the file is damaged.
    """
    if not path.exists():
        return found
    old = read_results(path)
    measured = {(row.about, row.setting) for row in found.rows}
    kept = [row for row in old.rows if (row.about, row.setting) not in measured]
    if not kept:
        return found
    commands = dict.fromkeys([*old.command.split(SEPARATOR), found.command])
    return dataclasses.replace(found, command=SEPARATOR.join(commands), rows=(*kept, *found.rows))
