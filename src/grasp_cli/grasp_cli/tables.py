"""Tables of grasps and of times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.table import Table

from grasp_cli.results import Row
from grasp_core.checks import Float
from grasp_core.grasps import Grasps

#: Width of the longest bar of the table of times, characters.
BAR_WIDTH = 24


def grasp_table(grasps: Grasps, up: Float | None) -> Table:
    """One line per grasp.

    Parameters
    ----------
    up : (3,) unit normal of the support, away from it; None leaves the tilt open.
    """
    table = Table(
        title=f"{len(grasps)} grasps in {grasps.frame_id}", title_justify="left", box=SIMPLE_HEAD
    )
    for heading in ("rank", "score", "width mm", "position m", "approach", "tilt °"):
        table.add_column(heading, justify="right")
    for i in range(len(grasps)):
        table.add_row(
            str(i + 1),
            f"{grasps.scores[i]:.3f}",
            f"{1000 * grasps.widths[i]:.0f}",
            " ".join(f"{value:6.3f}" for value in grasps.positions[i]),
            " ".join(f"{value:5.2f}" for value in grasps.approach[i]),
            "-" if up is None else f"{tilt_deg(grasps.approach[i], up):.0f}",
        )
    return table


def tilt_deg(approach: Float, up: Float) -> float:
    """Angle in degrees between an approach (3,) and straight down onto the support."""
    return float(np.rad2deg(np.arccos(np.clip(-approach @ up, -1.0, 1.0))))


def stage_table(stage_ms: Mapping[str, float]) -> Table:
    """One line per stage with its wall milliseconds, and their sum."""
    total = sum(stage_ms.values())
    table = Table(
        title=f"{total:.0f} ms in {len(stage_ms)} stages", title_justify="left", box=SIMPLE_HEAD
    )
    table.add_column("stage")
    table.add_column("ms", justify="right")
    table.add_column("")
    for stage, ms in stage_ms.items():
        table.add_row(stage, f"{ms:.1f}", "█" * round(BAR_WIDTH * ms / max(total, 1e-9)))
    return table


def result_tables(rows: Sequence[Row]) -> Iterator[Table]:
    """One table for each subject: a line per metric, value and range per setting."""
    for about in dict.fromkeys(row.about for row in rows):
        cells = {(row.metric, row.setting): row for row in rows if row.about == about}
        settings = list(dict.fromkeys(setting for _, setting in cells))
        table = Table(title=about, title_justify="left", box=SIMPLE_HEAD)
        table.add_column("")
        for setting in settings:
            table.add_column(setting, justify="right")
        for metric in dict.fromkeys(metric for metric, _ in cells):
            found = [cells.get((metric, setting)) for setting in settings]
            table.add_row(metric, *("" if row is None else _value(row) for row in found))
        yield table


def _value(row: Row) -> str:
    if row.low == row.high:
        return f"{row.value:.3g}"
    return f"{row.value:.3g} ({row.low:.3g} .. {row.high:.3g})"
