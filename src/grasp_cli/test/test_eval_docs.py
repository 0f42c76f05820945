from __future__ import annotations

from pathlib import Path

import pytest

from grasp_cli.errors import OptionError
from grasp_cli.eval_docs import CHART_NAME, write_tables
from grasp_cli.results import Results, ResultsError, Row, merged, read_results, write_results


def row(detector: str, setting: str, value: float) -> Row:
    return Row(setting, "ap", value, value, value, 10, detector=detector)


def results(command: str, *rows: Row) -> Results:
    return Results(command, "abc", "2026-01-31T12:00:00Z", "a computer", rows)


def test_what_is_measured_again_replaces_and_the_rest_stays(tmp_path: Path) -> None:
    path = tmp_path / "ablation.json"
    write_results(path, results("one", row("gpr", "novel", 0.1), row("sbg", "novel", 0.2)))
    found = merged(path, results("two", row("gpr", "novel", 0.3), row("gpr", "similar", 0.4)))
    assert found.command == "one ; two"
    assert [(r.detector, r.setting, r.value) for r in found.rows] == [
        ("sbg", "novel", 0.2),
        ("gpr", "novel", 0.3),
        ("gpr", "similar", 0.4),
    ]


def test_the_same_command_again_leaves_nothing_of_the_old(tmp_path: Path) -> None:
    path = tmp_path / "ablation.json"
    write_results(path, results("one", row("gpr", "novel", 0.1)))
    again = results("one", row("gpr", "novel", 0.2))
    assert merged(path, again) == again
    assert merged(tmp_path / "missing.json", again) == again


def test_the_chart_shows_all_detectors_of_the_setting(tmp_path: Path) -> None:
    for detector in ("gpr", "sbg"):
        tables = {"ablation": [row(detector, "novel", 0.5)]}
        write_tables(tables, f"eval {detector}", tmp_path / "results", tmp_path / "images")
    rows = read_results(tmp_path / "results" / "ablation.json").rows
    assert [r.detector for r in rows] == ["gpr", "sbg"]
    assert (tmp_path / "images" / CHART_NAME).stat().st_size > 0


def test_damaged_files_and_bad_folders_are_named(tmp_path: Path) -> None:
    (tmp_path / "ablation.json").write_text("{")
    tables = {"ablation": [row("gpr", "novel", 0.5)]}
    with pytest.raises(ResultsError, match=r"ablation.json: not JSON"):
        write_tables(tables, "eval", tmp_path, tmp_path)
    with pytest.raises(OptionError, match="Not a directory"):
        write_tables(tables, "eval", tmp_path / "ablation.json" / "a", tmp_path)
