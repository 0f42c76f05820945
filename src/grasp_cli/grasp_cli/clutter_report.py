"""The report of the clutter benchmark: tables in Markdown, and a chart of the rates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from grasp_cli.benchmark_page import metric_tables
from grasp_cli.clutter_rates import object_counts
from grasp_cli.clutter_records import Record
from grasp_cli.results import Row

#: Records by setting and detector.
Records = Mapping[tuple[str, str], Sequence[Record]]

#: Rates that the chart shows, a panel each.
CHARTED = ("success_rate", "completion_rate", "declutter_rate")
#: Inches and dots per inch of the chart: 1500 pixels wide.
CHART_INCHES, CHART_DPI = (12.5, 4.2), 120


def write_report(folder: Path, command: str, records: Records, rows: Sequence[Row]) -> None:
    """Write `report.md` and `rates.png` into a folder that may hold pictures of failures."""
    draw_rates(rows).savefig(folder / "rates.png", dpi=CHART_DPI)
    settings = dict.fromkeys(setting for setting, _ in records)
    of_setting = {
        name: {detector: played for (s, detector), played in records.items() if s == name}
        for name in settings
    }
    lines = ["# Clutter removal", "", f"`{command}`", "", "![rates](rates.png)", ""]
    lines += metric_tables(rows, "metric")
    lines += ["### CPU milliseconds of each stage, mean", ""]
    for name, played in of_setting.items():
        lines += [f"#### {name}", "", *_stage_table(played), ""]
    lines += ["### Objects taken out, of the times that they were there", ""]
    for name, played in of_setting.items():
        lines += [f"#### {name}", "", *_object_table(played), ""]
    lines += ["### Failures, of the first rounds", ""]
    pictures = sorted((folder / "failures").glob("*.png"))
    lines += [f"- [{picture.stem}](failures/{picture.name})" for picture in pictures]
    lines += ["", "### Rounds that could not be played to their end", "", *_voids(records), ""]
    (folder / "report.md").write_text("\n".join(lines), encoding="utf-8")


def draw_rates(rows: Sequence[Row]) -> Figure:
    """Draw the main rates with their intervals: a group of bars for each setting."""
    settings = list(dict.fromkeys(row.setting for row in rows))
    detectors = list(dict.fromkeys(row.detector for row in rows))
    figure = Figure(figsize=CHART_INCHES, layout="constrained")
    panels = figure.subplots(1, len(CHARTED), sharey=True)
    breadth = 0.8 / len(detectors)
    for panel, metric in zip(panels, CHARTED, strict=True):
        found = {(row.setting, row.detector): row for row in rows if row.metric == metric}
        for k, detector in enumerate(detectors):
            offset = (k - (len(detectors) - 1) / 2) * breadth
            shown = [(i, found.get((name, detector))) for i, name in enumerate(settings)]
            at = [i + offset for i, row in shown if row]
            bars = np.array([(row.value, row.low, row.high) for _, row in shown if row]).T
            value, low, high = bars if at else np.empty((3, 0))
            panel.bar(at, value, breadth, yerr=(value - low, high - value), label=detector,
                      color=f"C{k}", error_kw={"elinewidth": 1, "capsize": 1.5})  # fmt: skip
        panel.set_title(metric.replace("_", " "))
        panel.set_xticks(range(len(settings)), settings, rotation=35, ha="right")
        panel.set_ylim(0, 1.02)
        panel.grid(axis="y", alpha=0.3)
        panel.set_axisbelow(True)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=6)
    return figure


def _stage_table(played: Mapping[str, Sequence[Record]]) -> list[str]:
    """Mean CPU milliseconds of each stage of the pipeline, by detector."""
    means: dict[str, dict[str, float]] = {}
    for detector, records in played.items():
        views = [stages for record in records for stages in record.stage_cpu_ms]
        for stage in dict.fromkeys(name for stages in views for name in stages):
            times = [stages[stage] for stages in views if stage in stages]
            means.setdefault(stage, {})[detector] = float(np.mean(times))
    return _table(
        played, {stage: {d: f"{ms:.1f}" for d, ms in row.items()} for stage, row in means.items()}
    )


def _object_table(played: Mapping[str, Sequence[Record]]) -> list[str]:
    """How often each object was taken out, by detector."""
    cells: dict[str, dict[str, str]] = {}
    for detector, records in played.items():
        for name, (hits, cases) in object_counts(records).items():
            cells.setdefault(name, {})[detector] = f"{hits}/{cases}"
    return _table(played, dict(sorted(cells.items())))


def _table(columns: Mapping[str, object], cells: Mapping[str, Mapping[str, str]]) -> list[str]:
    """Markdown of rows by name, a column for each detector."""
    lines = ["| | " + " | ".join(columns) + " |", "| --- |" + " ---: |" * len(columns)]
    for name, row in cells.items():
        lines.append(f"| {name} | " + " | ".join(row.get(c, "") for c in columns) + " |")
    return lines


def _voids(records: Records) -> list[str]:
    """List the rounds that count nowhere, with the reason."""
    found = [
        f"- {record.setting}, {record.detector}, seed {record.played.seed}: {record.void}"
        for played in records.values()
        for record in played
        if record.void
    ]
    return found or ["none"]
