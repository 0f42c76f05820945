"""Write the figures of an evaluation, beside those of other detectors and settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from grasp_cli.errors import OptionError
from grasp_cli.eval_chart import scale_figure
from grasp_cli.results import Results, Row, read_results, results_of, write_results

#: Between the commands that measured the rows of one file.
SEPARATOR = " ; "
CHART_NAME = "eval_scales.png"


def write_tables(
    tables: Mapping[str, Sequence[Row]], command: str, results: Path, images: Path
) -> None:
    """Write a results file for each table, and the chart of the first setting.

    Raises
    ------
    OptionError : a folder cannot be made.
    ResultsError : a file that is there already is damaged.
    """
    for folder in (results, images):
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OptionError(f"{folder}: {error.strerror}") from error
    repository = Path(__file__).resolve().parent
    for name, rows in tables.items():
        path = results / f"{name}.json"
        found = merged(path, results_of(command, rows, repository))
        write_results(path, found)
        if name == "ablation":
            same = [row for row in found.rows if row.setting == rows[0].setting]
            scale_figure(same).savefig(images / CHART_NAME)


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
    return replace(found, command=SEPARATOR.join(commands), rows=(*kept, *found.rows))
