"""Bags of both storages, written and read back, and every way in which one can be damaged."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grasp_core.cloud import PointCloud
from grasp_core.errors import ArrayError
from grasp_perception.bags.bag_writer import BagWriter
from grasp_perception.bags.bags import Bag, BagCloud, BagTransforms
from grasp_perception.clouds.point_cloud2 import cloud_fields
from grasp_perception.errors import BagError, CloudMessageError

MESSAGES = Path(__file__).resolve().parents[3] / "grasp_msgs" / "msg"
CLOUD = "sensor_msgs/msg/PointCloud2"
SECOND = 1_000_000_000
STORAGES = ("mcap", "sqlite3")


def header(frame_id: str, seconds: int) -> SimpleNamespace:
    return SimpleNamespace(frame_id=frame_id, stamp=SimpleNamespace(sec=seconds, nanosec=5))


def cloud_message(seconds: int, **changes: Any) -> SimpleNamespace:
    xyz = np.array([[[1, 2, 3], [0, 0, 0]], [[4, 5, 6], [seconds, 0, 1]]], np.float32)
    values = cloud_fields(PointCloud.from_xyz(xyz, "camera"))._asdict()
    head = header("camera", seconds)
    return SimpleNamespace(**{"header": head, "is_bigendian": False, **values, **changes})


def transforms_message(seconds: int, qw: float = 1.0) -> SimpleNamespace:
    transform = SimpleNamespace(
        translation=SimpleNamespace(x=0.5, y=0.0, z=1.0),
        rotation=SimpleNamespace(x=0.0, y=0.0, z=qw, w=qw),
    )
    return SimpleNamespace(
        transforms=[
            SimpleNamespace(
                header=header("base", seconds), child_frame_id="camera", transform=transform
            )
        ]
    )


def depth_messages() -> tuple[SimpleNamespace, SimpleNamespace]:
    depth = np.array([[1000, 0], [0, 500]], np.uint16)
    image = SimpleNamespace(
        header=header("camera", 1),
        height=2,
        width=2,
        encoding="16UC1",
        is_bigendian=0,
        step=4,
        data=depth.tobytes(),
    )
    roi = SimpleNamespace(x_offset=0, y_offset=0, height=0, width=0, do_rectify=False)
    info = SimpleNamespace(
        header=header("camera", 1),
        height=2,
        width=2,
        distortion_model="plumb_bob",
        d=[0.0] * 5,
        k=[100.0, 0, 1, 0, 100, 1, 0, 0, 1],
        r=[0.0] * 9,
        p=[0.0] * 12,
        binning_x=0,
        binning_y=0,
        roi=roi,
    )
    return image, info


@pytest.fixture(params=STORAGES)
def storage(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def bag(tmp_path: Path, storage: str) -> Path:
    """Two clouds, transforms before and between, and messages of other kinds."""
    path = tmp_path / "bag"
    image, info = depth_messages()
    with BagWriter(path, MESSAGES, storage) as writer:
        tf = "tf2_msgs/msg/TFMessage"
        writer.write("/tf_static", tf, transforms_message(0), SECOND)
        writer.write("/points", CLOUD, cloud_message(1), 2 * SECOND)
        writer.write("/tf", tf, transforms_message(2), 3 * SECOND)
        writer.write("/points", CLOUD, cloud_message(2), 4 * SECOND)
        writer.write("/depth/image_raw", "sensor_msgs/msg/Image", image, 5 * SECOND)
        writer.write("/depth/camera_info", "sensor_msgs/msg/CameraInfo", info, 6 * SECOND)
    return path


def storage_file(path: Path) -> Path:
    (found,) = (each for each in path.iterdir() if each.suffix in (".mcap", ".db3"))
    return found


def test_clouds_and_transforms_in_the_order_of_time(bag: Path) -> None:
    with Bag(bag) as opened:
        items = list(opened.clouds())
        assert [type(item) for item in items] == [BagTransforms, BagCloud, BagTransforms, BagCloud]
        assert [item.time_ns for item in items] == [SECOND, 2 * SECOND, 3 * SECOND, 4 * SECOND]
        cloud = items[3].read()
        assert isinstance(cloud, PointCloud)
        assert cloud.points.tolist() == [[1, 2, 3], [4, 5, 6], [2, 0, 1]]
        assert cloud.source_shape == (2, 2)
        assert (cloud.frame_id, cloud.stamp_ns) == ("camera", 2 * SECOND + 5)
        (static,), (moving,) = items[0].read(), items[2].read()
    assert (static.parent, static.child, static.stamp_ns) == ("base", "camera", 5)
    assert (static.is_static, moving.is_static) == (True, False)
    expected = [[0, -1, 0, 0.5], [1, 0, 0, 0], [0, 0, 1, 1], [0, 0, 0, 1]]
    np.testing.assert_allclose(static.T_parent_child, expected, atol=1e-12)


def test_one_file_of_a_bag_is_a_bag(bag: Path) -> None:
    with Bag(storage_file(bag)) as opened:
        clouds = [item.read() for item in opened.clouds("/points") if isinstance(item, BagCloud)]
    assert len(clouds) == 2


def test_depth_images_with_their_camera(bag: Path) -> None:
    with Bag(bag) as opened:
        (item,) = (each for each in opened.clouds("/depth/image_raw") if isinstance(each, BagCloud))
        cloud = item.read()
    assert isinstance(cloud, PointCloud)
    np.testing.assert_allclose(cloud.points, [[-0.01, -0.01, 1], [0, 0, 0.5]], atol=1e-7)


def test_recorded_bytes_are_those_of_ros(bag: Path) -> None:
    from rclpy.serialization import deserialize_message
    from sensor_msgs.msg import PointCloud2

    with Bag(bag) as opened:
        recorded = next(opened.messages(["/points"]))
    assert recorded.type_name == CLOUD
    message = deserialize_message(recorded.data, PointCloud2)
    expected = cloud_message(1)
    assert message.data == expected.data
    assert (message.header.frame_id, message.width) == ("camera", 2)


def test_every_topic_is_listed_and_read(bag: Path) -> None:
    with Bag(bag) as opened:
        assert opened.topics == {
            "/tf_static": "tf2_msgs/msg/TFMessage",
            "/tf": "tf2_msgs/msg/TFMessage",
            "/points": CLOUD,
            "/depth/image_raw": "sensor_msgs/msg/Image",
            "/depth/camera_info": "sensor_msgs/msg/CameraInfo",
        }
        assert [message.time_ns for message in opened.messages()] == [
            seconds * SECOND for seconds in range(1, 7)
        ]
        assert list(opened.messages(["/nothing"])) == []


def write_bag(path: Path, messages: dict[str, tuple[str, Any]]) -> Path:
    with BagWriter(path, MESSAGES) as writer:
        for topic, (kind, message) in messages.items():
            writer.write(topic, kind, message, SECOND)
    return path


IMAGE, INFO = depth_messages()
DEPTH_TOPIC = {"/depth/image": ("sensor_msgs/msg/Image", IMAGE)}
INFO_TOPIC = {"/depth/camera_info": ("sensor_msgs/msg/CameraInfo", INFO)}


def test_the_only_depth_images_are_taken_where_there_are_no_clouds(tmp_path: Path) -> None:
    color = {"/color/image": ("sensor_msgs/msg/Image", IMAGE)}
    with Bag(write_bag(tmp_path / "bag", {**DEPTH_TOPIC, **INFO_TOPIC, **color})) as opened:
        (item,) = opened.clouds()
        assert isinstance(item, BagCloud)
        assert item.topic == "/depth/image"


@pytest.mark.parametrize(
    ("messages", "topic", "message"),
    [
        ({"/a": (CLOUD, cloud_message(1))}, "/b", r"no topic '/b' .*; clouds: \['/a'\], images: "),
        ({"/tf": ("tf2_msgs/msg/TFMessage", transforms_message(1))}, None, "no topic of clouds; "),
        ({"/tf": ("tf2_msgs/msg/TFMessage", transforms_message(1))}, "/tf", "no topic '/tf' of"),
        ({each: (CLOUD, cloud_message(1)) for each in ("/b", "/a")}, None, r"one.*\['/a', '/b'\]"),
        (DEPTH_TOPIC, None, "depth images '/depth/image' need '/depth/camera_info'"),
    ],
)
def test_topics_that_are_not_there(
    tmp_path: Path, messages: dict[str, tuple[str, Any]], topic: str | None, message: str
) -> None:
    path = write_bag(tmp_path / "bag", messages)
    with Bag(path) as opened, pytest.raises(BagError, match=f"^{path}: .*{message}"):
        list(opened.clouds(topic))


def test_a_bad_message_does_not_end_the_recording(tmp_path: Path) -> None:
    with BagWriter(tmp_path / "bag", MESSAGES) as writer:
        writer.write("/points", CLOUD, cloud_message(1, point_step=3), SECOND)
        writer.write("/points", CLOUD, cloud_message(2), 2 * SECOND)
        tf = "tf2_msgs/msg/TFMessage"
        writer.write("/tf", tf, transforms_message(2, qw=0.0), 3 * SECOND)
    with Bag(tmp_path / "bag") as opened:
        bad, good, transforms = opened.clouds()
        with pytest.raises(CloudMessageError, match="do not fit in point_step 3"):
            bad.read()
        assert isinstance(good.read(), PointCloud)
        with pytest.raises(ArrayError, match="has no direction"):
            transforms.read()


def test_a_message_whose_bytes_are_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with BagWriter(tmp_path / "bag", MESSAGES) as writer:
        serialize = writer._types.serialize_cdr
        monkeypatch.setattr(writer._types, "serialize_cdr", lambda *args: serialize(*args)[:30])
        writer.write("/points", CLOUD, cloud_message(1), SECOND)
    with Bag(tmp_path / "bag") as opened:
        (cloud,) = opened.clouds()
        with pytest.raises(BagError, match="damaged bag"):
            cloud.read()


def open_and_read(path: Path) -> int:
    with Bag(path) as opened:
        return sum(1 for _ in opened.messages())


def test_bags_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(BagError, match=f"^{tmp_path}/none: no such bag"):
        open_and_read(tmp_path / "none")
    with pytest.raises(BagError, match=r"without metadata.yaml is not a bag"):
        open_and_read(tmp_path)
    (tmp_path / "old.bag").touch()
    with pytest.raises(BagError, match=r"ending '.bag', expected a folder or \('.mcap', '.db3'\)"):
        open_and_read(tmp_path / "old.bag")


@pytest.mark.parametrize("ending", [".mcap", ".db3"])
def test_zero_bytes(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"bag{ending}"
    path.touch()
    with pytest.raises(BagError, match=f"^{path}: damaged bag"):
        open_and_read(path)


@pytest.mark.parametrize("part", [0.0, 0.3, 0.9])
def test_truncated_recording(bag: Path, part: float) -> None:
    data = storage_file(bag).read_bytes()
    storage_file(bag).write_bytes(data[: int(part * len(data))])
    for path in (bag, storage_file(bag)):
        with pytest.raises(BagError, match=f"^{path}: damaged bag"):
            open_and_read(path)


def test_missing_file_and_damaged_metadata(bag: Path) -> None:
    storage_file(bag).unlink()
    with pytest.raises(BagError, match=r"damaged bag .*missing"):
        open_and_read(bag)
    (bag / "metadata.yaml").write_text("rosbag2_bagfile_information: {version: [")
    with pytest.raises(BagError, match=f"^{bag}: damaged bag"):
        open_and_read(bag)


@pytest.fixture(scope="module")
def recordings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("recordings")
    recordings = {}
    for kind in STORAGES:
        with BagWriter(folder / kind, MESSAGES, kind) as writer:
            for second in range(3):
                writer.write("/points", CLOUD, cloud_message(second), second * SECOND)
        recordings[kind] = storage_file(folder / kind).read_bytes()
    return recordings


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.sampled_from(STORAGES),
    st.lists(st.tuples(st.integers(0, 2**16), st.integers(0, 255)), min_size=1, max_size=8),
)
def test_a_damaged_recording_is_refused_or_read_but_never_more(
    recordings: dict[str, bytes], tmp_path: Path, storage: str, changes: list[tuple[int, int]]
) -> None:
    data = bytearray(recordings[storage])
    for position, value in changes:
        data[position % len(data)] = value
    path = tmp_path / ("bag.mcap" if storage == "mcap" else "bag.db3")
    path.write_bytes(data)
    try:
        with Bag(path) as opened:
            for item in opened.clouds():
                item.read()
    except (BagError, CloudMessageError) as error:
        cause = str(error)
    else:
        cause = "read"
    assert cause
