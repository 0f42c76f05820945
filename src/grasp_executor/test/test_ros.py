"""Messages of the executor, value by value."""

from __future__ import annotations

import numpy as np
import pytest
from builtin_interfaces.msg import Duration
from geometry_msgs.msg import PoseStamped
from sensor_msgs.msg import PointCloud2, PointField

from grasp_core.grasps import Grasps
from grasp_core.transforms import grasp_rotation, transform
from grasp_executor import ros
from grasp_executor.clear_bin import ClearCode, ClearLimits, ClearResult
from grasp_executor.errors import StageError
from grasp_executor.pick_result import Attempt, PickCode, PickResult, PickStage
from grasp_msgs.action import ClearBin
from grasp_msgs.msg import GraspArray
from grasp_nodes.geometry_ros import header, pose_message
from grasp_nodes.grasps_ros import mask_message

GRASP = Grasps(
    grasp_rotation([0.0, 0.6, -0.8], [1.0, 0.0, 0.0])[None],
    np.array([[0.1, 0.2, 0.3]]),
    np.array([0.04]),
    np.array([0.75]),
    "base",
)


def test_grasps_go_and_come_back() -> None:
    message = ros.grasps_message(GRASP, 3_000_000_007)
    assert (message.header.stamp.sec, message.header.stamp.nanosec) == (3, 7)
    back = ros.read_grasps(message, "base")
    np.testing.assert_allclose(back.T_frame_grasp, GRASP.T_frame_grasp, atol=1e-12)
    np.testing.assert_allclose(back.widths, [0.04], rtol=1e-6)  # float32
    assert (back.scores[0], back.frame_id) == (0.75, "base")


def test_grasps_in_another_frame_or_wrong_are_refused() -> None:
    message = GraspArray(header=header("camera", 0), grasps=[ros.grasp_message(GRASP)])
    with pytest.raises(StageError, match="the grasps: frame 'camera' is not the robot's base"):
        ros.read_grasps(message, "base")
    message.header.frame_id = "base"
    message.grasps[0].width = -1.0
    with pytest.raises(StageError, match="grasps: widths") as raised:
        ros.read_grasps(message, "base")
    assert raised.value.code is PickCode.INVALID_GOAL


def test_a_place_pose() -> None:
    assert ros.read_place(PoseStamped(), "base") is None
    T_base_place = transform(np.eye(3), [0.1, 0.2, 0.3])
    message = PoseStamped(header=header("base", 0), pose=pose_message(T_base_place))
    np.testing.assert_allclose(ros.read_place(message, "base"), T_base_place)


def cloud(dtype: np.dtype[np.void], rows: list[tuple[float, ...]]) -> PointCloud2:
    data = np.array(rows, dtype)
    assert dtype.names is not None
    assert dtype.fields is not None
    kinds = {"f4": PointField.FLOAT32, "f8": PointField.FLOAT64}
    return PointCloud2(
        height=1,
        width=len(rows),
        point_step=dtype.itemsize,
        fields=[
            PointField(
                name=name,
                offset=dtype.fields[name][1],
                datatype=kinds[dtype.fields[name][0].str[1:]],
                count=1,
            )
            for name in dtype.names
        ],
        data=data.tobytes(),
    )


def test_points_of_a_cloud_without_the_invalid_ones() -> None:
    layout = np.dtype([("pad", "f8"), ("z", "f4"), ("x", "f4"), ("y", "f4")])
    points = ros.read_points(cloud(layout, [(9, 3, 1, 2), (9, np.nan, 1, 2), (9, 6, 4, 5)]))
    assert points.tolist() == [[1, 2, 3], [4, 5, 6]]


def test_a_cloud_of_other_numbers_is_refused() -> None:
    layout = np.dtype([("x", "f4"), ("y", "f8")])
    with pytest.raises(StageError, match="lacks float32 y, z"):
        ros.read_points(cloud(layout, [(1, 2)]))


