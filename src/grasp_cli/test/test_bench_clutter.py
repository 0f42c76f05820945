from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from grasp_cli import bench_clutter, clutter_settings
from grasp_cli.bench import app
from grasp_cli.bench_clutter import FIRST_SEED, job_of, made_with, play, play_rounds
from grasp_cli.clutter_detectors import NAMES
from grasp_cli.clutter_records import RecordError
from grasp_cli.clutter_settings import SETTINGS
from grasp_cli.errors import OptionError
from grasp_cli.results import read_results
from grasp_core.errors import ModelFileError
from grasp_perception.model_files import installed_models
from grasp_sim.clutter import Setting
from grasp_sim.errors import UnstableSimulationError

#: In another process too, see below.
TINY = 'Setting("tiny", ("prism-0003", "pawn-0003"), objects=(1, 2), attempts=2)'


@pytest.fixture(autouse=True)
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(clutter_settings.SETTINGS, "tiny", eval(TINY, {"Setting": Setting}))


def test_the_command_plays_reports_and_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docs, out = tmp_path / "docs", tmp_path / "out"
    docs.mkdir()
    arguments = ["clutter", "--docs", str(docs), "--out", str(out), "--jobs", "1"]
    arguments += ["--settings", "tiny", "--detectors", "antipodal,random", "--rounds"]
    first = CliRunner().invoke(app, [*arguments, "1"])
    assert first.exit_code == 0, first.output
    results = read_results(docs / "results" / "clutter.json")
    assert results.command == (
        "grasp bench clutter --rounds 1 --settings tiny --detectors antipodal,random"
    )
    assert {row.detector for row in results.rows} == {"antipodal", "random"}
    assert {row.seeds for row in results.rows} == {(FIRST_SEED,)}
    assert "## Clutter removal" in (docs / "benchmarks.md").read_text()
    assert (out / "report.md").is_file()
    played: list[int] = []
    once = bench_clutter.play
    monkeypatch.setattr(bench_clutter, "play", lambda *of: played.append(of[2]) or once(*of))
    assert CliRunner().invoke(app, [*arguments, "2"]).exit_code == 0
    assert played == [FIRST_SEED + 1] * 2  # the first round of each has its record
    (row, *_) = read_results(docs / "results" / "clutter.json").rows
    assert row.seeds == (FIRST_SEED, FIRST_SEED + 1)
    alone = [word.replace("antipodal,random", "random") for word in arguments]
    assert CliRunner().invoke(app, [*alone, "1"]).exit_code == 0
    rounds = {
        row.detector: len(row.seeds) for row in read_results(docs / "results" / "clutter.json").rows
    }
    assert rounds == {"antipodal": 2, "random": 1}  # what was not measured again stays


def test_a_users_network_plays_under_the_name_of_its_file(tmp_path: Path) -> None:
    installed = installed_models()["pointnet_gpd"]
    mine = tmp_path / "mine.ts"
    with pytest.raises(ModelFileError, match=r"mine\.ts\.sha256"):
        play_rounds(job_of("tiny", str(mine), 1, tmp_path))
    shutil.copy(installed.path, mine)
    (tmp_path / "mine.ts.sha256").write_text(f"{installed.sha256}  mine.ts\n")
    records = play_rounds(job_of("tiny", f"{mine},antipodal", 1, tmp_path / "out"))
    assert list(records) == [("tiny", "mine"), ("tiny", "antipodal")]
    (record,) = records["tiny", "mine"]
    assert record.detector == "mine"
    assert record.made_with == made_with("tiny", "pointnet_gpd")
    assert record.played.attempts


def test_one_name_for_two_detectors_is_refused() -> None:
    with pytest.raises(OptionError, match="more than one detector would be 'gpr'"):
        job_of("tiny", "gpr,runs/gpr.ts", 1, Path("out"))


def test_one_round_is_the_same_in_two_processes() -> None:
    seed = FIRST_SEED + 1
    program = f"""
from grasp_cli.bench_clutter import play
from grasp_cli.clutter_settings import SETTINGS
from grasp_sim.clutter import Setting
SETTINGS["tiny"] = {TINY}
print(repr(play("tiny", "antipodal", {seed}).played))
"""
    other = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True
    )
    record = play("tiny", "antipodal", seed)
    assert record.played.attempts
    assert other.stdout.strip() == repr(record.played)


def test_records_of_another_setting_are_refused(tmp_path: Path) -> None:
    job = job_of("tiny", "antipodal", 1, tmp_path)
    play_rounds(job)
    before = made_with("tiny", "antipodal")
    SETTINGS["tiny"] = Setting("tiny", ("prism-0003",), objects=(1, 1))
    assert made_with("tiny", "antipodal") != before
    with pytest.raises(RecordError, match="made with another setting, gripper or weights"):
        play_rounds(job)


def test_a_round_whose_physics_fails_counts_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise UnstableSimulationError("MuJoCo warns: BadQACC")

    monkeypatch.setattr(bench_clutter, "run_round", fail)
    record = play("tiny", "antipodal", 7)
    assert (record.void, record.played.seed) == ("MuJoCo warns: BadQACC", 7)


def test_no_name_means_all() -> None:
    job = job_of("", "", 3, Path("out"))
    assert (job.settings, job.detectors) == (tuple(SETTINGS), NAMES)
    assert list(job.seeds) == [FIRST_SEED, FIRST_SEED + 1, FIRST_SEED + 2]


@pytest.mark.parametrize(
    ("settings", "detectors", "message"),
    [
        ("easy", "", "no setting 'easy'; valid: easy_similar, easy_novel"),
        (
            "",
            "antipodal,dice",
            "no detector 'dice'; valid: antipodal, pick_scorer, gpr, gpr_stage1, pointnet_gpd, "
            "gpd_images, sbg, sbg_foreground, sbg_object_balanced, random, oracle",
        ),
    ],
)
def test_an_unknown_name_is_told(settings: str, detectors: str, message: str) -> None:
    with pytest.raises(OptionError, match=message):
        job_of(settings, detectors, 1, Path("out"))
