"""What BagWriter writes: readable by what its own definitions say, and always the same bytes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from geometry_msgs.msg import Point, Pose, Quaternion, Vector3
from rosbags.highlevel import AnyReader
from std_msgs.msg import ColorRGBA, Header
from visualization_msgs.msg import Marker, MarkerArray

from grasp_msgs.msg import Grasp, GraspArray, StageTiming
from grasp_perception.bags.bag_writer import BagWriter
from grasp_perception.bags.bags import Bag
from grasp_perception.errors import BagError
from grasp_perception.share import share_path

MESSAGES = Path(__file__).resolve().parents[3] / "grasp_msgs" / "msg"
GRASPS = "grasp_msgs/msg/GraspArray"
MARKERS = "visualization_msgs/msg/MarkerArray"


def grasp_array() -> GraspArray:
    pose = Pose(position=Point(x=0.1, y=0.2, z=0.3), orientation=Quaternion(x=0.0, w=1.0))
    return GraspArray(
        header=Header(frame_id="camera"),
        gripper="franka_hand",
        detector="antipodal",
        grasps=[Grasp(pose=pose, width=0.0625, score=0.5), Grasp(width=0.125, score=0.25)],
        timing=[StageTiming(stage="detect", milliseconds=12.5)],
    )


def marker_array() -> MarkerArray:
    marker = Marker(
        header=Header(frame_id="camera"),
        ns="grasps",
        id=3,
        type=Marker.CUBE,
        scale=Vector3(x=1.0, y=2.0, z=3.0),
        color=ColorRGBA(r=1.0, g=0.5, b=0.0, a=1.0),
        points=[Point(x=1.0), Point(y=1.0)],
    )
    return MarkerArray(markers=[marker])


def write(path: Path, storage: str) -> bytes:
    with BagWriter(path, MESSAGES, storage) as writer:
        for time_ns in (1, 2):
            writer.write("/grasps", GRASPS, grasp_array(), time_ns)
            writer.write("/markers", MARKERS, marker_array(), time_ns)
    (file,) = (each for each in path.iterdir() if each.name != "metadata.yaml")
    return file.read_bytes()


@pytest.mark.parametrize("storage", ["mcap", "sqlite3"])
def test_the_definitions_in_the_bag_suffice_to_read_it(tmp_path: Path, storage: str) -> None:
    write(tmp_path / "bag", storage)
    with AnyReader([tmp_path / "bag"]) as reader:  # knows no type but those in the bag
        messages = [
            reader.deserialize(data, connection.msgtype)
            for connection, _, data in reader.messages()
        ]
        digests = {connection.topic: connection.digest for connection in reader.connections}
    assert len(messages) == 4
    grasps, markers = messages[0], messages[1]
    assert [grasp.score for grasp in grasps.grasps] == [0.5, 0.25]
    assert grasps.grasps[0].pose.position.y == 0.2
    assert grasps.timing[0].stage == "detect"
    assert markers.markers[0].scale.z == 3.0
    assert markers.markers[0].points[1].y == 1.0
    built = json.loads((share_path("grasp_msgs") / "msg" / "GraspArray.json").read_text())
    assert digests["/grasps"] == built["type_hashes"][0]["hash_string"]


@pytest.mark.parametrize("storage", ["mcap", "sqlite3"])
def test_recorded_bytes_are_those_of_ros(tmp_path: Path, storage: str) -> None:
    from rclpy.serialization import deserialize_message

    write(tmp_path / "bag", storage)
    with Bag(tmp_path / "bag") as bag:
        recorded = {message.topic: message.data for message in bag.messages()}
    assert deserialize_message(recorded["/grasps"], GraspArray) == grasp_array()
    assert deserialize_message(recorded["/markers"], MarkerArray) == marker_array()


@pytest.mark.parametrize("storage", ["mcap", "sqlite3"])
def test_the_same_messages_make_the_same_bytes(tmp_path: Path, storage: str) -> None:
    assert write(tmp_path / "1" / "bag", storage) == write(tmp_path / "2" / "bag", storage)


def test_an_error_leaves_no_finished_bag(tmp_path: Path) -> None:
    def fail() -> None:
        with BagWriter(tmp_path / "bag", MESSAGES) as writer:
            writer.write("/grasps", GRASPS, grasp_array(), 1)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert not (tmp_path / "bag" / "metadata.yaml").exists()


def test_errors_of_writing(tmp_path: Path) -> None:
    with pytest.raises(BagError, match=f"{tmp_path} exists already"):
        BagWriter(tmp_path, MESSAGES)
    with pytest.raises(BagError, match=r"storage 'zip', expected one of \['mcap', 'sqlite3'\]"):
        BagWriter(tmp_path / "bag", MESSAGES, "zip")
    with pytest.raises(BagError, match=f"{tmp_path}: no message definitions"):
        BagWriter(tmp_path / "bag", tmp_path)
    (tmp_path / "file").touch()
    with (
        pytest.raises(BagError, match="file/bag: cannot be written"),
        BagWriter(tmp_path / "file" / "bag", MESSAGES),
    ):
        pass
    with (
        pytest.raises(BagError, match="type 'a_msgs/msg/B' is neither"),
        BagWriter(tmp_path / "bag", MESSAGES) as writer,
    ):
        writer.write("/b", "a_msgs/msg/B", np.zeros(3), 1)
