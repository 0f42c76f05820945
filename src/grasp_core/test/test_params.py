from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from grasp_core.errors import ParameterError
from grasp_core.params import build_params, check_params, load_overrides, parameter


@dataclass(frozen=True)
class Params:
    """One field of each type."""

    on: bool = parameter(True, "A switch.")
    count: int = parameter(3, "A count.", low=1, high=9)
    size: float = parameter(0.5, "A size.", unit="m", low=0.0)
    name: str = parameter("a", "A choice.", choices=("a", "b"))
    center: tuple[float, ...] = parameter((0.0, 0.0, 0.0), "A point.", unit="m", low=-1.0, high=1.0)

    def __post_init__(self) -> None:
        check_params(self)


def test_defaults_are_valid() -> None:
    assert build_params(Params, {}) == Params()


def test_overrides_take_the_type_of_the_default() -> None:
    params = build_params(Params, {"size": 2, "center": np.array([0, 0, 1]), "count": np.int64(4)})
    assert params.size == 2.0
    assert isinstance(params.size, float)
    assert params.center == (0.0, 0.0, 1.0)
    assert type(params.count) is int


def test_an_unknown_parameter_is_named_with_the_valid_ones() -> None:
    with pytest.raises(ParameterError, match="unknown parameter sise; valid: center, count, name"):
        build_params(Params, {"sise": 1.0})


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"on": 1}, "on: 1 is not true or false"),
        ({"count": 2.5}, "count: 2.5 is not a whole number"),
        ({"count": True}, "count: True is not a whole number"),
        ({"count": 10}, r"count: 10 is not in \[1, 9\]"),
        ({"size": -0.1}, r"size: -0.1 is not in \[0.0, inf\] m"),
        ({"size": float("nan")}, "size: nan is not a finite number"),
        ({"size": "big"}, "size: 'big' is not a finite number"),
        ({"name": "c"}, "name: 'c' is not one of a, b"),
        ({"center": (0.0, 0.0)}, "center: 2 numbers given, 3 expected"),
        ({"center": "abc"}, "center: 'abc' is not a list of 3 numbers"),
        ({"center": (0.0, 0.0, 2.0)}, r"center: 2.0 is not in \[-1.0, 1.0\] m"),
    ],
)
def test_a_wrong_value_is_named(overrides: dict[str, object], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        build_params(Params, overrides)


def test_all_wrong_values_are_named_at_once() -> None:
    with pytest.raises(ParameterError, match=r"count: .*; size: "):
        Params(count=0, size=-1.0)


def test_a_nodes_section_wins_over_the_common_one(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(
        "/**: {ros__parameters: {count: 2, size: 1.0}}\n"
        "camera: {ros__parameters: {count: 5}}\n"
        "other: {ros__parameters: {count: 7}}\n"
    )
    assert load_overrides(path, "camera") == {"count": 5, "size": 1.0}


def test_an_empty_file_overrides_nothing(tmp_path: Path) -> None:
    path = tmp_path / "params.yaml"
    path.write_text("")
    assert load_overrides(path, "camera") == {}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("camera: {count: 5}", "section camera lacks ros__parameters"),
        ("camera: [1, 2]", "section camera lacks ros__parameters"),
        ("[1, 2]", "expected sections named after nodes"),
        ("a: [", "not YAML"),
    ],
)
def test_a_file_of_another_layout_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "params.yaml"
    path.write_text(text)
    with pytest.raises(ParameterError, match=message):
        load_overrides(path, "camera")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"none\.yaml: No such file"):
        load_overrides(tmp_path / "none.yaml", "camera")
