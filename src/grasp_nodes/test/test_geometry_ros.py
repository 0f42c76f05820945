"""Headers, poses and transforms: each conversion and its way back."""

from __future__ import annotations

import numpy as np
import pytest
from geometry_msgs.msg import Pose, TransformStamped
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from rclpy.serialization import deserialize_message, serialize_message
from scipy.spatial.transform import Rotation

from grasp_core.errors import ArrayError
from grasp_core.transforms import transform
from grasp_nodes.geometry_ros import (
    header,
    pose_message,
    pose_messages,
    read_pose,
    read_transform,
    transform_message,
)

seeds = st.integers(0, 2**32 - 1)


def random_pose(seed: int) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    return transform(Rotation.random(rng=rng).as_matrix(), rng.normal(size=3))


def over_the_wire(message: object) -> object:
    """The message as another process gets it."""
    return deserialize_message(serialize_message(message), type(message))


def test_a_header_has_seconds_and_nanoseconds() -> None:
    made = header("camera", 1_700_000_000_123_456_789)
    assert made.frame_id == "camera"
    assert (made.stamp.sec, made.stamp.nanosec) == (1_700_000_000, 123_456_789)


def test_a_batch_of_poses_is_each_pose() -> None:
    T = np.stack([random_pose(seed) for seed in range(3)])
    assert pose_messages(T) == [pose_message(each) for each in T]
    assert pose_messages(T[:0]) == []


def test_quaternions_are_xyzw() -> None:
    quarter_turn = transform([[0, -1, 0], [1, 0, 0], [0, 0, 1]], [1.0, 2.0, 3.0])
    pose = pose_message(quarter_turn)
    assert (pose.position.x, pose.position.y, pose.position.z) == (1.0, 2.0, 3.0)
    q = pose.orientation
    np.testing.assert_allclose([q.x, q.y, q.z, q.w], [0, 0, np.sqrt(0.5), np.sqrt(0.5)])


@given(seeds)
def test_pose_and_transform_round_trip(seed: int) -> None:
    T = random_pose(seed)
    np.testing.assert_allclose(read_pose(pose_message(T)), T, atol=1e-12)
    message = over_the_wire(transform_message(T, "base", "camera", 3_000_000_004))
    assert (message.header.frame_id, message.child_frame_id) == ("base", "camera")
    assert (message.header.stamp.sec, message.header.stamp.nanosec) == (3, 4)
    np.testing.assert_allclose(read_transform(message), T, atol=1e-12)


def test_no_rotation_is_no_pose() -> None:
    pose = Pose()
    pose.orientation.w = 0.0
    with pytest.raises(ArrayError, match="no direction"):
        read_pose(pose)
    pose = Pose()
    pose.position.x = np.nan
    with pytest.raises(ArrayError, match="position: value at index"):
        read_pose(pose)
    message = TransformStamped()
    message.transform.translation.z = np.inf
    with pytest.raises(ArrayError, match="translation: value at index"):
        read_transform(message)
