from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from typer.testing import Result

from grasp_perception.bags.bag_writer import BagWriter
from grasp_perception.bags.bags import Bag
from grasp_perception.clouds.cloud_files import read_cloud_file
from grasp_perception.ros import cloud_message
from grasp_perception.share import share_path

Command = Callable[..., Result]


@pytest.fixture(scope="module")
def bag(block_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bag") / "block"
    message = cloud_message(read_cloud_file(block_file))
    with BagWriter(path, share_path("grasp_msgs") / "msg") as writer:
        for i in range(2):
            writer.write("/cloud", "sensor_msgs/msg/PointCloud2", message, i * 10**9)
    return path


def test_every_cloud_gives_a_line_and_the_new_bag_is_the_same_twice(
    grasp: Command, bag: Path, tmp_path: Path
) -> None:
    results = []
    for name in ("first", "second"):
        result = grasp("replay", bag, "--out", tmp_path / name)
        assert result.exit_code == 0
        lines = result.stdout.splitlines()
        assert [line.split(":")[0] for line in lines[:2]] == ["0.000 s", "1.000 s"]
        assert lines[2].endswith(f"grasps in 2 clouds; wrote {tmp_path / name}")
        with Bag(tmp_path / name) as made:
            results.append([(m.topic, m.time_ns, m.data) for m in made.messages()])
    assert {topic for topic, _, _ in results[0]} >= {"/perception/grasps"}
    assert results[0] == results[1]


def test_gripper_and_storage_are_chosen(grasp: Command, bag: Path, tmp_path: Path) -> None:
    options = ("--gripper", "franka_hand", "--storage", "sqlite3")
    assert grasp("replay", bag, "--out", tmp_path / "out", *options).exit_code == 0
    assert {path.suffix for path in (tmp_path / "out").iterdir()} == {".db3", ".yaml"}
    with Bag(tmp_path / "out") as made:
        assert any(b"franka_hand" in m.data for m in made.messages())


def test_a_bag_without_grasps_ends_with_1(grasp: Command, tmp_path: Path) -> None:
    table = np.stack([*np.meshgrid(*[np.linspace(-0.1, 0.1, 60)] * 2), np.full((60, 60), 0.5)], -1)
    np.savez(tmp_path / "table.npz", xyz=table)
    message = cloud_message(read_cloud_file(tmp_path / "table.npz"))
    with BagWriter(tmp_path / "bag", share_path("grasp_msgs") / "msg") as writer:
        writer.write("/cloud", "sensor_msgs/msg/PointCloud2", message, 0)
    result = grasp("replay", tmp_path / "bag", "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "no point above the support plane" in result.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["{bag}", "--out", "{bag}"], "exists"),
        (["missing", "--out", "out"], "missing: no such bag"),
        (["{bag}", "--out", "out", "--storage", "zip"], "storage 'zip', expected one of"),
        (["{bag}", "--out", "out", "--topic", "/other"], "no topic '/other' of clouds"),
        (["{bag}", "--out", "out", "--gripper", "hook"], "gripper 'hook' is unknown; valid: "),
        (["{bag}", "--out", "out", "--params", "none.yaml"], "none.yaml: No such file"),
    ],
)
def test_bad_input_ends_with_2_and_one_line(
    options: list[str],
    message: str,
    grasp: Command,
    bag: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    result = grasp("replay", *[each.format(bag=bag) for each in options])
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: ")
    assert message in line
