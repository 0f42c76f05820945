"""`Cameras`: the clouds of one camera or several, as they come or as they are called for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from time import monotonic

from rclpy.callback_groups import MutuallyExclusiveCallbackGroup
from rclpy.event_handler import SubscriptionEventCallbacks
from rclpy.node import Node
from rclpy.qos import QoSProfile, qos_profile_sensor_data
from rclpy.subscription import Subscription
from sensor_msgs.msg import PointCloud2

from grasp_perception.camera_files import CameraSource
from grasp_perception.clouds.wire import read_stamp
from grasp_perception.errors import NoCloudError
from grasp_perception.newest_clouds import NewestClouds
from grasp_perception.trigger_ros import TriggerClient

#: A triggered cloud comes once, and a large one is easily lost: reliable, as its drivers publish.
TRIGGERED = QoSProfile(depth=1)
#: rclpy 7.1 ends the executor when an entity with event handlers is destroyed while it waits.
NO_EVENTS = SubscriptionEventCallbacks(use_default_callbacks=False)


@dataclass(frozen=True)
class Shot:
    """Clouds that belong together, one of each camera that gave one.

    Attributes
    ----------
    messages : in the order of the cameras.
    missing : which cameras gave none and why, for people; empty where all did.
    """

    messages: tuple[PointCloud2, ...]
    missing: str = ""


class Cameras:
    """Listens to the cameras, and triggers those that wait for it.

    Parameters
    ----------
    window_sec : as in `NewestClouds`.
    on_arrival : called for each cloud, with whether the camera's stamps went back and whether the
        cloud took the place of one that was never taken.

    Raises
    ------
    CameraFileError : a trigger cannot be called.
    """

    def __init__(
        self,
        node: Node,
        sources: Sequence[CameraSource],
        window_sec: float,
        on_arrival: Callable[[bool, bool], None],
    ) -> None:
        self._node, self._sources, self._on_arrival = node, sources, on_arrival
        self._newest: NewestClouds[PointCloud2] = NewestClouds(len(sources), window_sec)
        self._window_sec = window_sec
        self._group = MutuallyExclusiveCallbackGroup()
        self._subscriptions: list[Subscription] = []
        self._triggers = {
            i: TriggerClient(node, source, source.trigger)
            for i, source in enumerate(sources)
            if source.trigger is not None
        }

    def start(self) -> None:
        """Start to listen."""
        self._newest.open()
        self._subscriptions = [
            self._node.create_subscription(
                PointCloud2,
                source.topic,
                partial(self._on_cloud, camera),
                qos_profile_sensor_data if source.trigger is None else TRIGGERED,
                callback_group=self._group,
                event_callbacks=NO_EVENTS,
            )
            for camera, source in enumerate(self._sources)
        ]

    def stop(self) -> None:
        """Stop to listen, and forget the newest clouds: they will be old."""
        for subscription in self._subscriptions:
            self._node.destroy_subscription(subscription)
        self._subscriptions = []
        self._newest.close()

    def close(self) -> None:
        """Leave the triggers too; nothing can be had any more."""
        self.stop()
        for trigger in self._triggers.values():
            trigger.close()

    def take(self) -> Shot | None:
        """Newest clouds that were not taken yet, without waiting; None where nothing is new."""
        found = self._newest.take()
        return self._shot(found) if any(message is not None for message in found) else None

    def shoot(self, not_before_ns: int, timeout_sec: float) -> Shot:
        """Trigger one after the other the cameras that have a trigger, and take the others' newest.

        Parameters
        ----------
        not_before_ns : least stamp of clouds that were not triggered; 0 for any. A triggered cloud
            is of now, whatever the clock of the camera says.
        timeout_sec : longest wait for each triggered camera, and for the first of the others.

        Raises
        ------
        NoCloudError : no camera gave a cloud.
        """
        found: list[PointCloud2 | None] = [None for _ in self._sources]
        problems: dict[int, str] = {}
        for camera in self._triggers:  # in turn: their projectors would disturb each other
            try:
                found[camera] = self._triggered(camera, timeout_sec)
            except NoCloudError as error:
                problems[camera] = str(error)
        free = [i for i in range(len(self._sources)) if i not in self._triggers]
        if free:
            newest = self._newest.since(not_before_ns, timeout_sec, free)
            for camera, message in zip(free, newest, strict=True):
                found[camera] = message
        if all(message is None for message in found):
            raise NoCloudError(
                "; ".join(problems.values()) or self._none(not_before_ns, timeout_sec)
            )
        return self._shot(found, problems)

    def _triggered(self, camera: int, timeout_sec: float) -> PointCloud2:
        deadline = monotonic() + timeout_sec
        arrivals = self._newest.arrivals(camera)
        self._triggers[camera].call(timeout_sec)
        message = self._newest.after(arrivals, deadline - monotonic(), camera)
        if message is None:
            topic = self._topic(camera)
            raise NoCloudError(
                f"camera {self._sources[camera].name}: triggered, but no cloud came on {topic} "
                f"within {timeout_sec} s (publishers there: {self._node.count_publishers(topic)})"
            )
        return message

    def _shot(
        self, found: Sequence[PointCloud2 | None], problems: dict[int, str] | None = None
    ) -> Shot:
        texts = dict(problems or {})
        for camera, message in enumerate(found):
            if message is None and camera not in texts:
                texts[camera] = (
                    f"camera {self._sources[camera].name}: no cloud on {self._topic(camera)} "
                    f"within {self._window_sec} s of the others'"
                )
        messages = tuple(message for message in found if message is not None)
        return Shot(messages, "; ".join(texts[camera] for camera in sorted(texts)))

    def _none(self, not_before_ns: int, timeout_sec: float) -> str:
        topics = ", ".join(self._topic(camera) for camera in range(len(self._sources)))
        if not_before_ns > 0:
            return f"no cloud as new as wanted on {topics} within {timeout_sec} s"
        return f"no cloud in the request and none received yet on {topics}"

    def _topic(self, camera: int) -> str:
        return str(self._node.resolve_topic_name(self._sources[camera].topic))

    def _on_cloud(self, camera: int, message: PointCloud2) -> None:
        """Keep the message; it is converted only when it is needed."""
        self._on_arrival(*self._newest.put(message, read_stamp(message.header), camera))
