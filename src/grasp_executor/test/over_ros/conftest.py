"""A cell that speaks ROS: the servers of controllers and of detection, which fail when told to."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import pytest
import rclpy
from control_msgs.action import (
    FollowJointTrajectory,
    GripperCommand,
    ParallelGripperCommand,
)
from rclpy.action import ActionServer, CancelResponse, GoalResponse
from rclpy.action.server import ServerGoalHandle
from rclpy.callback_groups import ReentrantCallbackGroup
from rclpy.executors import MultiThreadedExecutor
from rclpy.qos import DurabilityPolicy, QoSProfile
from sensor_msgs.msg import JointState, PointCloud2, PointField

from grasp_core.grasps import Grasps
from grasp_core.transforms import grasp_rotation
from grasp_executor.ros import grasp_message
from grasp_msgs.msg import GraspArray
from grasp_msgs.srv import DetectGrasps
from grasp_nodes.geometry_ros import header
from grasp_robots.description import RobotDescription
from grasp_robots.robot_file import load_robot

CONFIG = Path(__file__).parents[4] / "config"
ROBOT = CONFIG / "robots" / "diana7.yaml"
TIMEOUT_SEC = 60.0
STAMP_NS = 7_000_000_000

#: What a controller does with a goal; `stall` never ends it by itself.
FOLLOW, REJECT, ABORT, STALL = "follow", "reject", "abort", "stall"


class FakeCell:
    """The Diana 7's controllers and a detection, in a node of the test's process.

    Attributes
    ----------
    motions : final positions of the trajectories that were accepted.
    on : what the controller does with the motion of a number; `follow` unless told.
    before : called when the motion of a number arrives.
    object_width : where closing fingers stop.
    allow_stalling : whether the gripper's controller succeeds when the fingers press.
    detections : answers of the service, one after the other; the last stays.
    """

    def __init__(self, context: Any) -> None:
        self.arm = load_robot(ROBOT, CONFIG / "grippers").arms[0]
        self.node = rclpy.create_node("fake_cell", context=context)
        self.finger = self.arm.mount.joints[0]
        group = ReentrantCallbackGroup()
        controller, gripper = self.arm.controller, self.arm.mount.controller
        self.servers = [
            ActionServer(
                self.node,
                action,
                name,
                execute,
                callback_group=group,
                goal_callback=accept,
                cancel_callback=lambda _: CancelResponse.ACCEPT,
            )
            for action, name, execute, accept in (
                (
                    FollowJointTrajectory,
                    f"{controller}/follow_joint_trajectory",
                    self._follow,
                    self._accept,
                ),
                (
                    ParallelGripperCommand,
                    f"{gripper}/gripper_cmd",
                    self._grip_parallel,
                    lambda _: GoalResponse.ACCEPT,
                ),
                (
                    GripperCommand,
                    "single/gripper_cmd",
                    self._grip,
                    lambda _: GoalResponse.ACCEPT,
                ),
            )
        ]
        self.node.create_service(
            DetectGrasps, "/detect_grasps", self._on_detect, callback_group=group
        )
        latched = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
        self.points = self.node.create_publisher(PointCloud2, "/executor/points", latched)
        self.states = self.node.create_publisher(JointState, "/joint_states", 10)
        self.node.create_timer(0.02, self._publish_states, group)
        self.reset()

    def reset(self) -> None:
        """Go home and forget all events."""
        self.state = dict(zip(self.arm.joints, self.arm.home.tolist(), strict=True))
        self.state[self.finger] = 0.05
        self.motions: list[list[float]] = []
        self.commands: list[tuple[float, float]] = []
        self.arrived = 0
        self.on: dict[int, str] = {}
        self.before: dict[int, Callable[[], Any]] = {}
        self.object_width = 0.03
        self.allow_stalling = True
        self.silent = False
        self.stalled = threading.Event()
        self.detections = [detected((0.55, 0.0, 0.04))]
        self.requests: list[DetectGrasps.Request] = []

    @property
    def is_home(self) -> bool:
        now = [self.state[joint] for joint in self.arm.joints]
        return bool(np.allclose(now, self.arm.home, atol=1e-6))

    def _publish_states(self) -> None:
        if not self.silent:
            names, positions = list(self.state), list(self.state.values())
            self.states.publish(JointState(name=names, position=positions))

    def _accept(self, _: FollowJointTrajectory.Goal) -> GoalResponse:
        number = self.arrived
        self.arrived += 1
        self.before.get(number, lambda: None)()
        if self.on.get(number) == REJECT:
            return GoalResponse.REJECT
        return GoalResponse.ACCEPT

    def _follow(self, goal: ServerGoalHandle) -> FollowJointTrajectory.Result:
        number = len(self.motions)
        trajectory = goal.request.trajectory
        final = list(trajectory.points[-1].positions)
        self.motions.append(final)
        behaviour = self.on.get(number, FOLLOW)
        if behaviour == ABORT:
            goal.abort()
            return FollowJointTrajectory.Result(
                error_code=FollowJointTrajectory.Result.PATH_TOLERANCE_VIOLATED,
                error_string="joint2 is off by 0.2 rad",
            )
        if behaviour == STALL:
            self.stalled.set()
            deadline = monotonic() + TIMEOUT_SEC
            pause = threading.Event()
            while not goal.is_cancel_requested and monotonic() < deadline:
                pause.wait(0.01)  # as a controller's cycle
            goal.canceled()
            return FollowJointTrajectory.Result()
        self.state.update(zip(trajectory.joint_names, final, strict=True))
        self.states.publish(JointState(name=list(self.state), position=list(self.state.values())))
        goal.succeed()
        return FollowJointTrajectory.Result()

    def _move_fingers(self, position: float) -> bool:
        """Bring the fingers as near to a position as the object lets them; whether it was met."""
        reached = max(position, 0.5 * self.object_width)
        self.state[self.finger] = reached
        self.states.publish(JointState(name=[self.finger], position=[reached]))
        return reached == position

    def _grip_parallel(self, goal: ServerGoalHandle) -> ParallelGripperCommand.Result:
        command = goal.request.command
        assert list(command.name) == [self.finger]
        self.commands.append((command.position[0], command.effort[0]))
        met = self._move_fingers(command.position[0])
        self._end(goal, met)
        return ParallelGripperCommand.Result(stalled=not met, reached_goal=met)

    def _grip(self, goal: ServerGoalHandle) -> GripperCommand.Result:
        command = goal.request.command
        self.commands.append((command.position, command.max_effort))
        met = self._move_fingers(command.position)
        self._end(goal, met)
        return GripperCommand.Result(
            position=self.state[self.finger], stalled=not met, reached_goal=met
        )

    def _end(self, goal: ServerGoalHandle, met: bool) -> None:
        if met or self.allow_stalling:
            goal.succeed()
        else:
            goal.abort()

    def _on_detect(
        self, request: DetectGrasps.Request, _: DetectGrasps.Response
    ) -> DetectGrasps.Response:
        self.requests.append(request)
        answer = self.detections.pop(0) if len(self.detections) > 1 else self.detections[0]
        self.points.publish(points_message(answer.grasps.header.frame_id or "base_link"))
        return answer


def grasp_array(*positions: tuple[float, float, float], frame: str = "base_link") -> GraspArray:
    """Grasps from above, 4 cm wide, in a cloud of `STAMP_NS`."""
    rotation = grasp_rotation([0.0, 0.0, -1.0], [0.0, 1.0, 0.0])[None]
    one = np.ones(1)
    grasps = [
        grasp_message(Grasps(rotation, np.array([position]), 0.04 * one, 0.9 * one, frame))
        for position in positions
    ]
    return GraspArray(header=header(frame, STAMP_NS), grasps=grasps)


def detected(*positions: tuple[float, float, float], frame: str = "base_link") -> Any:
    """Answer with grasps."""
    return DetectGrasps.Response(
        code=DetectGrasps.Response.SUCCESS, grasps=grasp_array(*positions, frame=frame)
    )


def points_message(frame: str) -> PointCloud2:
    """Two points below the grasps, and one invalid."""
    points = np.array([[0.55, 0.0, 0.03], [0.5, 0.1, 0.03], [np.nan, 0.0, 0.0]], dtype=np.float32)
    return PointCloud2(
        header=header(frame, STAMP_NS),
        height=1,
        width=3,
        point_step=12,
        row_step=36,
        fields=[
            PointField(name=name, offset=4 * i, datatype=PointField.FLOAT32, count=1)
            for i, name in enumerate("xyz")
        ],
        data=points.tobytes(),
    )


@pytest.fixture(scope="module")
def context() -> Iterator[Any]:
    made = rclpy.Context()
    rclpy.init(context=made)
    yield made
    rclpy.shutdown(context=made)


@pytest.fixture(scope="module")
def spinning(context: Any) -> Iterator[MultiThreadedExecutor]:
    """An executor that spins in a thread; nodes are added to it."""
    executor = MultiThreadedExecutor(8, context=context)
    thread = threading.Thread(target=executor.spin)
    thread.start()
    yield executor
    executor.shutdown()
    thread.join(TIMEOUT_SEC)


@pytest.fixture(scope="module")
def running_cell(context: Any, spinning: MultiThreadedExecutor) -> FakeCell:
    made = FakeCell(context)
    spinning.add_node(made.node)
    return made


@pytest.fixture
def cell(running_cell: FakeCell) -> FakeCell:
    running_cell.reset()
    return running_cell


@pytest.fixture(scope="session")
def cell_file() -> Path:
    return CONFIG / "cells" / "diana7.yaml"


@pytest.fixture(scope="session")
def diana7() -> RobotDescription:
    return load_robot(ROBOT, CONFIG / "grippers")


@pytest.fixture(scope="module")
def start_executor() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start the executor node with ROS arguments; stopped at the end of the module."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "grasp_executor.executor_node", "--ros-args", *arguments]
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=TIMEOUT_SEC)
        finally:
            process.kill()


@pytest.fixture
def grasps() -> Callable[..., GraspArray]:
    """Make grasps at positions: the function `grasp_array`."""
    return grasp_array


@pytest.fixture
def answers() -> Callable[..., Any]:
    """Make answers of the detection with grasps at positions: the function `detected`."""
    return detected
