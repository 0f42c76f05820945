"""Write the figures of an evaluation, beside those of other detectors and settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from grasp_cli.errors import OptionError
from grasp_cli.eval_chart import scale_figure
from grasp_cli.results import Row, merged, results_of, write_results

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
