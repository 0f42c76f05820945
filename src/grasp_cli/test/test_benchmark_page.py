from __future__ import annotations

from pathlib import Path

import pytest

from grasp_cli.benchmark_page import HEAD, LATENCY, metric_tables, render_page, write_page
from grasp_cli.results import Results, ResultsError, Row, write_results


def results(*rows: Row) -> Results:
    return Results("grasp bench latency", "", "2026-01-31T12:00:00Z", "a computer", rows)


def row(setting: str, metric: str, value: float, n: int = 30) -> Row:
    return Row(setting, metric, value, value / 2, value * 2, n, subject="pipeline")


def test_page_by_hand() -> None:
    latency = results(
        row("a", "total_wall_ms", 123.456),
        row("a", "total_cpu_ms", 2.5),
        row("b", "total_wall_ms", 0.0001),
    )
    assert render_page([("latency", latency)]) == (
        f"{HEAD}\n## Latency\n\n{LATENCY}\n"
        """- Command: `grasp bench latency`
- Machine: a computer
- Date: 2026-01-31T12:00:00Z, commit: none
- Data: [results/latency.json](results/latency.json)

### pipeline

n = 30 per figure.

|  | a | b |
| --- | ---: | ---: |
| total_wall_ms | 123 (61.7..247) | 0.000 (0.000..0.000) |
| total_cpu_ms | 2.5 (1.25..5) |  |
"""
    )


def test_the_longer_axis_goes_down() -> None:
    page = render_page([("x", results(*(row(s, "m", 1.0, n=i + 1) for i, s in enumerate("abc"))))])
    assert "## X\n\n- Command" in page
    assert "n = 1 to 3 per figure." in page
    assert "|  | m |\n| --- | ---: |\n| a | 1 (0.5..2) |\n| b | 1 (0.5..2) |\n| c |" in page


def test_tables_by_metric_compare_detectors() -> None:
    rows = [
        Row(setting, metric, 0.5, 0.4, 0.6, 10, detector=detector)
        for detector in ("antipodal", "random")
        for setting in ("easy", "hard")
        for metric in ("success_rate", "completion_rate")
    ]
    text = "\n".join(metric_tables(rows, "metric"))
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        "### success_rate",
        "### completion_rate",
    ]
    assert "|  | easy | hard |\n| --- | ---: | ---: |\n| antipodal | 0.5 (0.4..0.6) |" in text


def test_tables_by_setting_compare_detectors_by_metric() -> None:
    rows = [
        Row("novel", metric, 0.5, 0.4, 0.6, 10, detector=detector)
        for detector in ("antipodal", "random", "labels")
        for metric in ("ap", "ap_s")
    ]
    text = "\n".join(metric_tables(rows, "setting"))
    assert "### novel" in text
    assert "|  | ap | ap_s |\n| --- | ---: | ---: |\n| antipodal | 0.5 (0.4..0.6) |" in text


def test_the_page_holds_every_file_by_name(tmp_path: Path) -> None:
    for name in ("soak", "clutter"):
        write_results(tmp_path / "results" / f"{name}.json", results(row("a", "m", 1.0)))
    page = write_page(tmp_path)
    assert page == tmp_path / "benchmarks.md"
    text = page.read_text()
    assert 0 < text.index("## Clutter") < text.index("## Soak")


def test_a_damaged_file_leaves_the_page_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "latency.json").write_text("{")
    (tmp_path / "benchmarks.md").write_text("before")
    with pytest.raises(ResultsError, match=r"latency.json: not JSON"):
        write_page(tmp_path)
    assert (tmp_path / "benchmarks.md").read_text() == "before"


def test_a_figure_without_a_range_stands_alone() -> None:
    table = metric_tables([Row("a", "m", 0.5, 0.5, 0.5, 2, subject="s")])
    assert table[-2] == "| m | 0.5 |"
