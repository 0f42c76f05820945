"""A `Params` class as the parameters of a node."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any

import pytest
import rclpy
from rclpy.node import Node
from rclpy.parameter import Parameter

from grasp_core.errors import ParameterError
from grasp_core.params import check_params, parameter
from grasp_nodes.params_ros import NodeParams

MakeNode = Callable[..., tuple[Node, NodeParams]]


@dataclass(frozen=True)
class Params:
    reach: float = parameter(0.5, "Largest distance.", unit="m", low=0.0)
    voxel_size: float = parameter(0.003, "Edge of a voxel.", unit="m", low=0.0005, high=0.05)
    max_grasps: int = parameter(50, "At most so many.", low=1, high=10000)
    region_size: tuple[float, ...] = parameter((0.0, 0.0, 0.0), "Edges.", unit="m", low=0.0)
    mode: str = parameter("on_demand", "When.", choices=("on_demand", "continuous"))
    frame: str = parameter("", "Frame of the result.")

    def __post_init__(self) -> None:
        check_params(self)


@pytest.fixture
def make_node() -> Iterator[MakeNode]:
    """Make a node whose command line or file gives these overrides."""
    context = rclpy.Context()
    rclpy.init(context=context)
    nodes = []

    def make(**overrides: Any) -> tuple[Node, NodeParams]:
        node = Node(
            "params",
            context=context,
            parameter_overrides=[Parameter(k, value=v) for k, v in overrides.items()],
            automatically_declare_parameters_from_overrides=True,
        )
        nodes.append(node)
        return node, NodeParams(node, Params)

    yield make
    for node in nodes:
        node.destroy_node()
    context.shutdown()


def test_every_parameter_is_declared_with_its_description(make_node: MakeNode) -> None:
    node, params = make_node()
    for field in fields(Params):
        descriptor = node.describe_parameter(field.name)
        assert descriptor.description.startswith(field.metadata["description"])
        if field.metadata["low"] is not None:
            ranges = [*descriptor.floating_point_range, *descriptor.integer_range]
            assert [each.from_value for each in ranges] == [field.metadata["low"]]
    assert node.describe_parameter("voxel_size").description == "Edge of a voxel. [m]"
    constraints = node.describe_parameter("mode").additional_constraints
    assert constraints == "one of on_demand, continuous"
    assert params.read(Params) == Params()


def test_overrides_are_read(make_node: MakeNode) -> None:
    _, params = make_node(
        reach=1, max_grasps=7, region_size=[0.1, 0.2, 0.3], mode="continuous", use_sim_time=False
    )
    read = params.read(Params)
    assert isinstance(read.reach, float)
    assert (read.reach, read.max_grasps, read.mode) == (1.0, 7, "continuous")
    assert read.region_size == (0.1, 0.2, 0.3)


def test_wrong_overrides_are_kept_and_refused_when_read(make_node: MakeNode) -> None:
    node, params = make_node(voxel_size=-1.0, max_grasps=0, region_size=[1.0], frame=3)
    assert node.get_parameter("voxel_size").value == -1.0
    with pytest.raises(ParameterError) as caught:
        params.read(Params)
    assert "voxel_size: -1.0 is not in [0.0005, 0.05] m" in str(caught.value)
    assert "max_grasps: 0 is not in [1, 10000]" in str(caught.value)
    assert "region_size: 1 numbers given, 3 expected" in str(caught.value)
    assert "frame: 3 is not a text" in str(caught.value)


def test_unknown_overrides_are_refused_when_read(make_node: MakeNode) -> None:
    _, params = make_node(voxelsize=0.01)
    with pytest.raises(ParameterError, match="unknown parameter voxelsize; valid: frame, "):
        params.read(Params)


def test_values_are_fixed_from_reading_until_thaw(make_node: MakeNode) -> None:
    node, params = make_node()
    change = [Parameter("max_grasps", value=3)]
    assert node.set_parameters(change)[0].successful
    assert params.read(Params).max_grasps == 3
    (result,) = node.set_parameters([Parameter("max_grasps", value=4)])
    assert (result.successful, "max_grasps: clean up the node" in result.reason) == (False, True)
    params.thaw()
    assert node.set_parameters([Parameter("max_grasps", value=4)])[0].successful
    assert params.read(Params).max_grasps == 4
    (result,) = node.set_parameters([Parameter("max_grasps", value=-4)])
    assert not result.successful


def test_values_stay_free_when_reading_fails(make_node: MakeNode) -> None:
    node, params = make_node(voxel_size=-1.0)
    with pytest.raises(ParameterError, match="voxel_size"):
        params.read(Params)
    assert node.set_parameters([Parameter("voxel_size", value=0.002)])[0].successful
    assert params.read(Params).voxel_size == 0.002
