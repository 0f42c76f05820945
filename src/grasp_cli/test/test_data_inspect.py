from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import Result

from grasp_cli import data_figures
from grasp_cli.data_set import DataSet
from grasp_cli.results import read_results

pytestmark = pytest.mark.usefixtures("its_labels")
PICTURES = ["data_classes.png", "data_grasps.png", "data_scales.png", "data_widths.png"]


def test_pictures_and_numbers_of_a_data_set(
    grasp: Callable[..., Result],
    small_data_set: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(data_figures, "PANEL_WIDTH", 240)
    monkeypatch.setattr(data_figures, "PANEL_HEIGHT", 180)
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "data.md").write_text("<!-- data -->\n<!-- end -->\n")
    out = tmp_path / "out"
    result = grasp("data", "inspect", small_data_set, "--out", out, "--sample", 2, "--docs", docs)
    assert result.exit_code == 0, result.output
    assert sorted(path.name for path in out.glob("*.png")) == PICTURES
    for name in PICTURES:
        with Image.open(docs / "images" / name) as image:
            assert min(image.size) > 400
    rows = {(row.subject, row.setting, row.metric): row
            for row in read_results(out / "data.json").rows}  # fmt: skip
    views = list(DataSet.open(small_data_set).views())
    assert rows["views", "all", "objects in the scene"].value == 3
    assert rows["free grasps", "all", "width in mm"].n == sum(view.free.sum() for view in views)
    assert rows["objects", "training", "grasps"].n == len(
        {name for view in views for name in view.spec.objects}
    )
    assert "share negative by collision" in result.output
    assert "### free grasps" in (docs / "data.md").read_text()


def test_a_number_without_a_view_ends_with_2(
    grasp: Callable[..., Result], small_data_set: Path, tmp_path: Path
) -> None:
    result = grasp("data", "inspect", small_data_set, "--out", tmp_path, "--sample", 9)
    assert result.exit_code == 2
    assert "no sample 9" in result.stderr


def test_a_truncated_shard_ends_with_2(
    grasp: Callable[..., Result], small_data_set: Path, tmp_path: Path
) -> None:
    copy = Path(shutil.copytree(small_data_set, tmp_path / "copy"))
    shard = copy / "shard_000000.zip"
    shard.write_bytes(shard.read_bytes()[:-50])
    result = grasp("data", "inspect", copy, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert "shard_000000.zip: truncated or damaged" in result.stderr
    assert not (tmp_path / "out").exists()
