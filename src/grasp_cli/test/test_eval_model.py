"""`grasp eval`, from a data set to the results files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import Result

from grasp_cli.results import Results, Row, read_results

Command = Callable[..., Result]


def rows_of(results: Results) -> dict[tuple[str, str, str], Row]:
    return {(row.about, row.setting, row.metric): row for row in results.rows}


def test_figures_of_two_detectors(grasp: Command, small_data_set: Path, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    out = tmp_path / "out"
    result = grasp("eval", "antipodal", "labels", "--data", small_data_set, "--trials",
                   "--jobs", 1, "--out", out, "--docs", docs)  # fmt: skip
    assert result.exit_code == 0, result.stderr
    found = read_results(out / "ablation.json")
    assert found.command.endswith("grasp eval --data DIR antipodal labels --trials")
    ablation = rows_of(found)
    assert ablation["labels", "training objects", "ap"].n == 4
    assert ablation["labels", "training objects", "ap"].seeds == (0, 1)
    # Few labels per view cannot fill 50 ranks, but nearly all that are there hold.
    assert ablation["labels", "training objects", "small_success_rate"].value > 0.8
    assert 0 <= ablation["antipodal", "training objects", "ap"].value < 1
    tables = rows_of(read_results(docs / "results" / "gpr_tables.json"))
    assert tables["labels", "training objects", "pose_d_below_0_005"].value == 1.0
    assert tables["labels", "training objects", "width_within_2_5mm"].value == 1.0
    assert tables["antipodal", "training objects", "pose_d_below_0_02"].value < 1.0
    judge = rows_of(read_results(out / "judge.json"))
    assert judge["exact judge", "training objects", "held_of_passed"].value > 0.5
    assert "### training objects" in (docs / "benchmarks.md").read_text()
    assert "ap_mean_of_scales" in result.stdout
    for chart in (out / "eval_scales.png", docs / "images" / "eval_scales.png"):
        with Image.open(chart) as image:
            assert min(image.size) > 400


def test_collision_detection_and_the_released_script_are_settings_of_their_own(
    grasp: Command, small_data_set: Path, tmp_path: Path
) -> None:
    result = grasp("eval", "antipodal", "--data", small_data_set, "--every", 2, "--jobs", 1,
                   "--collision-detection", "--released-script", "--out", tmp_path)  # fmt: skip
    assert result.exit_code == 0, result.stderr
    found = read_results(tmp_path / "ablation.json")
    assert {row.setting for row in found.rows} == {
        "training objects, collision detection, released script"
    }
    assert found.rows[0].n == 2
    assert found.command.endswith("--every 2 --collision-detection --released-script")


def test_views_of_a_graspnet_folder(
    grasp: Command, small_data_set: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(small_data_set.parent / "cache"))
    root = tmp_path / "graspnet"
    assert grasp("data", "export", small_data_set, "--graspnet", root).exit_code == 0
    result = grasp("eval", "antipodal", "--graspnet", root, "--every", 3, "--jobs", 1,
                   "--out", tmp_path / "out")  # fmt: skip
    assert result.exit_code == 0, result.stderr
    rows = rows_of(read_results(tmp_path / "out" / "ablation.json"))
    assert rows["antipodal", "GraspNet-1Billion realsense train", "ap"].n == 2
    assert not (tmp_path / "out" / "gpr_tables.json").exists()  # there are no labels


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("antipodal",), "give either --data DIR or --graspnet ROOT"),
        (("antipodal", "--data", "a", "--graspnet", "b"), "give either --data DIR"),
        (("antipodal", "--data", "nowhere"), "nowhere/manifest.json: missing"),
        (("antipodal", "--graspnet", "nowhere"), "nowhere: not a GraspNet-1Billion folder"),
        (("magic", "--data", "nowhere"), "no detector 'magic'; valid: antipodal"),
        (("net.ts", "--data", "nowhere"), "net.ts.sha256"),
    ],
)
def test_bad_arguments_end_with_one_line(
    arguments: tuple[str, ...], message: str, grasp: Command, tmp_path: Path
) -> None:
    result = grasp("eval", *arguments, "--out", tmp_path)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.output


def test_a_folder_that_cannot_be_made_ends_with_2(
    grasp: Command, small_data_set: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    result = grasp("eval", "labels", "--data", small_data_set, "--jobs", 1,
                   "--out", tmp_path / "file" / "out")  # fmt: skip
    assert result.exit_code == 2
    assert "Not a directory" in result.stderr
