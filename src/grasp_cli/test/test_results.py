from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grasp_cli.results import (
    Results,
    ResultsError,
    Row,
    describe_commit,
    describe_machine,
    read_results,
    results_of,
    write_results,
)

ROW = Row("easy", "success_rate", 0.86, 0.81, 0.9, 150, (0, 1), detector="antipodal")
OTHER = Row("640x480", "total_wall_ms", 200.0, 190.0, 230.5, 30, subject="pipeline")
RESULTS = Results("make bench", "abc", "2026-01-31T12:00:00Z", "a computer", (ROW, OTHER))


def test_the_file_has_the_layout_that_others_read(tmp_path: Path) -> None:
    path = tmp_path / "results" / "latency.json"
    write_results(path, RESULTS)
    assert json.loads(path.read_text()) == {
        "command": "make bench",
        "commit": "abc",
        "date": "2026-01-31T12:00:00Z",
        "machine": "a computer",
        "rows": [
            {
                "setting": "easy",
                "metric": "success_rate",
                "value": 0.86,
                "low": 0.81,
                "high": 0.9,
                "n": 150,
                "seeds": [0, 1],
                "detector": "antipodal",
            },
            {
                "setting": "640x480",
                "metric": "total_wall_ms",
                "value": 200.0,
                "low": 190.0,
                "high": 230.5,
                "n": 30,
                "seeds": [0],
                "subject": "pipeline",
            },
        ],
    }
    assert read_results(path) == RESULTS


NUMBERS = st.lists(st.floats(-1e9, 1e9), min_size=3, max_size=3).map(sorted)
ROWS = st.builds(
    lambda numbers, setting, metric, n, seeds: Row(
        setting, metric, numbers[1], numbers[0], numbers[2], n, tuple(seeds), subject="x"
    ),
    NUMBERS,
    st.text(min_size=1),
    st.text(min_size=1),
    st.integers(1, 10**6),
    st.lists(st.integers(0, 2**32)),
)


@given(rows=st.lists(ROWS, max_size=3))
def test_round_trip(tmp_path_factory: pytest.TempPathFactory, rows: list[Row]) -> None:
    path = tmp_path_factory.mktemp("results") / "a.json"
    results = Results("c", "", "d", "m", tuple(rows))
    write_results(path, results)
    assert read_results(path) == results


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"detector": "a", "subject": "b"}, "detector 'a' and subject 'b', expected exactly one"),
        ({"subject": ""}, "detector '' and subject '', expected exactly one"),
        ({"setting": ""}, "row of 'pipeline' lacks its setting or metric"),
        ({"low": 3.0}, r"expected low <= value <= high, got \(3.0, 2.0, 3.0\)"),
        ({"value": float("nan")}, "expected low <= value <= high"),
        ({"n": 0}, "n 0 must be at least 1"),
    ],
)
def test_a_row_that_says_nothing_is_refused(changes: dict[str, Any], message: str) -> None:
    good = {"setting": "s", "metric": "m", "value": 2.0, "low": 1.0, "high": 3.0, "n": 1}
    with pytest.raises(ResultsError, match=message):
        Row(**{**good, "subject": "pipeline", **changes})


def changed(**changes: Any) -> str:
    row = {"setting": "s", "metric": "m", "value": 2, "low": 1, "high": 3, "n": 1, "seeds": [0]}
    row = {**row, "subject": "x", **changes.pop("row", {})}
    data = {"command": "c", "commit": "", "date": "d", "machine": "m", "rows": [row], **changes}
    return json.dumps({key: value for key, value in data.items() if value is not None})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ("[]", r"the file must be an object, got \[\]"),
        (changed(date=None), r"the file lacks \['date'\] and has unknown \[\]"),
        (changed(colour="red"), r"has unknown \['colour'\]"),
        (changed(rows=3), "rows must be a list, got 3"),
        (changed(rows=[7]), "a row must be an object, got 7"),
        (changed(row={"unit": "ms"}), r"a row lacks \[\] and has unknown \['unit'\]"),
        (changed(row={"value": "2"}), "row 'm': not numbers: {'value': '2'}"),
        (changed(row={"seeds": 1}), "row 'm': n must be an integer and seeds a list"),
        (changed(row={"high": 1.5}), "row 'm': expected low <= value <= high"),
    ],
)
def test_a_damaged_file_is_named_with_its_fault(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "latency.json"
    path.write_text(text)
    with pytest.raises(ResultsError, match=f"latency.json: {message}|latency.json: .*{message}"):
        read_results(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match=r"none.json: No such file"):
        read_results(tmp_path / "none.json")


def test_commit_of_a_repository(tmp_path: Path) -> None:
    def git(*arguments: str) -> str:
        identity = ["-c", "user.name=a", "-c", "user.email=a@b"]
        command = ["git", "-C", str(tmp_path), *identity, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    assert describe_commit(tmp_path) == ""
    git("init")
    assert describe_commit(tmp_path) == ""  # nothing committed yet
    git("commit", "--allow-empty", "-m", "Start")
    head = git("rev-parse", "HEAD")
    assert describe_commit(tmp_path) == head
    (tmp_path / "new").touch()
    assert describe_commit(tmp_path) == f"{head}-dirty"


def test_what_the_code_fills_in(tmp_path: Path) -> None:
    results = results_of("make bench", [ROW], tmp_path)
    assert (results.command, results.commit, results.rows) == ("make bench", "", (ROW,))
    assert results.date.endswith("Z")
    assert results.machine == describe_machine()
    assert "cores used; Python 3." in results.machine
    assert ", numpy " in results.machine
