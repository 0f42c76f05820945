from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import trimesh
from PIL import Image
from typer.testing import Result

from grasp_learning.shard_reader import ShardReader
from grasp_learning.view_arrays import decode_view

Command = Callable[..., Result]

#: A data set that is made in seconds.
TINY = ("--scenes", 2, "--trials", 2, "catalogue=similar", "least_objects=2", "most_objects=2",
        "hard_share=0", "phoxi_share=0", "label_contacts=200", "label_directions=2",
        "label_approaches=4")  # fmt: skip


@pytest.fixture(autouse=True)
def _own_labels(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the user's labels out of it."""
    folder = tmp_path_factory.mktemp("labels")
    monkeypatch.setattr("grasp_learning.label_store.label_folder", lambda: folder)


def digest_line(result: Result) -> str:
    return next(line for line in result.stdout.splitlines() if line.startswith("digest "))


def test_a_data_set_is_made_and_only_once(grasp: Command, tmp_path: Path) -> None:
    first = grasp("data", "generate", "--out", tmp_path / "a", "--jobs", 1, *TINY)
    assert first.exit_code == 0
    assert "2 scenes in " in first.stdout
    reader = ShardReader(tmp_path / "a")
    assert digest_line(first) == f"digest {reader.digest()}"
    assert reader.manifest.settings["gripper_name"] == "parallel_100mm"
    assert reader.manifest.settings["label_contacts"] == 200
    view = decode_view(reader.read(1))
    assert len(view.spec.objects) == 2
    again = grasp("data", "generate", "--out", tmp_path / "a", *TINY)
    assert "0 scenes in " in again.stdout
    processes = grasp("data", "generate", "--out", tmp_path / "b", "--jobs", 2, *TINY)
    assert digest_line(first) == digest_line(again) == digest_line(processes)


def test_own_meshes_become_a_data_set(grasp: Command, tmp_path: Path) -> None:
    meshes = tmp_path / "my_parts"
    meshes.mkdir()
    for name, sides in (("bar", (0.03, 0.02, 0.08)), ("cube", (0.03, 0.03, 0.03))):
        trimesh.creation.box(sides).export(meshes / f"{name}.stl")
    arguments = ("data", "generate", "--out", tmp_path / "set", "--meshes", meshes, "--jobs", 1)
    smaller = [word for word in TINY if word != "catalogue=similar"]
    assert grasp(*arguments, *smaller).exit_code == 0
    reader = ShardReader(tmp_path / "set")
    assert reader.manifest.settings["catalogue"] == str(meshes)
    view = decode_view(reader.read(0))
    assert set(view.spec.objects) == {str(meshes / "bar.stl"), str(meshes / "cube.stl")}
    assert view.free.any()
    unknown = grasp("data", "generate", "--out", tmp_path / "b", "--meshes", tmp_path / "none")
    assert unknown.exit_code == 2
    valid = "training, compound, all_training, similar, novel, novel_small"
    assert f"is not one of {valid}, and no folder" in unknown.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--gripper", "hand"), "gripper 'hand' is unknown; valid: "),
        (("colour=red",), "unknown parameter colour; valid: "),
        (("label_colour=red",), "unknown parameter colour; valid: approaches, contacts, "),
        (("noise=[2, 1]",), "noise: 2.0 to 1.0 is no range"),
        (("noise=[.nan, 1]",), "noise: nan is not a finite number"),
        (("catalogue=everything",), "catalogue: 'everything' is not one of training, compound, "),
        (("--dask", "nowhere:x"), "--dask nowhere:x: no scheduler ("),
    ],
)
def test_bad_settings_end_with_one_line(
    arguments: tuple[str, ...],
    message: str,
    grasp: Command,
    tmp_path: Path,
) -> None:
    result = grasp("data", "generate", "--out", tmp_path / "set", *arguments)
    assert result.exit_code == 2
    assert f"Error: {message}" in result.stderr
    assert not (tmp_path / "set").exists()


def test_a_folder_of_another_data_set_is_refused(grasp: Command, tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"version": 1}')
    result = grasp("data", "generate", "--out", tmp_path)
    assert result.exit_code == 2
    assert "manifest.json: damaged ('samples')" in result.stderr


def test_a_scene_is_drawn(grasp: Command, tmp_path: Path) -> None:
    spec = '{"seed": 1, "objects": ["brick-0000"], "mode": "packed", "friction": 0.5}'
    path = tmp_path / "scene.png"
    result = grasp("data", "render", spec, "--camera", "phoxi", "--out", path)
    assert result.exit_code == 0
    assert '"objects": ["brick-0000"]' in result.stdout
    with Image.open(path) as image:
        assert image.width > 1000


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("absent.json",), "absent.json: No such file or directory; expected JSON or a file of it"),
        (('{"seed": 1}',), "is not a scene specification"),
        (('{"seed": 1, "objects": ["cup-0000"], "bin": "bucket"}',), "no bin 'bucket'; valid: bin"),
        (('{"seed": 1, "objects": ["moon-0000"]}',), "no object 'moon-0000'; valid: "),
        (("--out", "scene.gif"), "--out scene.gif: ending '.gif', expected .png"),
        (("--out", "absent/scene.png"), "--out absent/scene.png: there is no folder absent"),
    ],
)
def test_what_cannot_be_drawn_is_told(
    arguments: tuple[str, ...], message: str, grasp: Command
) -> None:
    result = grasp("data", "render", *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
