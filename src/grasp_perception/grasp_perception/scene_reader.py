"""`SceneReader`: one cloud of the messages of one camera or several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from grasp_core.cloud import PointCloud
from grasp_perception.clouds.point_cloud2 import read_cloud
from grasp_perception.fusion import fuse
from grasp_perception.pipeline import check_units
from grasp_perception.self_filter import SelfFilter
from grasp_perception.transforms import Transforms


class SceneReader:
    """Reads what belongs together.

    Parameters
    ----------
    frame_id : of the cloud of several cameras; empty: the frame of the first.
    max_points : of each message, as `read_cloud` has it.
    transforms : poses of the cameras.
    self_filter : takes the robot out of each cloud; None leaves it there.
    """

    def __init__(
        self,
        frame_id: str,
        max_points: int,
        transforms: Transforms,
        self_filter: SelfFilter | None = None,
    ) -> None:
        self._frame_id, self._max_points = frame_id, max_points
        self._transforms, self._self_filter = transforms, self_filter

    def read(self, messages: Sequence[Any]) -> PointCloud:
        """Read one or more sensor_msgs/PointCloud2; a single cloud stays in its own frame.

        Raises
        ------
        CloudMessageError : a message contradicts itself.
        CloudUnitsError : a cloud is in millimetres.
        TransformError : the pose of a camera or of a link of the robot is not known.
        """
        clouds = [self._read(message) for message in messages]
        if len(clouds) == 1:
            return clouds[0]
        return fuse(clouds, self._frame_id or clouds[0].frame_id, self._transforms)

    def _read(self, message: Any) -> PointCloud:
        cloud = read_cloud(message, self._max_points)
        check_units(cloud)  # here the camera is the origin
        return cloud if self._self_filter is None else self._self_filter.without_robot(cloud)
