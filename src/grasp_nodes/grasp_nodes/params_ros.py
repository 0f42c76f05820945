"""A `Params` dataclass as the parameters of a ROS node."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any, TypeVar

import numpy as np
from rcl_interfaces.msg import (
    FloatingPointRange,
    IntegerRange,
    ParameterDescriptor,
    SetParametersResult,
)
from rclpy.exceptions import InvalidParameterValueException
from rclpy.node import Node
from rclpy.parameter import Parameter

from grasp_core.params import build_params

P = TypeVar("P")

_INT64_MAX = 2**63 - 1
#: Parameters that rclpy itself gives to every node.
_OF_ROS = ("use_sim_time", "start_type_description_service", "qos_overrides.")


class NodeParams:
    """Declares the fields of a `Params` class on a node, and reads them.

    A wrong override must not keep the node from starting, so it is declared as it was given and
    refused by `read`. The node must have been made with
    ``automatically_declare_parameters_from_overrides=True``: unknown names are seen only then.
    """

    def __init__(self, node: Node, cls: type[Any]) -> None:
        self._node = node
        self._names = [field.name for field in dataclasses.fields(cls)]
        self._frozen = False
        given = node.get_parameters_by_prefix("")
        overrides = {name: node.get_parameter(name).value for name in given}
        self._unknown = {
            name: value
            for name, value in overrides.items()
            if name not in self._names and not name.startswith(_OF_ROS)
        }
        for field in dataclasses.fields(cls):
            value = overrides.get(field.name, field.default)
            if field.name in overrides:
                node.undeclare_parameter(field.name)
            _declare(node, field, value)
        node.add_on_set_parameters_callback(self._on_set)

    def read(self, cls: type[P]) -> P:
        """Build `cls` from the node's present values and keep them from being changed.

        Raises
        ------
        ParameterError : names every parameter that is unknown or whose value is not valid.
        """
        values = {name: self._node.get_parameter(name).value for name in self._names}
        params = build_params(cls, values | self._unknown)
        self._frozen = True
        return params

    def thaw(self) -> None:
        """Allow changes again; the next `read` takes them."""
        self._frozen = False

    def _on_set(self, changes: Sequence[Parameter]) -> SetParametersResult:
        frozen = [change.name for change in changes if change.name in self._names and self._frozen]
        reason = f"{', '.join(frozen)}: clean up the node, then set, then configure it again"
        return SetParametersResult(successful=not frozen, reason=reason if frozen else "")


def _declare(node: Node, field: dataclasses.Field[Any], value: Any) -> None:
    """Declare one field with its description and range."""
    descriptor = _descriptor(field)
    try:
        node.declare_parameter(field.name, value, descriptor, ignore_override=True)
    except InvalidParameterValueException:
        # Out of range: without the range it can be shown as it is; `read` refuses it.
        descriptor.floating_point_range, descriptor.integer_range = [], []
        node.declare_parameter(field.name, value, descriptor, ignore_override=True)


def _descriptor(field: dataclasses.Field[Any]) -> ParameterDescriptor:
    """Describe one field: meaning, unit, valid values and range."""
    unit, choices = field.metadata["unit"], field.metadata["choices"]
    low, high = field.metadata["low"], field.metadata["high"]
    descriptor = ParameterDescriptor(
        name=field.name,
        description=field.metadata["description"] + (f" [{unit}]" if unit else ""),
        additional_constraints=f"one of {', '.join(choices)}" if choices else "",
        # YAML's `reach: 1` is an integer that means 1.0; `read` checks the type.
        dynamic_typing=True,
    )
    if low is None and high is None:
        return descriptor
    if isinstance(field.default, int):
        lowest = -_INT64_MAX if low is None else int(low)
        highest = _INT64_MAX if high is None else int(high)
        descriptor.integer_range = [IntegerRange(from_value=lowest, to_value=highest)]
    else:
        largest = float(np.finfo(np.float64).max)
        lowest_float = -largest if low is None else float(low)
        highest_float = largest if high is None else float(high)
        descriptor.floating_point_range = [
            FloatingPointRange(from_value=lowest_float, to_value=highest_float)
        ]
    return descriptor
