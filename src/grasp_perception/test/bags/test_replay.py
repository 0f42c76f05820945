"""A recording in, its grasps out: the same every time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tf2_msgs.msg import TFMessage

from grasp_core.cloud import PointCloud
from grasp_core.errors import GripperFileError
from grasp_core.transforms import transform
from grasp_msgs.srv import DetectGrasps
from grasp_nodes.geometry_ros import transform_message
from grasp_perception import ros
from grasp_perception.bags.bag_writer import BagWriter
from grasp_perception.bags.bags import Bag
from grasp_perception.bags.replay import FILTERED_TOPIC, GRASPS_TOPIC, MARKERS_TOPIC, replay
from grasp_perception.errors import BagError
from grasp_perception.node_params import PerceptionParams
from grasp_perception.share import share_path

SECOND = 1_000_000_000
CLOUD, TF = "sensor_msgs/msg/PointCloud2", "tf2_msgs/msg/TFMessage"


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory, block_cloud: PointCloud) -> Path:
    """Two clouds and one of zeros from a camera that moves; each transform follows its cloud."""
    path = tmp_path_factory.mktemp("bag") / "recorded"
    with BagWriter(path, share_path("grasp_msgs") / "msg") as bag:
        for second in (1, 2, 3):
            cloud = replace(block_cloud, stamp_ns=second * SECOND)
            message = ros.cloud_message(cloud)
            if second == 2:
                message.data = bytes(len(message.data))
            bag.write("/camera/points", CLOUD, message, second * SECOND)
            T = transform(np.diag([1.0, -1.0, -1.0]), [second / 10, 0.0, 0.8])
            moved = transform_message(T, "base", "camera", second * SECOND)
            bag.write("/tf", TF, TFMessage(transforms=[moved]), second * SECOND + SECOND // 10)
    return path


def test_every_cloud_is_answered_with_the_transform_of_its_time(
    recorded: Path, tmp_path: Path
) -> None:
    params = PerceptionParams(frame="base", max_grasps=5)
    first, empty, last = replay(recorded, tmp_path / "out", params)
    Response = DetectGrasps.Response
    assert (first.code, empty.code, last.code) == (
        Response.SUCCESS,
        Response.INVALID_CLOUD,
        Response.SUCCESS,
    )
    assert "none of the 19200 points" in empty.text
    assert (first.time_ns, first.grasps, empty.grasps) == (SECOND, 5, 0)
    assert first.stage_ms["detect"] > 0
    with Bag(tmp_path / "out") as bag:
        assert set(bag.topics) == {GRASPS_TOPIC, MARKERS_TOPIC, FILTERED_TOPIC}


def test_missing_transform_is_an_answer_of_its_own(recorded: Path, tmp_path: Path) -> None:
    params = PerceptionParams(frame="base", tf_timeout=0.05)  # the transforms come 0.1 s later
    first, *_ = replay(recorded, tmp_path / "out", params)
    assert first.code == DetectGrasps.Response.TRANSFORM_UNAVAILABLE
    assert "unknown frame 'base' and 'camera'" in first.text


@pytest.mark.parametrize("storage", ["mcap", "sqlite3"])
def test_twice_gives_the_same_to_the_last_bit(recorded: Path, tmp_path: Path, storage: str) -> None:
    for name in ("first", "second"):
        assert len(list(replay(recorded, tmp_path / name, PerceptionParams(), None, storage))) == 3
    with Bag(tmp_path / "first") as first, Bag(tmp_path / "second") as second:
        messages = list(first.messages())
        assert messages == list(second.messages())
    assert {message.topic for message in messages} == {GRASPS_TOPIC, MARKERS_TOPIC, FILTERED_TOPIC}
    assert [m.time_ns for m in messages if m.topic == GRASPS_TOPIC] == [SECOND, 3 * SECOND]


def test_wrong_input_is_named(recorded: Path, tmp_path: Path) -> None:
    with pytest.raises(BagError, match="no such bag"):
        list(replay(tmp_path / "none", tmp_path / "out", PerceptionParams()))
    with pytest.raises(BagError, match="no topic '/lidar' of clouds"):
        list(replay(recorded, tmp_path / "out", PerceptionParams(), topic="/lidar"))
    with pytest.raises(GripperFileError, match="gripper 'claw' is unknown"):
        list(replay(recorded, tmp_path / "out2", PerceptionParams(gripper="claw")))
    with pytest.raises(BagError, match="exists"):
        list(replay(recorded, recorded, PerceptionParams()))
