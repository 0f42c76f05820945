from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import Result

from grasp_cli.named_detectors import INSTALLED
from grasp_core.cloud import PointCloud
from grasp_core.grasps import Grasps
from grasp_core.gripper import Gripper
from grasp_perception.bags.bag_writer import BagWriter
from grasp_perception.clouds.cloud_files import read_cloud_file
from grasp_perception.detector import DetectionContext
from grasp_perception.geometric.antipodal import AntipodalDetector
from grasp_perception.ros import cloud_message
from grasp_perception.share import share_path

Command = Callable[..., Result]


@pytest.fixture(scope="module")
def bag(block_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cloud."""
    path = tmp_path_factory.mktemp("bag") / "block"
    with BagWriter(path, share_path("grasp_msgs") / "msg") as writer:
        message = cloud_message(read_cloud_file(block_file))
        writer.write("/cloud", "sensor_msgs/msg/PointCloud2", message, 10**9)
    return path


class BestDetector(AntipodalDetector):
    """The antipodal detector's best grasps only."""

    name = "best"

    def detect(self, cloud: PointCloud, gripper: Gripper, context: DetectionContext) -> Grasps:
        found = super().detect(cloud, gripper, context)
        found = found[context.free(found, gripper)].ranked()
        return replace(found[:3], scores=found.scores[:3] / 2)


def test_tables_json_and_pictures(
    grasp: Command, bag: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(INSTALLED, "best", BestDetector)
    out, pictures = tmp_path / "compared.json", tmp_path / "pictures"
    result = grasp(
        "compare", bag, "--detectors", "antipodal,best",
        "--out", out, "--pictures", pictures,
    )  # fmt: skip
    assert result.exit_code == 0
    lines = [line.split() for line in result.stdout.splitlines()]
    rows = [line for line in lines if line and line[0] in ("antipodal", "best")]
    assert [row[:2] for row in rows[:2]] == [["antipodal", "1"], ["best", "1"]]
    assert rows[3][1] == "100%"  # each of the best is among all

    (cloud,) = json.loads(out.read_text())["clouds"]
    assert cloud["time_ns"] == 10**9
    everything, best = cloud["detectors"]["antipodal"], cloud["detectors"]["best"]
    assert best["near"] == {"antipodal": 1.0}
    assert 0 < everything["near"]["best"] < 1
    assert best["grasps"] == len(best["scores"]) <= 3
    assert best["scores"][0] == everything["scores"][0] / 2
    assert best["wall_ms"] > 0
    assert [path.name for path in pictures.iterdir()] == ["0000.png"]
    with Image.open(pictures / "0000.png") as picture:
        assert picture.size == (1928, 2 * 736)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--detectors", "antipodal,antipodal.ts"], "expected two or more different names"),
        (["--detectors", "antipodal"], "expected two or more different names"),
        (["--detectors", "antipodal,magic"], "no detector 'magic'; valid: antipodal"),
        (["--detectors", "antipodal,x", "--out", "a.txt"], "ending '.txt', expected .json"),
    ],
)
def test_bad_options_end_with_2(
    grasp: Command, bag: Path, options: list[str], message: str
) -> None:
    result = grasp("compare", bag, *options)
    assert result.exit_code == 2
    assert message in result.stderr


def test_without_any_grasp_it_ends_with_1(
    grasp: Command, bag: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(INSTALLED, "best", BestDetector)
    params = tmp_path / "moon.yaml"
    params.write_text("/**: {ros__parameters: {frame: moon}}\n")
    result = grasp("compare", bag, "--detectors", "antipodal,best", "--params", params)
    assert result.exit_code == 1
    assert "antipodal unknown frame 'moon'" in result.stdout
