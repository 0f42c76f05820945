"""`Driver`: how the ROS driver of a real depth camera offers what it measures."""

from __future__ import annotations

from dataclasses import dataclass

from grasp_sim.cameras import D435_TABLE, PHOXI_BIN, CameraSetup


@dataclass(frozen=True)
class Driver:
    """A camera with the names and the encoding that its driver gives by default.

    Both drivers give points in metres and depth images in millimetres, and mark a pixel without a
    measurement by zeros, in the depth image and in the cloud.

    Attributes
    ----------
    setup : the camera, its faults, and the places from which it looks at its cell.
    frame_id : optical frame of all messages.
    points, depth, info : topics of the organised cloud, the depth image and the intrinsics.
    encoding : of the depth image.
    """

    setup: CameraSetup
    frame_id: str
    points: str
    depth: str
    info: str
    encoding: str


DRIVERS = {
    # realsense2_camera 4.58 with pointcloud.enable and pointcloud.ordered_pc; camera_name "camera".
    "d435": Driver(
        setup=D435_TABLE,
        frame_id="camera_depth_optical_frame",
        points="/camera/camera/depth/color/points",
        depth="/camera/camera/depth/image_rect_raw",
        info="/camera/camera/depth/camera_info",
        encoding="16UC1",
    ),
    # Photoneo's PhoXi-ROS-API 2.0, in the namespace of its README.
    "phoxi": Driver(
        setup=PHOXI_BIN,
        frame_id="phoxi_camera_sensor",
        points="/phoxi_camera/points",
        depth="/phoxi_camera/depth",
        info="/phoxi_camera/frameInfo/currentCamera",
        encoding="32FC1",
    ),
}
