"""Parameters of the nodes, as dataclasses and as parameters of ROS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from typing import Any

import pytest
import rclpy
from rclpy.node import Node
from rclpy.parameter import Parameter

from grasp_core.errors import ParameterError
from grasp_core.params import build_params
from grasp_perception.node_params import BagPlayerParams, PerceptionParams
from grasp_perception.params_ros import NodeParams
from grasp_perception.pipeline import PipelineParams

MakeNode = Callable[..., tuple[Node, NodeParams]]


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
        return node, NodeParams(node, PerceptionParams)

    yield make
    for node in nodes:
        node.destroy_node()
    context.shutdown()


def test_perception_has_the_parameters_of_the_pipeline() -> None:
    names = {field.name for field in fields(PerceptionParams)}
    assert names > {field.name for field in fields(PipelineParams)}
    params = PerceptionParams()
    assert (params.mode, params.detector, params.autostart) == ("on_demand", "antipodal", True)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"mode": "always"}, "mode: 'always' is not one of on_demand, continuous"),
        ({"detector": "gpd"}, "detector: 'gpd' is not one of antipodal"),
        ({"tf_timeout": -1.0}, r"tf_timeout: -1\.0 is not in \[0\.0, 10\.0\] s"),
        ({"autostart": 1}, "autostart: 1 is not true or false"),
        ({"speed": 1}, "unknown parameter speed; valid: approach_axis, .*voxel_size"),
    ],
)
def test_wrong_values_are_named(overrides: dict[str, Any], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        build_params(PerceptionParams, overrides)


def test_player_needs_something_to_play() -> None:
    with pytest.raises(ParameterError, match="path: name a bag or a cloud file"):
        BagPlayerParams()


def test_every_parameter_is_declared_with_its_description(make_node: MakeNode) -> None:
    node, params = make_node()
    for field in fields(PerceptionParams):
        descriptor = node.describe_parameter(field.name)
        assert descriptor.description.startswith(field.metadata["description"])
        if field.metadata["low"] is not None:
            ranges = [*descriptor.floating_point_range, *descriptor.integer_range]
            assert [each.from_value for each in ranges] == [field.metadata["low"]]
    assert params.read(PerceptionParams) == PerceptionParams()


def test_overrides_are_read(make_node: MakeNode) -> None:
    _, params = make_node(
        reach=1, max_grasps=7, region_size=[0.1, 0.2, 0.3], mode="continuous", use_sim_time=False
    )
    read = params.read(PerceptionParams)
    assert isinstance(read.reach, float)
    assert (read.reach, read.max_grasps, read.mode) == (1.0, 7, "continuous")
    assert read.region_size == (0.1, 0.2, 0.3)


def test_wrong_overrides_are_kept_and_refused_when_read(make_node: MakeNode) -> None:
    node, params = make_node(voxel_size=-1.0, max_grasps=0, region_size=[1.0], frame=3)
    assert node.get_parameter("voxel_size").value == -1.0
    with pytest.raises(ParameterError) as caught:
        params.read(PerceptionParams)
    assert "voxel_size: -1.0 is not in [0.0005, 0.05] m" in str(caught.value)
    assert "max_grasps: 0 is not in [1, 10000]" in str(caught.value)
    assert "region_size: 1 numbers given, 3 expected" in str(caught.value)
    assert "frame: 3 is not a text" in str(caught.value)


def test_unknown_overrides_are_refused_when_read(make_node: MakeNode) -> None:
    _, params = make_node(voxelsize=0.01)
    with pytest.raises(ParameterError, match="unknown parameter voxelsize; valid: approach_axis"):
        params.read(PerceptionParams)


def test_values_are_fixed_from_reading_until_thaw(make_node: MakeNode) -> None:
    node, params = make_node()
    change = [Parameter("max_grasps", value=3)]
    assert node.set_parameters(change)[0].successful
    assert params.read(PerceptionParams).max_grasps == 3
    (result,) = node.set_parameters([Parameter("max_grasps", value=4)])
    assert (result.successful, "max_grasps: clean up the node" in result.reason) == (False, True)
    params.thaw()
    assert node.set_parameters([Parameter("max_grasps", value=4)])[0].successful
    assert params.read(PerceptionParams).max_grasps == 4
    (result,) = node.set_parameters([Parameter("max_grasps", value=-4)])
    assert not result.successful


def test_values_stay_free_when_reading_fails(make_node: MakeNode) -> None:
    node, params = make_node(voxel_size=-1.0)
    with pytest.raises(ParameterError, match="voxel_size"):
        params.read(PerceptionParams)
    assert node.set_parameters([Parameter("voxel_size", value=0.002)])[0].successful
    assert params.read(PerceptionParams).voxel_size == 0.002
