"""Settings on the command line: KEY=VALUE, for any field of a `Params` class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

from grasp_cli.errors import OptionError


def parse_overrides(pairs: Sequence[str]) -> dict[str, Any]:
    """Read pairs such as "views=2" or "noise=[1,2]"; values are YAML.

    Raises
    ------
    OptionError : a pair has no "=", its value is not YAML, or a key comes twice.
    """
    overrides: dict[str, Any] = {}
    for key, value in parse_texts(pairs).items():
        try:
            overrides[key] = _plain_number(yaml.safe_load(value))
        except yaml.YAMLError as error:
            message = f"'{key}={value}': the value cannot be read ({error})"
            raise OptionError(message) from error
    return overrides


def parse_texts(pairs: Sequence[str]) -> dict[str, str]:
    """Read pairs such as "joint1=joint_1"; values are texts.

    Raises
    ------
    OptionError : a pair has no "=", or a key comes twice.
    """
    texts: dict[str, str] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise OptionError(f"{pair!r} is not of the form KEY=VALUE")
        if key in texts:
            raise OptionError(f"{key} is given twice")
        texts[key] = value
    return texts


def _plain_number(value: Any) -> Any:
    """Read 1e-3 as a number; for YAML 1.1 it is a text, 1.0e-3 would not be."""
    if not isinstance(value, str):
        return value
    try:
        return float(value)
    except ValueError:
        return value
