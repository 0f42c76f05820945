from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from grasp_core.errors import ModelFileError
from grasp_core.model_metadata import ModelMetadata

METADATA = ModelMetadata(
    architecture="gpr",
    variant="stage1",
    kind="proposer",
    points=16384,
    margin_m=0.02,
    voxel_m=0.002,
    params={"channels": 16, "sampling": "fps"},
    gripper="parallel_100mm",
    data_digest="d1",
    metrics={"auc": 0.75},
    commit="c1",
    trained_sec=60.5,
    licence="Apache-2.0",
)


def test_metadata_come_back() -> None:
    assert ModelMetadata.from_json(METADATA.to_json()) == METADATA
    assert json.loads(METADATA.to_json())["version"] == 1


def test_files_of_before_a_field_had_a_default_are_read() -> None:
    values = json.loads(METADATA.to_json())
    assert values.pop("local_search") is False
    assert ModelMetadata.from_json(json.dumps(values)) == METADATA


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"kind": "judge"}, "kind 'judge'; valid: proposer, scorer"),
        ({"points": -1}, "points -1 must not be negative"),
        ({"voxel_m": float("nan")}, "voxel_m nan must not be negative"),
        ({"local_search": 1}, "local_search cannot be 1"),
        ({"points": 1.5}, "points cannot be 1.5"),
        ({"points": True}, "points cannot be True"),
        ({"metrics": [1]}, r"metrics cannot be \[1\]"),
        ({"gripper": None}, "gripper cannot be None"),
    ],
)
def test_a_wrong_field_is_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelFileError, match=f"metadata: {message}"):
        dataclasses.replace(METADATA, **change)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON"),
        ("[]", "not of version 1"),
        ('{"version": 2}', "not of version 1"),
        ('{"version": 1, "size": 3}', r"lacks \['architecture', .* has unknown \['size'\]"),
    ],
)
def test_text_that_holds_no_metadata(text: str, message: str) -> None:
    with pytest.raises(ModelFileError, match=f"metadata: {message}"):
        ModelMetadata.from_json(text)
