from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tf2_msgs.msg import TFMessage

from grasp_core.cloud import PointCloud
from grasp_core.transforms import transform
from grasp_nodes.geometry_ros import transform_message
from grasp_perception.bags.bag_clouds import clouds_after_transforms
from grasp_perception.bags.bag_writer import BagWriter
from grasp_perception.bags.bags import Bag
from grasp_perception.errors import TransformError
from grasp_perception.ros import cloud_message
from grasp_perception.share import share_path
from grasp_perception.tf_history import TransformHistory

SECOND = 1_000_000_000


@pytest.fixture
def bag(tmp_path: Path, block_cloud: PointCloud) -> Iterator[Bag]:
    """Clouds at 1 s and 2 s; the camera moves 1 m per second; its poses come half a second late."""
    path = tmp_path / "bag"
    with BagWriter(path, share_path("grasp_msgs") / "msg") as writer:
        for half_seconds in range(1, 8):
            time_ns = half_seconds * SECOND // 2
            stamp_ns = time_ns - SECOND // 2
            T = transform(np.eye(3), [stamp_ns / SECOND, 0.0, 0.0])
            moved = TFMessage(transforms=[transform_message(T, "world", "camera", stamp_ns)])
            if half_seconds in (2, 4):
                cloud = cloud_message(replace(block_cloud, stamp_ns=time_ns))
                writer.write("/cloud", "sensor_msgs/msg/PointCloud2", cloud, time_ns)
            writer.write("/tf", "tf2_msgs/msg/TFMessage", moved, time_ns)
        no_rotation = transform_message(np.eye(4), "world", "broken", 0)
        no_rotation.transform.rotation.w = 0.0
        broken = TFMessage(transforms=[no_rotation])
        writer.write("/tf_static", "tf2_msgs/msg/TFMessage", broken, SECOND // 4)
    with Bag(path) as opened:
        yield opened


def test_a_cloud_comes_when_its_transform_is_known(bag: Bag) -> None:
    history = TransformHistory()
    seen = []
    for cloud in clouds_after_transforms(bag, None, history, wait_ns=SECOND // 2):
        seen.append(cloud.time_ns)
        T_world_camera = history.lookup("world", "camera", cloud.time_ns)
        assert T_world_camera[0, 3] == pytest.approx(cloud.time_ns / SECOND)
    assert seen == [SECOND, 2 * SECOND]


def test_what_is_recorded_after_the_wait_is_not_known(bag: Bag) -> None:
    history = TransformHistory()
    cloud = next(clouds_after_transforms(bag, None, history, wait_ns=0))
    with pytest.raises(TransformError, match="after the newest"):
        history.lookup("world", "camera", cloud.time_ns)
