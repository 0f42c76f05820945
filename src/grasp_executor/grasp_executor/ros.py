"""Messages of the executor to values and back."""

from __future__ import annotations

import numpy as np
from builtin_interfaces.msg import Duration
from geometry_msgs.msg import PoseStamped
from sensor_msgs.msg import PointCloud2, PointField

from grasp_core.checks import Float
from grasp_core.errors import ArrayError
from grasp_core.grasps import Grasps
from grasp_executor.clear_bin import ClearCode, ClearLimits, ClearResult
from grasp_executor.errors import StageError
from grasp_executor.pick_result import Attempt, PickCode, PickResult, PickStage
from grasp_msgs import msg as grasp_msgs
from grasp_msgs.action import ClearBin, Pick
from grasp_nodes import grasps_ros
from grasp_nodes.geometry_ros import header, pose_message, read_pose


def read_grasps(message: grasp_msgs.GraspArray, base: str) -> Grasps:
    """Grasps in the frame of the robot's base.

    Raises
    ------
    StageError : they are in another frame, or a value is wrong.
    """
    check_frame(message.header.frame_id, base, "the grasps")
    try:
        return grasps_ros.read_grasps(message)
    except ArrayError as error:
        raise StageError(PickCode.INVALID_GOAL, f"grasps: {error}") from error


def read_place(message: PoseStamped, base: str) -> Float | None:
    """Pose `T_base_place` (4, 4), None where its frame is empty: as configured.

    Raises
    ------
    StageError : it is in another frame than the robot's base, or is no pose.
    """
    if not message.header.frame_id:
        return None
    check_frame(message.header.frame_id, base, "place_pose")
    try:
        return read_pose(message.pose)
    except ArrayError as error:
        raise StageError(PickCode.INVALID_GOAL, f"place_pose: {error}") from error


def check_frame(frame: str, base: str, what: str) -> None:
    """Raise StageError for another frame than the robot's base."""
    if frame != base:
        raise StageError(
            PickCode.TRANSFORM_UNAVAILABLE,
            f"{what}: frame {frame!r} is not the robot's base {base!r}; "
            "the perception node transforms to its parameter `frame`",
        )


def read_points(cloud: PointCloud2) -> Float:
    """Points (N, 3), m, of a cloud as the perception node writes it; invalid ones are left out.

    Raises
    ------
    StageError : x, y or z is missing or no float32.
    """
    fields = {field.name: field for field in cloud.fields}
    wrong = [
        name for name in "xyz" if name not in fields or fields[name].datatype != PointField.FLOAT32
    ]
    if wrong or cloud.is_bigendian:
        raise StageError(PickCode.DETECTION_FAILED, f"the cloud lacks float32 {', '.join(wrong)}")
    layout = np.dtype(
        {
            "names": list("xyz"),
            "formats": ["<f4"] * 3,
            "offsets": [fields[name].offset for name in "xyz"],
            "itemsize": cloud.point_step,
        }
    )
    data = np.frombuffer(cloud.data, layout, count=cloud.width * cloud.height)
    points = np.stack([data[name] for name in "xyz"], axis=1).astype(np.float64)
    return points[np.isfinite(points).all(axis=1)]


def read_limits(goal: ClearBin.Goal, failures_in_row: int) -> ClearLimits:
    """Limits of clearing; a number of failures in a row of 0 is the node's parameter.

    Raises
    ------
    ParameterError : a limit is negative.
    """
    return ClearLimits(
        goal.max_attempts,
        goal.max_picked,
        goal.max_failures_in_row or failures_in_row,
        goal.time_limit.sec + 1e-9 * goal.time_limit.nanosec,
    )


def record_message(attempt: Attempt, base: str) -> grasp_msgs.PickRecord:
    """One attempt; the frame of its grasp is the robot's base."""
    return grasp_msgs.PickRecord(
        header=header(base, attempt.started_ns),
        arm=attempt.arm,
        grasp=grasp_message(attempt.grasp),
        code=int(attempt.code),
        message=attempt.message,
        stage=attempt.stage.value,
        timing=grasps_ros.timing_messages(attempt.stage_ms),
    )


def grasp_message(grasp: Grasps | None) -> grasp_msgs.Grasp:
    """Write a batch of one grasp; None is a grasp of width 0."""
    if grasp is None:
        return grasp_msgs.Grasp()
    return grasp_msgs.Grasp(
        pose=pose_message(grasp.T_frame_grasp[0]),
        width=float(grasp.widths[0]),
        score=float(grasp.scores[0]),
    )


def grasps_message(grasps: Grasps, stamp_ns: int) -> grasp_msgs.GraspArray:
    """Write the grasps of a goal; `stamp_ns` is the time of their cloud."""
    return grasp_msgs.GraspArray(
        header=header(grasps.frame_id, stamp_ns),
        grasps=[grasp_message(grasps[i]) for i in range(len(grasps))],
    )


def pick_message(result: PickResult, base: str, stamp_ns: int) -> Pick.Result:
    """Write the result of /pick; `stamp_ns` is the time of the cloud of its grasps."""
    return Pick.Result(
        code=int(result.code),
        message=result.message,
        stage=result.stage.value,
        header=header(base, stamp_ns),
        grasp=grasp_message(result.executed),
        attempts=[record_message(attempt, base) for attempt in result.attempts],
    )


def clear_message(result: ClearResult, base: str) -> ClearBin.Result:
    """Write the result of /clear_bin; how many objects are left is not known."""
    return ClearBin.Result(
        code=int(result.code),
        message=result.message,
        attempts=len(result.records),
        picked=result.picked,
        left=-1,
        records=[record_message(attempt, base) for attempt in result.records],
    )


def clear_goal(limits: ClearLimits) -> ClearBin.Goal:
    """Goal of /clear_bin with these limits; the reverse of `read_limits`."""
    sec, part = divmod(limits.time_sec, 1.0)
    return ClearBin.Goal(
        max_attempts=limits.max_attempts,
        max_picked=limits.max_picked,
        max_failures_in_row=limits.max_failures_in_row,
        time_limit=Duration(sec=int(sec), nanosec=int(1e9 * part)),
    )


def read_attempt(record: grasp_msgs.PickRecord) -> Attempt:
    """Read one attempt; the reverse of `record_message`."""
    stamp, base = record.header.stamp, record.header.frame_id
    chosen = grasp_msgs.GraspArray(header=record.header, grasps=[record.grasp])
    return Attempt(
        code=PickCode(record.code),
        message=record.message,
        stage=PickStage(record.stage),
        arm=record.arm,
        grasp=read_grasps(chosen, base) if record.grasp.width > 0 else None,
        stage_ms={each.stage: each.milliseconds for each in record.timing},
        started_ns=stamp.sec * 1_000_000_000 + stamp.nanosec,
    )


def read_pick_result(message: Pick.Result) -> PickResult:
    """Read the result of /pick; the reverse of `pick_message`."""
    return PickResult(
        PickCode(message.code),
        message.message,
        PickStage(message.stage or PickStage.DETECT),
        tuple(read_attempt(each) for each in message.attempts),
    )


def read_clear_result(message: ClearBin.Result) -> ClearResult:
    """Read the result of /clear_bin; the reverse of `clear_message`."""
    return ClearResult(
        ClearCode(message.code),
        message.message,
        message.picked,
        tuple(read_attempt(each) for each in message.records),
    )
