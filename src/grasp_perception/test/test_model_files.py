from __future__ import annotations

import sys
from pathlib import Path

import pytest

from grasp_core.errors import ModelFileError
from grasp_perception.model_files import ModelFile, installed_models, read_models

DIGEST = 64 * "a"


def test_the_list_names_files_beside_it(tmp_path: Path) -> None:
    text = f'# a comment\ngpr: {{file: gpr.ts, sha256: "{DIGEST}"}}\n'
    (tmp_path / "models.yaml").write_text(text)
    assert read_models(tmp_path) == {"gpr": ModelFile(tmp_path / "gpr.ts", DIGEST)}


def test_an_empty_list_has_no_models(tmp_path: Path) -> None:
    (tmp_path / "models.yaml").write_text("# nothing yet\n")
    assert read_models(tmp_path) == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("gpr: [1", r"models.yaml: not YAML"),
        ("- gpr", r"models.yaml: expected names of detectors, got \['gpr'\]"),
        ("gpr: gpr.ts", r"models.yaml: gpr must have file and sha256, got 'gpr.ts'"),
        ("gpr: {file: gpr.ts}", r"gpr must have file and sha256, got {'file': 'gpr.ts'}"),
        ("gpr: {file: gpr.ts, sha256: abc}", r"gpr.ts: sha256 'abc' is not 64 hexadecimal"),
        ("gpr: {file: gpr.ts, sha256: 12}", r"gpr.ts: sha256 12 is not 64 hexadecimal"),
    ],
)
def test_a_damaged_list_is_named(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "models.yaml").write_text(text)
    with pytest.raises(ModelFileError, match=message):
        read_models(tmp_path)


def test_a_missing_list_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"models.yaml: No such file"):
        read_models(tmp_path)


def test_where_nothing_is_installed_there_are_no_models(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AMENT_PREFIX_PATH", raising=False)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    assert installed_models() == {}
    folder = tmp_path / "share" / "grasp_perception"
    folder.mkdir(parents=True)
    assert installed_models() == {}
    (folder / "config" / "models").mkdir(parents=True)
    text = f'gpr: {{file: gpr.ts, sha256: "{DIGEST}"}}'
    (folder / "config" / "models" / "models.yaml").write_text(text)
    assert set(installed_models()) == {"gpr"}
