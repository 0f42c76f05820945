"""What is played, and when."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from rosbags.rosbag2 import StoragePlugin, Writer
from rosbags.typesys import Stores, get_typestore
from tf2_msgs.msg import TFMessage

from grasp_core.cloud import PointCloud
from grasp_core.transforms import transform
from grasp_nodes.geometry_ros import transform_message
from grasp_perception import ros
from grasp_perception.bags.bag_writer import BagWriter
from grasp_perception.bags.playlist import playlist
from grasp_perception.errors import BagError, CloudFileError
from grasp_perception.share import share_path

SECOND = 1_000_000_000
CLOUD, TF = "sensor_msgs/msg/PointCloud2", "tf2_msgs/msg/TFMessage"


@pytest.fixture
def bag(tmp_path: Path, block_cloud: PointCloud) -> Path:
    moved = transform_message(transform(np.eye(3), [1, 2, 3]), "base", "camera", 0)
    with BagWriter(tmp_path / "a.bag", share_path("grasp_msgs") / "msg") as writer:
        writer.write("/tf", TF, TFMessage(transforms=[moved]), 100 * SECOND)
        for time in (101, 103):
            writer.write("/points", CLOUD, ros.cloud_message(block_cloud), time * SECOND)
    return tmp_path / "a.bag"


def test_bag_is_played_at_its_own_times(bag: Path, block_cloud: PointCloud) -> None:
    transforms, cloud, last = playlist(bag, None, loop=False)
    assert [item.elapsed_ns for item in (transforms, cloud, last)] == [0, SECOND, 3 * SECOND]
    assert transforms.content.read()[0].child == "camera"
    np.testing.assert_array_equal(cloud.content.read().points, block_cloud.points)


def test_loop_starts_again_with_the_same_stamps(bag: Path) -> None:
    items = list(islice(playlist(bag, None, loop=True), 7))
    assert [item.elapsed_ns // SECOND for item in items] == [0, 1, 3, 3, 4, 6, 6]
    assert [item.content.time_ns // SECOND for item in items] == [100, 101, 103] * 2 + [100]


def test_file_is_shown_once_or_every_second(tmp_path: Path) -> None:
    path = tmp_path / "frame.npz"
    np.savez(path, xyz=np.ones((2, 3, 3), np.float32))
    (item,) = playlist(path, None, loop=False)
    assert item.content.read().source_shape == (2, 3)
    looped = islice(playlist(path, None, loop=True), 3)
    assert [each.elapsed_ns for each in looped] == [0, SECOND, 2 * SECOND]


def test_missing_and_empty_are_errors(tmp_path: Path) -> None:
    with Writer(tmp_path / "silent", version=8, storage_plugin=StoragePlugin.MCAP) as silent:
        silent.add_connection("/points", CLOUD, typestore=get_typestore(Stores.ROS2_JAZZY))
    with pytest.raises(BagError, match="silent: holds no cloud and no transform"):
        list(playlist(tmp_path / "silent", None, loop=True))
    with pytest.raises(BagError, match="no such bag"):
        list(playlist(tmp_path / "none", None, loop=False))
    with pytest.raises(CloudFileError, match=r"none\.pcd"):
        list(playlist(tmp_path / "none.pcd", None, loop=False))
