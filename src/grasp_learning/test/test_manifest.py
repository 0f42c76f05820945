from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from grasp_learning.errors import ShardError
from grasp_learning.manifest import Manifest

SETTINGS = {"noise": "d435", "views": 2}
MANIFEST = Manifest(samples=13, per_shard=4, settings=SETTINGS)


def test_a_manifest_comes_back_and_may_be_saved_again(tmp_path: Path) -> None:
    settings = {"sizes": (0.01, 0.02), "deep": {"b": None, "a": True}}
    manifest = Manifest(13, 4, settings)
    for _ in range(2):
        manifest.save(tmp_path / "new" / "folder")
    assert Manifest.load(tmp_path / "new" / "folder") == manifest
    assert manifest.shards == 4
    assert Manifest(12, 4, {}).shards == 3


def test_the_order_of_settings_does_not_matter() -> None:
    assert replace(MANIFEST, settings={"views": 2, "noise": "d435"}).text() == MANIFEST.text()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"samples": 14}, "made with samples = 13, now it is 14; choose another folder"),
        ({"per_shard": 5}, "made with per_shard = 4, now it is 5"),
        ({"settings": {**SETTINGS, "views": 1}}, "made with views = 2, now it is 1"),
        ({"settings": {"noise": "d435"}}, "made with views = 2, now it is None"),
    ],
)
def test_a_folder_keeps_to_one_data_set(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    MANIFEST.save(tmp_path)
    with pytest.raises(ShardError, match=message):
        replace(MANIFEST, **change).save(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", r"manifest\.json: damaged"),
        ("[]", r"manifest\.json: damaged"),
        ('{"version": 2}', "version 2, this program reads 1"),
        ('{"version": 1, "samples": 3}', r"manifest\.json: damaged \('per_shard'\)"),
        (
            '{"version": 1, "samples": 0, "per_shard": 1, "settings": {}}',
            "damaged .*0 samples, 1 per shard: must be positive",
        ),
    ],
)
def test_a_damaged_manifest_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(ShardError, match=message):
        Manifest.load(tmp_path)


def test_a_folder_without_manifest_is_no_data_set(tmp_path: Path) -> None:
    with pytest.raises(ShardError, match=r"manifest\.json: missing, this is no data set"):
        Manifest.load(tmp_path)


def test_impossible_manifests_are_refused() -> None:
    with pytest.raises(ShardError, match="0 samples, 4 per shard: must be positive"):
        Manifest(0, 4, {})
    with pytest.raises(ShardError, match="settings are not JSON"):
        Manifest(1, 4, {"mean": float("nan")})
    with pytest.raises(ShardError, match="settings are not JSON"):
        Manifest(1, 4, {"folder": Path("a")})


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ShardError, match=r"file/manifest\.json: (File exists|Not a directory)"):
        MANIFEST.save(tmp_path / "file")
