"""Our bags are read by what is written in them, as Foxglove reads them; its reader knows no ROS."""

from __future__ import annotations

from pathlib import Path

import pytest
from mcap.reader import make_reader
from mcap_ros2.decoder import DecoderFactory

from grasp_perception.bags.replay import replay
from grasp_perception.node_params import PerceptionParams

BAG = Path(__file__).parents[1] / "sample_bag"


@pytest.fixture(scope="module")
def replayed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bag") / "replayed"
    assert len(list(replay(BAG, path, PerceptionParams(max_grasps=5)))) == 2
    return path


def read(bag: Path) -> dict[str, list[object]]:
    """Messages by type, decoded by the definitions of the file alone."""
    (file,) = bag.glob("*.mcap")
    found: dict[str, list[object]] = {}
    with file.open("rb") as stream:
        reader = make_reader(stream, decoder_factories=[DecoderFactory()])
        for schema, channel, _, message in reader.iter_decoded_messages():
            assert schema is not None
            assert (schema.encoding, channel.message_encoding) == ("ros2msg", "cdr")
            found.setdefault(schema.name, []).append(message)
    return found


def test_the_recorded_bag_explains_itself() -> None:
    found = read(BAG)
    assert {name: len(messages) for name, messages in found.items()} == {
        "sensor_msgs/msg/Image": 2,
        "sensor_msgs/msg/CameraInfo": 2,
        "tf2_msgs/msg/TFMessage": 1,
    }
    image = found["sensor_msgs/msg/Image"][0]
    assert (image.width, image.height, image.encoding) == (848, 480, "16UC1")  # type: ignore[attr-defined]
    assert len(image.data) == 2 * 848 * 480  # type: ignore[attr-defined]
    (transforms,) = found["tf2_msgs/msg/TFMessage"]
    assert transforms.transforms[0].header.frame_id == "world"  # type: ignore[attr-defined]


def test_a_replayed_bag_explains_our_own_messages(replayed: Path) -> None:
    found = read(replayed)
    assert set(found) == {
        "grasp_msgs/msg/GraspArray",
        "sensor_msgs/msg/PointCloud2",
        "visualization_msgs/msg/MarkerArray",
    }
    for message in found["grasp_msgs/msg/GraspArray"]:
        assert message.gripper == PerceptionParams().gripper  # type: ignore[attr-defined]
        assert len(message.grasps) == 5  # type: ignore[attr-defined]
        assert all(0 < each.width <= 0.1 for each in message.grasps)  # type: ignore[attr-defined]
