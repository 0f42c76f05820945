"""`Bag`: the clouds and transforms of a ROS 2 recording, in the order of time, read without ROS."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from rosbags.rosbag2 import Reader
from rosbags.typesys import Stores, get_typestore

from grasp_core.checks import Float
from grasp_core.cloud import PointCloud
from grasp_core.errors import GraspError
from grasp_core.transforms import from_quaternion_xyzw
from grasp_perception.clouds.images import read_depth_image
from grasp_perception.clouds.point_cloud2 import read_cloud
from grasp_perception.clouds.wire import read_stamp
from grasp_perception.errors import BagError

CLOUD_TYPE = "sensor_msgs/msg/PointCloud2"
IMAGE_TYPE = "sensor_msgs/msg/Image"
CAMERA_INFO_TYPE = "sensor_msgs/msg/CameraInfo"
TRANSFORMS_TYPE = "tf2_msgs/msg/TFMessage"
STATIC_TRANSFORMS = "/tf_static"
_TRANSFORM_TOPICS = ("/tf", STATIC_TRANSFORMS)
_ENDINGS = (".mcap", ".db3")


@dataclass(frozen=True)
class BagMessage:
    """One message as it was recorded: its bytes are in CDR and can be published as they are."""

    topic: str
    type_name: str
    time_ns: int
    data: bytes


@dataclass(frozen=True)
class BagCloud:
    """A cloud, or a depth image, of a recording; `read` decodes it.

    `read` raises CloudMessageError where the message cannot be used; the next one may be good.
    """

    topic: str
    time_ns: int
    read: Callable[[], PointCloud]


@dataclass(frozen=True, eq=False)
class RecordedTransform:
    """Where `child` was in `parent`: `T_parent_child` (4, 4)."""

    parent: str
    child: str
    stamp_ns: int
    T_parent_child: Float
    is_static: bool


@dataclass(frozen=True)
class BagTransforms:
    """A message of /tf or /tf_static; `read` decodes it and raises ArrayError for no rotation."""

    time_ns: int
    read: Callable[[], list[RecordedTransform]]


class Bag:
    """A rosbag2 directory, or one of its files (.mcap, .db3), opened by `with`.

    Raises
    ------
    BagError : on entry, if it is missing, damaged or not a rosbag2; names the path.
    """

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)
        self._types = get_typestore(Stores.ROS2_JAZZY)

    def __enter__(self) -> Bag:
        if not self._path.exists():
            raise BagError(f"{self._path}: no such bag")
        if self._path.is_dir() and not (self._path / "metadata.yaml").exists():
            raise BagError(f"{self._path}: a folder without metadata.yaml is not a bag")
        if self._path.is_file() and self._path.suffix not in _ENDINGS:
            raise BagError(
                f"{self._path}: ending {self._path.suffix!r}, expected a folder or {_ENDINGS}"
            )
        with _bag_errors(self._path):
            self._reader = Reader(self._path)
            self._reader.open()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._reader.close()

    @property
    def topics(self) -> dict[str, str]:
        """Type of each topic."""
        return {each.topic: each.msgtype for each in self._reader.connections}

    def messages(self, topics: Collection[str] | None = None) -> Iterator[BagMessage]:
        """Messages as recorded, of the given topics or of all, in the order of time.

        Raises
        ------
        BagError : the file is damaged.
        """
        wanted = [c for c in self._reader.connections if topics is None or c.topic in topics]
        messages = iter(self._reader.messages(wanted) if wanted else ())
        while True:
            with _bag_errors(self._path):
                found = next(messages, None)
            if found is None:
                return
            connection, time_ns, data = found
            yield BagMessage(connection.topic, connection.msgtype, time_ns, bytes(data))

    def clouds(self, topic: str | None = None) -> Iterator[BagCloud | BagTransforms]:
        """Clouds of one topic, and all transforms, in the order of time.

        Parameters
        ----------
        topic : of clouds, or of depth images with a camera_info beside it; None takes the only
            topic of clouds or, where there is none, the only one of depth images.

        Raises
        ------
        BagError : there is no such topic, or more than one; the message lists those there are.
        """
        topic = self._cloud_topic(topic)
        decode: Callable[[BagMessage], PointCloud] = self._read_cloud
        if self.topics[topic] == IMAGE_TYPE:
            decode = partial(self._read_depth, camera_info=self._camera_info(topic))
        for message in self.messages({topic, *_TRANSFORM_TOPICS}):
            if message.topic == topic:
                yield BagCloud(topic, message.time_ns, partial(decode, message))
            elif message.type_name == TRANSFORMS_TYPE:
                yield BagTransforms(message.time_ns, partial(self.read_transforms, message))

    def decode(self, message: BagMessage) -> Any:
        """Message with the attributes of its type, which must be one of ROS 2's own.

        Raises
        ------
        BagError : its bytes are damaged or its type is unknown.
        """
        with _bag_errors(self._path):
            return self._types.deserialize_cdr(message.data, message.type_name)

    def _cloud_topic(self, topic: str | None) -> str:
        clouds = sorted(name for name, kind in self.topics.items() if kind == CLOUD_TYPE)
        images = sorted(name for name, kind in self.topics.items() if kind == IMAGE_TYPE)
        if topic is not None:
            if topic in clouds or topic in images:
                return topic
            problem = f"no topic {topic!r} of clouds or depth images"
        else:
            found = clouds or [name for name in images if "depth" in name]
            if len(found) == 1:
                return found[0]
            problem = "more than one topic of clouds, name one" if found else "no topic of clouds"
        raise BagError(f"{self._path}: {problem}; clouds: {clouds}, images: {images}")

    def _camera_info(self, topic: str) -> Any:
        """Intrinsics of a depth camera, which do not change during a recording."""
        name = f"{topic.rpartition('/')[0]}/camera_info"
        first = None
        if self.topics.get(name) == CAMERA_INFO_TYPE:
            first = next(self.messages({name}), None)
        if first is None:
            raise BagError(f"{self._path}: depth images {topic!r} need {name!r}, which is absent")
        return self.decode(first)

    def _read_cloud(self, message: BagMessage) -> PointCloud:
        return read_cloud(self.decode(message))

    def _read_depth(self, message: BagMessage, camera_info: Any) -> PointCloud:
        return read_depth_image(self.decode(message), camera_info)

    def read_transforms(self, message: BagMessage) -> list[RecordedTransform]:
        """Poses of a tf2_msgs/TFMessage; raises ArrayError for no rotation."""
        is_static = message.topic == STATIC_TRANSFORMS
        transforms = []
        for each in self.decode(message).transforms:
            t, q = each.transform.translation, each.transform.rotation
            T_parent_child = from_quaternion_xyzw([q.x, q.y, q.z, q.w], [t.x, t.y, t.z])
            stamp_ns = read_stamp(each.header)
            transforms.append(
                RecordedTransform(
                    each.header.frame_id, each.child_frame_id, stamp_ns, T_parent_child, is_static
                )
            )
        return transforms


@contextmanager
def _bag_errors(path: Path) -> Iterator[None]:
    """Turn what goes wrong in a damaged bag into a BagError that begins with its path."""
    try:
        yield
    except GraspError:
        raise
    # rosbags lets the errors of all its parsers through: struct, SQLite, zstd, lz4, YAML, KeyError.
    except Exception as error:
        raise BagError(f"{path}: damaged bag ({type(error).__name__}: {error})") from error