def test_limits_of_clearing() -> None:
    goal = ClearBin.Goal(max_picked=2, time_limit=Duration(sec=1, nanosec=500_000_000))
    assert ros.read_limits(goal, 4) == ClearLimits(0, 2, 4, 1.5)
    assert ros.read_limits(ClearBin.Goal(max_failures_in_row=1), 4).max_failures_in_row == 1


def test_results() -> None:
    planned = Attempt(PickCode.UNREACHABLE, "far", PickStage.PLAN, grasp=GRASP)
    moved = Attempt(
        PickCode.OBJECT_LOST, "lost", PickStage.LIFT, "arm", GRASP, {"lift": 2.5}, 3_000_000_001
    )
    result = PickResult(PickCode.OBJECT_LOST, "lost", PickStage.LIFT, (planned, moved))
    message = ros.pick_message(result, "base", 7)
    assert (message.code, message.message, message.stage) == (-14, "lost", "lift")
    assert (message.header.frame_id, message.header.stamp.nanosec) == ("base", 7)
    assert message.grasp == ros.grasp_message(GRASP)
    record = message.attempts[1]
    assert (record.arm, record.code, record.stage) == ("arm", -14, "lift")
    assert (record.header.stamp.sec, record.header.stamp.nanosec) == (3, 1)
    assert [(each.stage, each.milliseconds) for each in record.timing] == [("lift", 2.5)]
    cleared = ros.clear_message(ClearResult(ClearCode.FAILED, "3 in a row", 1, (moved,)), "base")
    assert (cleared.code, cleared.attempts, cleared.picked, cleared.left) == (-1, 1, 1, -1)
    assert cleared.records == [record]


def test_results_come_back() -> None:
    planned = Attempt(PickCode.UNREACHABLE, "far", PickStage.PLAN, grasp=GRASP, started_ns=5)
    moved = Attempt(
        PickCode.OBJECT_LOST, "lost", PickStage.LIFT, "arm", GRASP, {"lift": 2.5}, 3_000_000_001
    )
    nothing = Attempt(PickCode.NO_GRASPS, "", PickStage.DETECT, started_ns=6)
    result = PickResult(PickCode.OBJECT_LOST, "lost", PickStage.LIFT, (planned, moved, nothing))
    back = ros.read_pick_result(ros.pick_message(result, "base", 7))
    assert (back.code, back.message, back.stage) == (result.code, "lost", PickStage.LIFT)
    for attempt, expected in zip(back.attempts, result.attempts, strict=True):
        for name in ("code", "message", "stage", "arm", "stage_ms", "started_ns"):
            assert getattr(attempt, name) == getattr(expected, name)
    assert back.attempts[2].grasp is None
    assert back.attempts[1].grasp is not None
    np.testing.assert_allclose(back.attempts[1].grasp.positions, GRASP.positions)
    cleared = ClearResult(ClearCode.FAILED, "3 in a row", 1, (moved,))
    again = ros.read_clear_result(ros.clear_message(cleared, "base"))
    assert (again.code, again.message, again.picked) == (ClearCode.FAILED, "3 in a row", 1)
    assert again.records[0].stage_ms == {"lift": 2.5}


def test_limits_go_and_come_back() -> None:
    limits = ClearLimits(3, 2, 4, 1.5)
    assert ros.read_limits(ros.clear_goal(limits), 9) == limits


def test_a_mask_is_white_on_the_target() -> None:
    target = np.zeros((2, 3), bool)
    target[1, 2] = True
    message = mask_message(target)
    assert (message.height, message.width, message.step, message.encoding) == (2, 3, 3, "mono8")
    assert list(message.data) == [0, 0, 0, 0, 0, 255]


def test_no_grasp_is_one_of_no_width() -> None:
    nothing = PickResult(
        PickCode.NO_GRASPS,
        "",
        PickStage.DETECT,
        (Attempt(PickCode.NO_GRASPS, "", PickStage.DETECT),),
    )
    assert ros.pick_message(nothing, "base", 0).grasp.width == 0.0
