"""`Section`: a mapping of a YAML file whose entries are read with their type checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from grasp_core.checks import Float
from grasp_robots.errors import RobotFileError


def read_file(path: Path) -> Section:
    """Read a YAML file whose top is a mapping.

    Raises
    ------
    RobotFileError : it is missing, is not YAML or no mapping; the message names the file.
    """
    try:
        return Section("the file", yaml.safe_load(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise RobotFileError(f"{path}: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise RobotFileError(f"{path}: not YAML ({error})") from error
    except RobotFileError as error:
        raise RobotFileError(f"{path}: {error}") from error


@dataclass(frozen=True)
class Section:
    """A mapping, and the path of keys that leads to it, for messages.

    Raises
    ------
    RobotFileError : the data is no mapping from texts.
    """

    path: str
    data: Any

    def __post_init__(self) -> None:
        if not isinstance(self.data, dict) or not all(isinstance(key, str) for key in self.data):
            raise RobotFileError(f"{self.path}: expected a mapping of names, got {self.data!r}")

    def __contains__(self, key: str) -> bool:
        return key in self.data

    @property
    def name(self) -> str:
        """Last key of the path."""
        return self.path.rpartition(".")[2]

    def check_keys(self, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> None:
        """Refuse a mapping that lacks a required key or has one that is neither."""
        missing = [key for key in required if key not in self.data]
        unknown = [key for key in self.data if key not in required + optional]
        if missing:
            raise RobotFileError(f"{self.path} lacks {', '.join(missing)}")
        if unknown:
            valid = ", ".join(required + optional)
            raise RobotFileError(f"{self.path} has unknown {', '.join(unknown)}; valid: {valid}")

    def section(self, key: str) -> Section:
        """Return the mapping of a key."""
        return Section(f"{self.path}.{key}", self._value(key))

    def sections(self, key: str) -> list[Section]:
        """Return the mappings of a mapping, in the file's order."""
        inner = self.section(key)
        return [inner.section(name) for name in inner.data]

    def list_of_sections(self, key: str) -> list[Section]:
        """Return the mappings of a list."""
        values = self._value(key)
        if not isinstance(values, list):
            raise RobotFileError(f"{self.path}.{key}: {values!r} is not a list")
        return [Section(f"{self.path}.{key}[{i}]", value) for i, value in enumerate(values)]

    def text(self, key: str) -> str:
        """Return a text that is not empty."""
        value = self._value(key)
        if not isinstance(value, str) or not value:
            raise RobotFileError(f"{self.path}.{key}: {value!r} is not a name")
        return value

    def texts(self, key: str, count: int | None = None) -> tuple[str, ...]:
        """Return a list of texts, of `count` of them if given."""
        values = self._value(key)
        if not isinstance(values, list) or not all(isinstance(v, str) and v for v in values):
            raise RobotFileError(f"{self.path}.{key}: {values!r} is not a list of names")
        if count is not None and len(values) != count:
            raise RobotFileError(f"{self.path}.{key}: {len(values)} names given, {count} expected")
        return tuple(values)

    def number(self, key: str, above: float = -np.inf) -> float:
        """Return a finite number > `above`."""
        value = _number(self._value(key), f"{self.path}.{key}")
        if value <= above:
            raise RobotFileError(f"{self.path}.{key}: {value} must be > {above}")
        return value

    def numbers(self, key: str, count: int | None = None) -> Float:
        """Return a list of finite numbers as an array, of `count` of them if given."""
        values = self._value(key)
        if not isinstance(values, list):
            raise RobotFileError(f"{self.path}.{key}: {values!r} is not a list of numbers")
        if count is not None and len(values) != count:
            raise RobotFileError(
                f"{self.path}.{key}: {len(values)} numbers given, {count} expected"
            )
        return np.array([_number(value, f"{self.path}.{key}") for value in values])

    def _value(self, key: str) -> Any:
        if key not in self.data:
            raise RobotFileError(f"{self.path} lacks {key}")
        return self.data[key]


def _number(value: Any, where: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not np.isfinite(value):
        raise RobotFileError(f"{where}: {value!r} is not a finite number")
    return float(value)
