"""Messages of perception to values and back."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from diagnostic_msgs.msg import DiagnosticArray, DiagnosticStatus, KeyValue
from geometry_msgs.msg import Vector3
from numpy.typing import NDArray
from sensor_msgs.msg import Image, PointCloud2, PointField
from std_msgs.msg import ColorRGBA
from visualization_msgs.msg import Marker, MarkerArray

from grasp_core.cloud import PointCloud
from grasp_core.errors import ArrayError
from grasp_core.grasps import Grasps
from grasp_msgs import msg as grasp_msgs
from grasp_msgs.srv import DetectGrasps
from grasp_nodes.geometry_ros import header, pose_message, pose_messages, read_pose
from grasp_nodes.grasps_ros import mask_message, timing_messages
from grasp_perception.clouds.images import read_mask
from grasp_perception.clouds.point_cloud2 import cloud_fields
from grasp_perception.diagnostics import Report
from grasp_perception.errors import CloudMessageError, RequestError
from grasp_perception.markers import GripperShapes
from grasp_perception.request import ApproachCone, Region, Request

_MARKER_ALPHA = 0.9


def cloud_message(cloud: PointCloud, organized: bool = True) -> PointCloud2:
    """Write the valid points of a cloud; `organized` as in `cloud_fields`."""
    values = cloud_fields(cloud, organized)._asdict()
    values["fields"] = [PointField(**field._asdict()) for field in values["fields"]]
    return PointCloud2(header=header(cloud.frame_id, cloud.stamp_ns), **values)


def grasps_message(
    grasps: Grasps,
    time_ns: int,
    gripper: str,
    detector: str,
    checksum: str,
    stage_ms: Mapping[str, float],
) -> grasp_msgs.GraspArray:
    """GraspArray of grasps found in a cloud of time `time_ns`, for the named gripper."""
    return grasp_msgs.GraspArray(
        header=header(grasps.frame_id, time_ns),
        gripper=gripper,
        detector=detector,
        detector_checksum=checksum,
        grasps=[
            grasp_msgs.Grasp(pose=pose, width=width, score=score)
            for pose, width, score in zip(
                pose_messages(grasps.T_frame_grasp),
                grasps.widths.tolist(),
                grasps.scores.tolist(),
                strict=True,
            )
        ],
        timing=timing_messages(stage_ms),
    )


def region_message(region: Region | None) -> grasp_msgs.Region:
    """Box to search; None is the node's configured region."""
    if region is None:
        return grasp_msgs.Region()
    x, y, z = region.size.tolist()
    return grasp_msgs.Region(
        frame_id=region.frame_id,
        pose=pose_message(region.T_frame_box),
        size=Vector3(x=x, y=y, z=z),
    )


def read_region(message: grasp_msgs.Region) -> Region | None:
    """Box to search, or None where all sizes are 0.

    Raises
    ------
    RequestError : the pose is no pose, or a size is not finite and positive.
    """
    size = np.array([message.size.x, message.size.y, message.size.z])
    if not size.any():
        return None
    try:
        return Region(read_pose(message.pose), size, message.frame_id)
    except ArrayError as error:
        raise RequestError(f"region: {error}") from error


def cone_message(cone: ApproachCone | None) -> grasp_msgs.ApproachCone:
    """Directions of approach; None is the node's configured cone."""
    if cone is None:
        return grasp_msgs.ApproachCone()
    x, y, z = cone.axis.tolist()
    return grasp_msgs.ApproachCone(
        frame_id=cone.frame_id, axis=Vector3(x=x, y=y, z=z), half_angle=float(cone.half_angle)
    )


def read_cone(message: grasp_msgs.ApproachCone) -> ApproachCone | None:
    """Directions of approach, or None where the angle is 0.

    Raises
    ------
    RequestError : the axis has no direction, or the angle is not in (0, pi].
    """
    if message.half_angle == 0:
        return None
    axis = np.array([message.axis.x, message.axis.y, message.axis.z])
    # pi as float32 is a little more than pi.
    angle = np.pi if np.float32(message.half_angle) == np.float32(np.pi) else message.half_angle
    try:
        return ApproachCone(axis, angle, message.frame_id)
    except ArrayError as error:
        raise RequestError(f"approach_cone: {error}") from error


def request_message(request: Request, cloud: PointCloud2 | None = None) -> DetectGrasps.Request:
    """Service request; without a cloud the node takes the newest that it received."""
    return DetectGrasps.Request(
        cloud=PointCloud2() if cloud is None else cloud,
        region=region_message(request.region),
        mask=mask_message(request.target),
        approach_cone=cone_message(request.cone),
        max_grasps=request.max_grasps,
        min_score=float(request.min_score),
    )


def read_request(message: DetectGrasps.Request) -> Request:
    """Read what is asked of one detection; the cloud stays in the message.

    Raises
    ------
    RequestError : a field is wrong; the message names it.
    """
    return Request(
        region=read_region(message.region),
        target=_read_target(message.mask, message.instance),
        cone=read_cone(message.approach_cone),
        max_grasps=message.max_grasps,
        min_score=message.min_score,
    )


def _read_target(mask: Image, instance: int) -> NDArray[np.bool_] | None:
    """Target (H, W), or None where there is no mask."""
    if instance < 0:
        raise RequestError(f"instance {instance} is negative; 0 means every non-zero pixel")
    if not mask.data and not mask.encoding:
        if instance:
            raise RequestError(f"instance {instance} is given without a mask")
        return None
    try:
        return read_mask(mask, instance)
    except CloudMessageError as error:
        raise RequestError(f"mask: {error}") from error


def marker_messages(shapes: GripperShapes, time_ns: int) -> MarkerArray:
    """Cubes for RViz, after one marker that deletes those of the last time."""
    head = header(shapes.frame_id, time_ns)
    markers = [Marker(header=head, action=Marker.DELETEALL)]
    boxes_per_grasp = shapes.sizes.shape[1]
    poses = pose_messages(shapes.T_frame_box.reshape(-1, 4, 4))
    sizes = shapes.sizes.reshape(-1, 3).tolist()
    colors = [ColorRGBA(r=r, g=g, b=b, a=_MARKER_ALPHA) for r, g, b in shapes.colors.tolist()]
    for i, (pose, (x, y, z)) in enumerate(zip(poses, sizes, strict=True)):
        marker = Marker(header=head, ns="grasps", id=i, type=Marker.CUBE, pose=pose)
        marker.scale = Vector3(x=x, y=y, z=z)
        marker.color = colors[i // boxes_per_grasp]
        markers.append(marker)
    return MarkerArray(markers=markers)


def diagnostics_message(
    report: Report, node_name: str, time_ns: int, subject: str = "grasp detection"
) -> DiagnosticArray:
    """One status, named after the node and what it is about, for /diagnostics."""
    levels = (DiagnosticStatus.OK, DiagnosticStatus.WARN, DiagnosticStatus.ERROR)
    status = DiagnosticStatus(
        level=(*levels, DiagnosticStatus.STALE)[report.level],
        name=f"{node_name}: {subject}",
        message=report.message,
        hardware_id=node_name,
        values=[KeyValue(key=key, value=value) for key, value in report.values.items()],
    )
    return DiagnosticArray(header=header("", time_ns), status=[status])
