"""Generates `docs/benchmarks.md` from the result files beside it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from grasp_cli.results import Results, Row, read_results

HEAD = """# Benchmarks

Every table is generated from a file in `results/`, which the stated command writes; nothing is
copied by hand. Times are milliseconds, rates lie in 0..1. To measure on your machine, run the
command; to regenerate only this page, run `grasp bench page`.
"""

LATENCY = """\
Median of the repeats, in brackets the 10th and 90th percentile. *wall* is what a user waits; *cpu*
is the time of all threads together, which other processes of the machine hardly change. The process
is kept on two cores.

- *pipeline*: from a `PointCloud` to ranked grasps, per stage, with the default parameters.
- *collision filter*: on the candidates that the detector hands to the pipeline's filter. Ours tests
  every point of the frame against the gripper's own boxes. The reference is the algorithm of
  graspnetAPI's ModelFreeCollisionDetector, written with NumPy: the scene thinned to voxels, all of
  it against all grasps. *prepared* leaves out what is done once per cloud: our grid, its voxels.
- *exact box test*: our collision filter, grid included, against the same test of all points with
  NumPy, for a few grasps.
- *PointCloud2 reading*: the reference makes a structured array of all fields, drops the points that
  are not finite, and copies x, y, z out of it, as sensor_msgs_py does. Ours also checks the
  message, unpacks the colours and keeps the pixel of every point.
- *NMS*: graspnetAPI's rule, against the compiled PyPI package grasp-nms.
- *Ferrari-Canny*: against one convex hull (qhull) per grasp.

In a comparison both sides run in turn within one run; *times_faster* is the median of the ratios of
the turns.
"""

#: Title and introduction of each results file; a file that is not listed gets its name as title.
INTRODUCTIONS = {"latency": ("Latency", LATENCY)}


def write_page(docs: Path) -> Path:
    """Write `benchmarks.md` in `docs` from `docs/results/*.json`.

    Raises
    ------
    ResultsError : a results file is damaged.
    """
    files = sorted((docs / "results").glob("*.json"))
    page = docs / "benchmarks.md"
    page.write_text(render_page((path.stem, read_results(path)) for path in files), "utf-8")
    return page


def render_page(results: Iterable[tuple[str, Results]]) -> str:
    """Render the page for named results."""
    return "\n".join([HEAD, *(_section(name, result) for name, result in results)])


def _section(name: str, results: Results) -> str:
    title, introduction = INTRODUCTIONS.get(name, (name.replace("_", " ").capitalize(), ""))
    lines = [f"## {title}", ""]
    if introduction:
        lines += [introduction]
    lines += [
        f"- Command: `{results.command}`",
        f"- Machine: {results.machine}",
        f"- Date: {results.date}, commit: {results.commit or 'none'}",
        f"- Data: [results/{name}.json](results/{name}.json)",
        "",
    ]
    for about in dict.fromkeys(row.about for row in results.rows):
        rows = [row for row in results.rows if row.about == about]
        counts = sorted({row.n for row in rows})
        repeats = f"n = {counts[0]}" + (f" to {counts[-1]}" if len(counts) > 1 else "")
        lines += [f"### {about}", "", f"{repeats} per figure.", "", *_table(rows), ""]
    return "\n".join(lines)


def _table(rows: Sequence[Row]) -> list[str]:
    """Metrics against settings; the longer axis goes down."""
    down = list(dict.fromkeys(row.metric for row in rows))
    across = list(dict.fromkeys(row.setting for row in rows))
    cells = {(row.metric, row.setting): _cell(row) for row in rows}
    if len(across) > len(down):
        down, across = across, down
        cells = {(setting, metric): cell for (metric, setting), cell in cells.items()}
    lines = [_line(["", *across]), _line(["---"] + ["---:"] * len(across))]
    lines += [_line([name, *(cells.get((name, other), "") for other in across)]) for name in down]
    return lines


def _cell(row: Row) -> str:
    return f"{_number(row.value)} ({_number(row.low)}..{_number(row.high)})"


def _number(value: float) -> str:
    """Three significant digits, without an exponent and without noise below a thousandth."""
    if abs(value) >= 100:
        return f"{value:.0f}"
    return f"{value:.3g}" if abs(value) >= 0.001 else f"{value:.3f}"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
