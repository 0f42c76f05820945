from __future__ import annotations

from pathlib import Path

import pytest

from grasp_cli.clutter_records import Record, RecordError, RecordFile
from grasp_sim.clutter import Attempt, Round
from grasp_sim.trial import Outcome

ATTEMPTS = (
    Attempt(Outcome.HELD, ("a", "b"), 0.05, 0.75),
    Attempt(Outcome.COLLISION, (), 0.1, 1 / 3),
)


def record(seed: int, made_with: str = "hash") -> Record:
    played = Round(seed, ("a", "b", "c"), ATTEMPTS)
    return Record("easy", "antipodal", made_with, played, ({"detect": 12.5}, {"detect": 0.1}))


def test_a_line_by_hand() -> None:
    line = record(7).to_json()
    assert line == (
        '{"setting": "easy", "detector": "antipodal", "made_with": "hash", "played": {"seed": 7, '
        '"objects": ["a", "b", "c"], "attempts": [{"outcome": "HELD", "objects": ["a", "b"], '
        '"width_m": 0.05, "score": 0.75}, {"outcome": "COLLISION", "objects": [], "width_m": 0.1, '
        '"score": 0.3333333333333333}]}, "stage_cpu_ms": [{"detect": 12.5}, {"detect": 0.1}], '
        '"void": ""}'
    )
    assert Record.from_json(line) == record(7)


def test_a_round_that_was_not_played_comes_back() -> None:
    void = Record("easy", "oracle", "hash", Round(3, (), ()), void="MuJoCo warns")
    assert Record.from_json(void.to_json()) == void


def test_half_a_line_is_cut_off_and_the_file_goes_on(tmp_path: Path) -> None:
    file = RecordFile(tmp_path / "new", "easy", "antipodal")
    assert file.read("hash") == {}
    for seed in (1001, 1000):
        file.append(record(seed))
    with file.path.open("a") as stream:
        stream.write(record(1002).to_json()[:40])  # killed while it wrote
    assert file.read("hash") == {1001: record(1001), 1000: record(1000)}
    file.append(record(1002))
    assert file.path.read_text().count("\n") == 3
    assert list(file.read("hash")) == [1001, 1000, 1002]


def test_records_of_something_else_are_refused(tmp_path: Path) -> None:
    file = RecordFile(tmp_path, "easy", "antipodal")
    file.append(record(1000))
    file.append(record(1001, "other"))
    with pytest.raises(RecordError, match=r"easy-antipodal.jsonl, line 2: made with another"):
        file.read("hash")


@pytest.mark.parametrize("line", ["{", "[]", "{}", '{"played": 1}', "null"])
def test_a_damaged_line_is_named(tmp_path: Path, line: str) -> None:
    file = RecordFile(tmp_path, "easy", "antipodal")
    file.append(record(1000))
    with file.path.open("a") as stream:
        stream.write(line + "\n")
    with pytest.raises(RecordError, match=r"easy-antipodal.jsonl, line 2: not a record"):
        file.read("hash")
