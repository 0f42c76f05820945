"""What the executor node says when it cannot be configured."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
import rclpy
from rclpy.qos import DurabilityPolicy, QoSProfile
from tf2_msgs.msg import TFMessage

from grasp_core.errors import ParameterError
from grasp_core.transforms import transform
from grasp_executor.calibration.hand_eye import HandEye
from grasp_executor.node_params import ExecutorParams
from grasp_executor.session_ros import Session
from grasp_nodes.geometry_ros import read_transform
from grasp_robots.errors import RobotFileError


@pytest.fixture
def node(context: Any) -> Any:
    made = rclpy.create_node("configured", context=context)
    yield made
    made.destroy_node()


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({}, ParameterError, "cell_file: '' is no file"),
        ({"cell_file": "cells/diana8.yaml"}, RobotFileError, "diana8.yaml: No such file"),
        (
            {"cell_file": "cells/yumi.yaml", "planner": "ompl"},
            ParameterError,
            "planner: 'ompl' is not one of embedded, moveit",
        ),
    ],
)
def test_wrong_values_are_named(
    node: Any, values: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        Session(node, ExecutorParams(**values))


def test_the_node_stays_up_and_says_what_is_wrong(
    start_executor: Callable[..., subprocess.Popen[str]],
) -> None:
    process = start_executor("-p", "gripper_action:=claw", "-p", "speed:=1.0")
    assert process.stdout is not None
    line = next(each for each in process.stdout if "cannot configure" in each)
    assert "unknown parameter speed" in line
    assert process.poll() is None


def test_the_camera_is_published_where_it_is(
    node: Any, spinning: Any, context: Any, cell_file: Path, tmp_path: Path
) -> None:
    path = tmp_path / "handeye.yaml"
    T_base_camera = transform(np.diag([1.0, -1.0, -1.0]), [0.5, 0.0, 1.0])
    HandEye("base_link", "camera", T_base_camera).save(path)
    session = Session(node, ExecutorParams(cell_file=str(cell_file), handeye=str(path)))
    listener = rclpy.create_node("listener", context=context)
    spinning.add_node(listener)
    arrived, messages = Event(), []

    def on_transform(message: TFMessage) -> None:
        messages.append(message)
        arrived.set()

    latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
    listener.create_subscription(TFMessage, "/tf_static", on_transform, latched)
    assert arrived.wait(30.0)
    (pose,) = messages[0].transforms
    assert (pose.header.frame_id, pose.child_frame_id) == ("base_link", "camera")
    np.testing.assert_allclose(read_transform(pose), T_base_camera, atol=1e-12)
    session.close()
