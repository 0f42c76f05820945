"""The parameter file of the driver realsense2_camera, as ROS's own parser reads it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import rclpy

ROOT = Path(__file__).resolve().parents[4]
FILE = ROOT / "config" / "drivers" / "realsense2_camera.yaml"
POINT_CLOUD = {
    "enable": True,
    "ordered_pc": True,
    "allow_no_texture_points": True,
    "stream_filter": 2,
}


@pytest.fixture
def node() -> Iterator[Any]:
    """A node that was started with the file."""
    context = rclpy.Context()
    rclpy.init(context=context)
    made = rclpy.create_node(
        "camera",
        namespace="camera",
        context=context,
        cli_args=["--ros-args", "--params-file", str(FILE)],
        automatically_declare_parameters_from_overrides=True,
    )
    yield made
    made.destroy_node()
    rclpy.shutdown(context=context)


@pytest.mark.parametrize("block", ["pointcloud", "pointcloud__neon_"])
def test_the_driver_gives_ordered_clouds_on_every_processor(node: Any, block: str) -> None:
    given = node.get_parameters_by_prefix(block)
    assert {name: parameter.value for name, parameter in given.items()} == POINT_CLOUD


def test_the_profiles_are_texts_that_the_driver_splits(node: Any) -> None:
    for name in ("depth_module.depth_profile", "rgb_camera.color_profile"):
        assert node.get_parameter(name).value == "848x480x15"


def test_both_parts_of_the_disparity_transform_are_switched_alike(node: Any) -> None:
    there, back = (
        node.get_parameter(f"{name}.enable").value
        for name in ("disparity_filter", "disparity_to_depth")
    )
    assert there == back
