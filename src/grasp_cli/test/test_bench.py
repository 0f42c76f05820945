from __future__ import annotations

import os
from pathlib import Path

import pytest
from typer.testing import CliRunner

from grasp_cli.bench import app
from grasp_cli.bench_latency import GRIPPERS
from grasp_cli.results import Results, ResultsError, read_results
from grasp_perception.detectors import DETECTORS, GEOMETRIC


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The docs folder after a quick measurement."""
    docs = tmp_path_factory.mktemp("repository") / "docs"
    docs.mkdir()
    cores = os.sched_getaffinity(0)
    result = CliRunner().invoke(app, ["latency", "--docs", str(docs), "--quick"])
    assert result.exit_code == 0, result.output
    assert os.sched_getaffinity(0) == cores
    return docs


@pytest.fixture(scope="module")
def results(measured: Path) -> Results:
    return read_results(measured / "results" / "latency.json")


def test_every_part_is_measured(results: Results) -> None:
    assert results.command == "grasp bench latency --quick"
    subjects = dict.fromkeys(row.subject for row in results.rows)
    networks = [name for name in DETECTORS if name != GEOMETRIC]
    assert set(networks) <= set(subjects)
    subjects = {name: None for name in subjects if name not in networks}
    assert list(subjects) == [
        "pipeline",
        "collision filter",
        "exact box test",
        "PointCloud2 reading",
        "NMS",
        "Ferrari-Canny",
    ]
    for subject in list(subjects)[1:]:
        metrics = {row.metric for row in results.rows if row.subject == subject}
        assert len(metrics) == 6, subject
        assert {"ours_cpu_ms", "reference_cpu_ms", "times_faster_wall"} <= metrics


@pytest.mark.parametrize(
    ("subject", "setting"), [*(("pipeline", gripper) for gripper in GRIPPERS), ("pick_scorer", "")]
)
@pytest.mark.parametrize("clock", ["wall", "cpu"])
def test_each_stage_of_the_pipeline_is_measured(
    results: Results, subject: str, setting: str, clock: str
) -> None:
    times = {
        row.metric: row.value
        for row in results.rows
        if row.subject == subject and row.setting.endswith(setting) and clock in row.metric
    }
    for stage in ("validate", "downsample", "support", "detect", "collision", "nms", "total"):
        assert f"{stage}_{clock}_ms" in times
    assert max(times, key=lambda metric: times[metric]) == f"total_{clock}_ms"


def test_page_is_written_from_the_file(measured: Path, results: Results) -> None:
    page = measured / "benchmarks.md"
    text = page.read_text()
    assert f"Machine: {results.machine}" in text
    assert "### collision filter" in text
    page.unlink()
    assert CliRunner().invoke(app, ["page", "--docs", str(measured)]).exit_code == 0
    assert page.read_text() == text


@pytest.mark.parametrize("command", ["latency", "page"])
def test_the_wrong_folder_is_named(tmp_path: Path, command: str) -> None:
    result = CliRunner().invoke(app, [command, "--docs", str(tmp_path / "docs")])
    assert isinstance(result.exception, ResultsError)
    assert "call this in the repository's root, or give --docs" in str(result.exception)
