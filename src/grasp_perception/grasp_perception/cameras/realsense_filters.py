"""`DepthFilters`: librealsense's filters on depth, in the order that it recommends."""

from __future__ import annotations

from typing import Any

from grasp_perception.cameras.librealsense import camera_errors, librealsense
from grasp_perception.cameras.realsense_params import RealSenseParams


class DepthFilters:
    """Decimation, then the spatial and the temporal filter, on disparity if that is wanted.

    A filtered frame knows its place in the camera only as long as its filters live. The temporal
    filter remembers frames: each camera that is opened needs filters of its own.
    """

    def __init__(self, params: RealSenseParams) -> None:
        rs = librealsense()
        self._chain: list[Any] = []
        if params.decimation > 1:
            decimation = rs.decimation_filter()
            decimation.set_option(rs.option.filter_magnitude, params.decimation)
            self._chain.append(decimation)
        smoothing = []
        if params.spatial_filter:
            smoothing.append(rs.spatial_filter())
        if params.temporal_filter:
            smoothing.append(rs.temporal_filter())
        if smoothing and params.disparity_filter:
            smoothing = [rs.disparity_transform(True), *smoothing, rs.disparity_transform(False)]
        self._chain += smoothing

    def process(self, depth: Any) -> Any:
        """Filter a depth frame.

        Raises
        ------
        CameraError : a filter cannot work on this frame.
        """
        with camera_errors("a depth filter failed"):
            for each in self._chain:
                depth = each.process(depth)
            return depth.as_depth_frame()
