"""The simulated arms as other nodes see them."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread
from time import monotonic
from typing import Any

import numpy as np
import pytest
import rclpy
from action_msgs.msg import GoalStatus
from builtin_interfaces.msg import Duration, Time
from control_msgs.action import FollowJointTrajectory, ParallelGripperCommand
from control_msgs.msg import JointTolerance
from rclpy.action import ActionClient
from rclpy.executors import MultiThreadedExecutor
from rclpy.node import Node
from rclpy.qos import DurabilityPolicy, QoSProfile, qos_profile_sensor_data
from sensor_msgs.msg import JointState, PointCloud2
from std_srvs.srv import SetBool, Trigger
from tf2_msgs.msg import TFMessage
from trajectory_msgs.msg import JointTrajectory, JointTrajectoryPoint

from grasp_core.checks import Float
from grasp_core.errors import GraspError, ParameterError
from grasp_nodes.geometry_ros import read_transform
from grasp_robots.errors import RobotFileError
from grasp_robots.home import home_values
from grasp_robots.kinematics import link_poses
from grasp_sim.arm_node import THREADS, SimArm, main
from grasp_sim.drivers import DRIVERS

TIMEOUT_SEC = 60.0
CELL_FILE = Path(__file__).parents[3] / "config" / "cells" / "diana7.yaml"
LATCHED = QoSProfile(depth=1, durability=DurabilityPolicy.TRANSIENT_LOCAL)
ARM, GRIPPER = "/arm_controller/follow_joint_trajectory", "/gripper_controller/gripper_cmd"
SUCCEEDED, CANCELED = GoalStatus.STATUS_SUCCEEDED, GoalStatus.STATUS_CANCELED
ABORTED = GoalStatus.STATUS_ABORTED
RESULT = FollowJointTrajectory.Result


class Bench:
    """The node, a node of the test, and threads that spin them."""

    def __init__(self, **parameters: object) -> None:
        given = {"cell_file": CELL_FILE, "objects": "die-0003", "rate": 2.0} | parameters
        parts = [part for key, value in given.items() for part in ("-p", f"{key}:={value}")]
        rclpy.init(args=["--ros-args", *parts])
        self.arm = SimArm()
        self.robot = self.arm.loop.cell.work_cell.robot
        self.node = Node("probe")
        self._executor = MultiThreadedExecutor(THREADS)
        for node in (self.arm, self.node):
            self._executor.add_node(node)
        self._ending = Event()
        self._spinner = Thread(target=self._spin)
        self._spinner.start()
        self.states = self.listen(JointState, "/joint_states", 10)
        self.until(lambda: self.states)

    def _spin(self) -> None:
        while not self._ending.is_set():
            self._executor.spin_once(timeout_sec=0.05)

    def close(self) -> None:
        self.arm.finish()
        self._ending.set()
        self._spinner.join(TIMEOUT_SEC)
        self._executor.shutdown()
        for node in (self.arm, self.node):  # else the camera's pose is still sent to the next test
            node.destroy_node()
        rclpy.try_shutdown()

    def until(self, condition: Callable[[], Any]) -> Any:
        deadline, pause = monotonic() + TIMEOUT_SEC, Event()
        while not condition():
            assert monotonic() < deadline
            pause.wait(0.01)
        return condition()

    def listen(self, kind: type, topic: str, qos: Any) -> list[Any]:
        messages: list[Any] = []
        self.node.create_subscription(kind, topic, messages.append, qos)
        return messages

    def call(self, kind: Any, name: str, request: Any) -> Any:
        client = self.node.create_client(kind, f"/sim_arm/{name}")
        assert client.wait_for_service(TIMEOUT_SEC)
        future = client.call_async(request)
        self.until(future.done)
        return future.result()

    def send(self, kind: Any, name: str, goal: Any, feedback: Any = None) -> Any:
        """Send a goal; return its handle once it is accepted or rejected."""
        client = ActionClient(self.node, kind, name)
        assert client.wait_for_server(TIMEOUT_SEC)
        future = client.send_goal_async(goal, feedback_callback=feedback)
        self.until(future.done)
        return future.result()

    def result(self, handle: Any) -> Any:
        future = handle.get_result_async()
        self.until(future.done)
        return future.result()

    def positions(self) -> Float:
        """Joint positions as of a message that is made after the call."""
        seen = len(self.states)
        self.until(lambda: len(self.states) > seen + 1)
        return np.array(self.states[-1].position)

    def go(self, offset: float, seconds: float, **more: Any) -> Any:
        """Send a goal that moves joint 1 from home to an offset in rad, the other joints home."""
        values = self.robot.arms[0].home
        values[0] += offset
        return self.send(FollowJointTrajectory, ARM, self.goal(values, seconds, **more))

    def goal(self, values: Float, seconds: float, **more: Any) -> FollowJointTrajectory.Goal:
        nanoseconds = round(seconds * 1e9)
        point = JointTrajectoryPoint(
            positions=values.tolist(),
            velocities=[0.0] * 7,
            accelerations=[0.0] * 7,
            time_from_start=Duration(sec=nanoseconds // 10**9, nanosec=nanoseconds % 10**9),
        )
        names = list(self.robot.arms[0].joints)
        trajectory = JointTrajectory(joint_names=names, points=[point])
        return FollowJointTrajectory.Goal(trajectory=trajectory, **more)

    def go_home(self) -> None:
        assert self.result(self.go(0.0, 0.5)).status == SUCCEEDED


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"cell_file": "nowhere.yaml"}, RobotFileError, r"nowhere\.yaml: No such file"),
        ({"cell_file": "''"}, ParameterError, "cell_file: '' is no file, such as config/cells"),
        ({"gripper_action": "suction"}, ParameterError, "'suction' is not one of parallel, single"),
        ({"force": 1}, ParameterError, "unknown parameter force; valid: bin, camera"),
    ],
)
def test_bad_parameters_are_refused(
    parameters: dict[str, Any], error: type[GraspError], message: str
) -> None:
    try:
        with pytest.raises(error, match=message):
            Bench(**parameters)
    finally:
        rclpy.try_shutdown()


def test_the_process_ends_with_the_reason() -> None:
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with pytest.raises(SystemExit, match="'bucket' is not one of bin, euro_box, table"):
            main(["--ros-args", "-p", "bin:=bucket"])
    finally:
        rclpy.try_shutdown()
        for number, handler in handlers.items():
            signal.signal(number, handler)


# The tests above use ROS on their own, and so have to run before the fixture does.


@pytest.fixture(scope="module")
def cell() -> Iterator[Bench]:
    """One node for all tests that leave it at home."""
    bench = Bench()
    yield bench
    bench.close()


def test_joint_states_name_all_joints_and_carry_rising_stamps(cell: Bench) -> None:
    cell.until(lambda: len(cell.states) > 20)
    messages = cell.states[-20:]
    assert all(message.name == list(cell.robot.joint_names) for message in messages)
    stamps = [
        message.header.stamp.sec + message.header.stamp.nanosec * 1e-9 for message in messages
    ]
    assert (np.diff(stamps) > 0).all()
    assert stamps[0] > 1_600_000_000  # the wall clock
    np.testing.assert_allclose(cell.positions(), home_values(cell.robot), atol=1e-3)
    assert len(messages[-1].velocity) == len(messages[-1].effort) == len(cell.robot.joint_names)


def test_the_links_are_in_the_transforms_where_the_joints_put_them(cell: Bench) -> None:
    fixed = cell.listen(
        TFMessage, "/tf_static", QoSProfile(depth=10, durability=LATCHED.durability)
    )
    moving = cell.listen(TFMessage, "/tf", 10)
    cell.until(lambda: moving and sum(len(message.transforms) for message in fixed) > 1)
    parents, T_parent_link = {}, {}
    for message in [*fixed, moving[-1]]:
        for frame in message.transforms:
            parents[frame.child_frame_id] = frame.header.frame_id
            T_parent_link[frame.child_frame_id] = read_transform(frame)
    expected = link_poses(cell.robot, home_values(cell.robot)[None])
    for link, T_root_link in expected.items():
        T, name = np.eye(4), link
        while name != cell.robot.root:
            T, name = T_parent_link[name] @ T, parents[name]
        np.testing.assert_allclose(T, T_root_link[0], atol=2e-3, err_msg=link)


def test_a_trajectory_is_followed_with_feedback(cell: Bench) -> None:
    feedback: list[Any] = []
    values = cell.robot.arms[0].home
    values[0] += 0.3
    handle = cell.send(
        FollowJointTrajectory, ARM, cell.goal(values, 0.6), lambda m: feedback.append(m.feedback)
    )
    ended = cell.result(handle)
    assert (ended.status, ended.result.error_code) == (SUCCEEDED, RESULT.SUCCESSFUL)
    np.testing.assert_allclose(cell.positions()[:7], values, atol=0.01)
    assert list(feedback[0].joint_names) == list(cell.robot.arms[0].joints)
    for message in feedback:
        error = np.subtract(message.desired.positions, message.actual.positions)
        np.testing.assert_allclose(message.error.positions, error, atol=1e-12)
        assert np.abs(error).max() < 0.05
    cell.go_home()


def test_cancel_stops_the_arm_on_its_way(cell: Bench) -> None:
    handle = cell.go(0.8, 2.0)
    cell.until(lambda: cell.states[-1].position[0] > 0.1)
    future = handle.cancel_goal_async()
    ended = cell.result(handle)
    assert future.done()
    assert ended.status == CANCELED
    stopped = cell.positions()
    assert 0.1 < stopped[0] < 0.7
    np.testing.assert_allclose(cell.positions(), stopped, atol=2e-3)
    cell.go_home()


def test_a_new_goal_takes_over(cell: Bench) -> None:
    first = cell.go(0.5, 20.0)  # so long that a busy machine sends the second in time
    second = cell.go(0.1, 1.0)
    ended = cell.result(first)
    assert (ended.status, ended.result.error_code) == (ABORTED, RESULT.INVALID_GOAL)
    assert ended.result.error_string == "replaced by a new command"
    assert cell.result(second).status == SUCCEEDED
    cell.go_home()


def test_leaving_the_path_aborts(cell: Bench) -> None:
    tight = [JointTolerance(name="joint1", position=1e-6)]
    ended = cell.result(cell.go(0.5, 0.5, path_tolerance=tight))
    assert (ended.status, ended.result.error_code) == (ABORTED, RESULT.PATH_TOLERANCE_VIOLATED)
    assert ended.result.error_string.startswith("joint1 is 0.0")
    cell.go_home()


def test_goals_that_cannot_be_followed_are_rejected(cell: Bench) -> None:
    wrong = cell.goal(cell.robot.arms[0].home, 1.0)
    wrong.trajectory.joint_names[0] = "elbow"
    past = cell.goal(cell.robot.arms[0].home, 1.0)
    past.trajectory.header.stamp = Time(sec=1)
    for goal in (wrong, past, FollowJointTrajectory.Goal()):
        assert not cell.send(FollowJointTrajectory, ARM, goal).accepted


def test_the_gripper_closes_on_nothing_and_opens(cell: Bench) -> None:
    for position in (0.0, 0.05):
        goal = ParallelGripperCommand.Goal()
        goal.command.name, goal.command.position = ["gripper_finger_joint"], [position]
        ended = cell.result(cell.send(ParallelGripperCommand, GRIPPER, goal))
        assert ended.status == SUCCEEDED
        assert ended.result.reached_goal
        assert not ended.result.stalled
        assert list(ended.result.state.name) == ["gripper_finger_joint"]
        assert ended.result.state.position[0] == pytest.approx(position, abs=0.002)


@pytest.mark.parametrize(
    ("name", "position"),
    [([], []), (["thumb"], [0.0]), (["gripper_finger_joint"], [0.2])],
)
def test_bad_gripper_goals_are_rejected(
    name: list[str], position: list[float], cell: Bench
) -> None:
    goal = ParallelGripperCommand.Goal()
    goal.command.name, goal.command.position = name, position
    assert not cell.send(ParallelGripperCommand, GRIPPER, goal).accepted


def test_emergency_stop_aborts_refuses_and_is_released(cell: Bench) -> None:
    handle = cell.go(0.8, 2.0)
    cell.until(lambda: cell.states[-1].position[0] > 0.1)
    assert cell.call(SetBool, "emergency_stop", SetBool.Request(data=True)).message == "stopped"
    ended = cell.result(handle)
    assert (ended.status, ended.result.error_code) == (ABORTED, RESULT.INVALID_GOAL)
    assert ended.result.error_string == "emergency stop: release it first"
    assert cell.positions()[0] < 0.5
    assert not cell.go(0.0, 1.0).accepted
    assert cell.call(SetBool, "emergency_stop", SetBool.Request(data=False)).message == "released"
    cell.go_home()


def test_transforms_tell_where_base_and_camera_stand(cell: Bench) -> None:
    static = cell.listen(
        TFMessage, "/tf_static", QoSProfile(depth=9, durability=LATCHED.durability)
    )
    poses: dict[str, Any] = {}

    wanted = {"base_link", DRIVERS["d435"].frame_id}

    def both() -> bool:
        poses.update({m.child_frame_id: m for message in static for m in message.transforms})
        return wanted <= set(poses)

    cell.until(both)
    assert {poses[name].header.frame_id for name in wanted} == {"world"}
    np.testing.assert_allclose(
        read_transform(poses["base_link"]), cell.arm.loop.cell.work_cell.T_world_root, atol=1e-9
    )


def test_the_camera_sees_bin_and_object(cell: Bench) -> None:
    clouds = cell.listen(PointCloud2, DRIVERS["d435"].points, qos_profile_sensor_data)
    cell.until(lambda: clouds)
    xyz = np.frombuffer(clouds[0].data, "<f4").reshape(-1, 3)
    assert (xyz[:, 2] > 0).mean() > 0.5


def test_reset_brings_the_robot_home_and_contents_tell_of_the_new_scene(cell: Bench) -> None:
    handle = cell.go(0.8, 2.0)
    answer = cell.call(Trigger, "reset", Trigger.Request())
    assert answer.success
    assert answer.message == "scene of seed 1: die-0003"
    cell.result(handle)
    np.testing.assert_allclose(cell.positions(), home_values(cell.robot), atol=2e-3)
    contents = json.loads(cell.call(Trigger, "contents", Trigger.Request()).message)
    assert contents == [["die-0003", "bin"]]
