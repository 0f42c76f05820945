"""Parameters of the nodes of grasp_perception."""

from __future__ import annotations

from dataclasses import dataclass

from grasp_core.errors import ParameterError
from grasp_core.params import check_params, parameter
from grasp_perception.detectors import DEFAULT_DETECTOR, DETECTORS
from grasp_perception.pipeline import PipelineParams

ON_DEMAND, CONTINUOUS = "on_demand", "continuous"


@dataclass(frozen=True)
class PerceptionParams(PipelineParams):
    """Parameters of the perception node: the pipeline's and its own."""

    gripper: str = parameter(
        "parallel_100mm", "Name of a file in config/grippers, or the path of a .yaml file."
    )
    detector: str = parameter(DEFAULT_DETECTOR, "What finds the grasps.", choices=tuple(DETECTORS))
    mode: str = parameter(
        ON_DEMAND,
        "Detect when the service is called, or in the newest cloud all the time.",
        choices=(ON_DEMAND, CONTINUOUS),
    )
    autostart: bool = parameter(True, "Configure and activate at the start; false: on command.")
    cameras: str = parameter(
        "",
        "Cameras with commas between: names of files in config/cameras, paths of .yaml files, or "
        "topics; empty: the topic ~/cloud.",
    )
    cloud_timeout: float = parameter(
        10.0,
        "Longest wait for a cloud as new as a request wants, or of a camera that was triggered.",
        unit="s",
        low=0.0,
        high=120.0,
    )
    cloud_window: float = parameter(
        0.5,
        "Clouds of several cameras belong together when their stamps are at most so far apart; a "
        "camera without such a cloud is waited for so long, then left out.",
        unit="s",
        low=0.0,
        high=60.0,
    )
    max_points: int = parameter(
        1_000_000,
        "Larger frames are thinned while they are read: every second, third, ... row and column.",
        low=1000,
        high=100_000_000,
    )
    self_filter: str = parameter(
        "",
        "Robot whose points are dropped: name of a file in config/cells, path of a cell's file or "
        "of a URDF; its links must be in TF. Empty: none.",
    )
    self_filter_padding: float = parameter(
        0.015, "Thickness that is added to the robot's shapes.", unit="m", low=0.0, high=0.2
    )
    tf_timeout: float = parameter(
        0.5, "Longest wait for a transform that is missing.", unit="s", low=0.0, high=10.0
    )


@dataclass(frozen=True)
class BagPlayerParams:
    """Parameters of the bag player."""

    path: str = parameter("", "A rosbag2 folder, .mcap or .db3 file, or a cloud or depth file.")
    topic: str = parameter("", "Topic of the clouds in the bag; empty: the only one there.")
    rate: float = parameter(
        1.0,
        "Speed relative to the recording; a file is shown once per second.",
        low=0.01,
        high=100.0,
    )
    loop: bool = parameter(False, "Start again at the end, with the stamps of the recording.")
    clock: bool = parameter(False, "Publish the recording's time on /clock.")
    subscriber_timeout: float = parameter(
        30.0, "Longest wait for a subscriber before the first cloud.", unit="s", low=0.0, high=600.0
    )

    def __post_init__(self) -> None:
        check_params(self)
        if not self.path:
            raise ParameterError("path: name a bag or a cloud file to play")


@dataclass(frozen=True)
class RecorderParams:
    """Parameters of the recorder."""

    path: str = parameter("", "Folder of the bag, which is made.")
    topics: str = parameter("", "Topics with commas between; they may appear later.")

    def __post_init__(self) -> None:
        check_params(self)
        if not (self.path and self.names):
            raise ParameterError("path and topics: name a folder to make and what to record")

    @property
    def names(self) -> tuple[str, ...]:
        """Return the topics one by one."""
        return tuple(name.strip() for name in self.topics.split(",") if name.strip())
