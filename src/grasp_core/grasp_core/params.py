"""Parameters of a node or a library call, declared once: type, unit, range and meaning.

A `Params` class is a frozen dataclass whose fields come from `parameter(...)` and whose
`__post_init__` calls `check_params`. ROS nodes declare the same fields, the command line and YAML
files override them, the reference page lists them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import yaml

from grasp_core.errors import ParameterError

P = TypeVar("P")


def parameter(
    default: Any,
    description: str,
    *,
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    choices: Sequence[str] = (),
) -> Any:
    """Declare one field of a `Params` class.

    Parameters
    ----------
    default : bool, int, float, str or a tuple of floats; its type is the parameter's type.
    low, high : inclusive bounds of a number, or of each number of a tuple.
    choices : the valid values of a text.
    """
    metadata = {"description": description, "unit": unit, "low": low, "high": high}
    return dataclasses.field(default=default, metadata={**metadata, "choices": tuple(choices)})


def check_params(params: Any) -> None:
    """Convert each field to its declared type and check its range.

    Raises
    ------
    ParameterError : names every field that is wrong, its value and what is valid.
    """
    problems = []
    for field in dataclasses.fields(params):
        value = getattr(params, field.name)
        try:
            object.__setattr__(params, field.name, _converted(value, field))
        except ParameterError as error:
            problems.append(str(error))
    if problems:
        raise ParameterError("; ".join(problems))


def build_params(cls: type[P], overrides: Mapping[str, Any]) -> P:
    """Make `cls` from overrides only.

    Raises
    ------
    ParameterError : an override is unknown (all valid names are listed) or out of range.
    """
    valid = [field.name for field in dataclasses.fields(cls)]  # type: ignore[arg-type]
    unknown = sorted(set(overrides) - set(valid))
    if unknown:
        raise ParameterError(
            f"unknown parameter {', '.join(unknown)}; valid: {', '.join(sorted(valid))}"
        )
    return cls(**overrides)


def load_overrides(path: Path | str, node_name: str) -> dict[str, Any]:
    """Read the overrides of one node from a ROS parameter file.

    The layout is ROS's: ``node_name: {ros__parameters: {name: value}}``; `/**` applies to every
    node, the node's own section wins.

    Raises
    ------
    ParameterError : the file is missing, is not YAML or has another layout.
    """
    path = Path(path)
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except OSError as error:
        raise ParameterError(f"{path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ParameterError(f"{path}: not YAML ({error})") from error
    overrides: dict[str, Any] = {}
    for section in ("/**", node_name):
        if not isinstance(data, dict):
            raise ParameterError(f"{path}: expected sections named after nodes, got {data!r}")
        values = data.get(section, {"ros__parameters": {}})
        if not isinstance(values, dict) or not isinstance(values.get("ros__parameters"), dict):
            raise ParameterError(f"{path}: section {section} lacks ros__parameters")
        overrides.update(values["ros__parameters"])
    return overrides


def _converted(value: Any, field: dataclasses.Field[Any]) -> Any:
    """Return `value` in the type of the field's default, inside the field's range."""
    name, default = field.name, field.default
    if isinstance(default, bool):
        if not isinstance(value, bool):
            raise ParameterError(f"{name}: {value!r} is not true or false")
        return value
    if isinstance(default, str):
        choices = field.metadata["choices"]
        if not isinstance(value, str) or (choices and value not in choices):
            valid = f"one of {', '.join(choices)}" if choices else "a text"
            raise ParameterError(f"{name}: {value!r} is not {valid}")
        return value
    if isinstance(default, tuple):
        if isinstance(value, (str, bytes)) or not hasattr(value, "__len__"):
            raise ParameterError(f"{name}: {value!r} is not a list of {len(default)} numbers")
        if len(value) != len(default):
            raise ParameterError(f"{name}: {len(value)} numbers given, {len(default)} expected")
        return tuple(_number(entry, name, float, field.metadata) for entry in value)
    return _number(value, name, type(default), field.metadata)


def _number(value: Any, name: str, kind: type, metadata: Mapping[str, Any]) -> Any:
    numbers = (int, np.integer) if kind is int else (int, float, np.integer, np.floating)
    if isinstance(value, bool) or not isinstance(value, numbers) or not np.isfinite(value):
        wanted = "a whole number" if kind is int else "a finite number"
        raise ParameterError(f"{name}: {value!r} is not {wanted}")
    low, high = metadata["low"], metadata["high"]
    if (low is not None and value < low) or (high is not None and value > high):
        low_text = "-inf" if low is None else low
        high_text = "inf" if high is None else high
        unit = f" {metadata['unit']}" if metadata["unit"] else ""
        raise ParameterError(f"{name}: {value} is not in [{low_text}, {high_text}]{unit}")
    return kind(value)
