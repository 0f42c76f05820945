"""Drivers against controllers that speak their interfaces, over DDS."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
import rclpy
from control_msgs.action import FollowJointTrajectory
from rclpy.action import ActionClient
from sensor_msgs.msg import JointState

from grasp_executor.arm import MotionEnd
from grasp_executor.drivers import action_ros, gripper_ros
from grasp_executor.drivers.action_ros import ActionRunner
from grasp_executor.drivers.gripper_ros import ActionGripper
from grasp_executor.drivers.joint_states_ros import JointStateListener
from grasp_executor.drivers.trajectory_ros import (
    Tolerances,
    TrajectoryDriver,
    goal_message,
    trajectory_message,
)
from grasp_executor.errors import StateError
from grasp_executor.halt import Halt
from grasp_executor.pick_result import PickCode
from grasp_executor.trajectory import Trajectory
from grasp_robots.arm import Mount
from grasp_robots.description import RobotDescription

TOLERANCES = Tolerances(path=0.2, goal=0.01)


@pytest.fixture(scope="module")
def node(context: Any, spinning: Any) -> Any:
    made = rclpy.create_node("driver", context=context)
    spinning.add_node(made)
    return made


@pytest.fixture(scope="module")
def driver(node: Any, diana7: RobotDescription) -> TrajectoryDriver:
    return TrajectoryDriver(node, diana7.arms[0].controller, TOLERANCES)


@pytest.fixture
def trajectory(diana7: RobotDescription) -> Trajectory:
    """From home a little up, in a quarter of a second."""
    arm = diana7.arms[0]
    positions = np.stack([arm.home, arm.home + 0.01])
    zero = np.zeros((2, len(arm.joints)))
    return Trajectory(arm.group, arm.joints, np.array([0.0, 0.25]), positions, zero, zero)


def test_a_trajectory_as_a_message(trajectory: Trajectory) -> None:
    message = trajectory_message(trajectory)
    assert list(message.joint_names) == [f"joint{i}" for i in range(1, 8)]
    assert message.header.stamp.sec == 0  # at once
    first, last = message.points
    assert (first.time_from_start.sec, first.time_from_start.nanosec) == (0, 0)
    assert (last.time_from_start.sec, last.time_from_start.nanosec) == (0, 250_000_000)
    np.testing.assert_allclose(last.positions, trajectory.positions[1])
    assert len(last.velocities) == len(last.accelerations) == 7


def test_every_goal_has_the_tolerances(trajectory: Trajectory) -> None:
    goal = goal_message(trajectory, TOLERANCES)
    assert [each.name for each in goal.path_tolerance] == list(trajectory.joints)
    assert [each.name for each in goal.goal_tolerance] == list(trajectory.joints)
    assert {each.position for each in goal.path_tolerance} == {0.2}
    assert {each.position for each in goal.goal_tolerance} == {0.01}
    assert (goal.goal_time_tolerance.sec, goal.goal_time_tolerance.nanosec) == (1, 0)


def test_the_arm_follows(driver: TrajectoryDriver, cell: Any, trajectory: Trajectory) -> None:
    assert driver.execute(trajectory, Halt()).end is MotionEnd.DONE
    np.testing.assert_allclose(cell.motions, [trajectory.positions[1]])


@pytest.mark.parametrize(
    ("behaviour", "end", "message"),
    [
        ("reject", MotionEnd.REJECTED, "goal refused"),
        ("abort", MotionEnd.ABORTED, "PATH_TOLERANCE_VIOLATED: joint2 is off by 0.2 rad"),
    ],
)
def test_a_controller_that_does_not_follow(
    driver: TrajectoryDriver,
    cell: Any,
    trajectory: Trajectory,
    behaviour: str,
    end: MotionEnd,
    message: str,
) -> None:
    cell.on[0] = behaviour
    result = driver.execute(trajectory, Halt())
    assert result.end is end
    assert result.message == f"arm_controller/follow_joint_trajectory: {message}"


def test_a_controller_that_stalls_is_cancelled(
    driver: TrajectoryDriver, cell: Any, trajectory: Trajectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grasp_executor.drivers.trajectory_ros.SETTLE_SEC", 0.1)
    cell.on[0] = "stall"
    result = driver.execute(trajectory, Halt())
    assert result.end is MotionEnd.TIMED_OUT
    # Twice the quarter of a second, and the tenth. The controller has ended the goal.
    assert result.message == "arm_controller/follow_joint_trajectory: no end within 0.6 s"


def test_a_stop_cancels(driver: TrajectoryDriver, cell: Any, trajectory: Trajectory) -> None:
    cell.on[0] = "stall"
    halt = Halt()

    def stop() -> None:
        assert cell.stalled.wait(30.0)
        halt.request(PickCode.STOPPED, "emergency stop")

    thread = threading.Thread(target=stop)
    thread.start()
    result = driver.execute(trajectory, halt)
    thread.join(30.0)
    assert result.end is MotionEnd.HALTED
    assert result.message == "arm_controller/follow_joint_trajectory: stopped"


def test_no_controller(node: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(action_ros, "SERVER_SEC", 0.1)
    runner: ActionRunner[Any] = ActionRunner(node, FollowJointTrajectory, "nobody/follow")
    motion, result = runner.run(FollowJointTrajectory.Goal(), 1.0, Halt())
    assert (motion.end, motion.message) == (
        MotionEnd.REJECTED,
        "nobody/follow: no server within 0.1 s",
    )
    assert result is None


def test_an_executor_that_has_the_client_in_hand_can_still_wait_for_it(context: Any) -> None:
    node = rclpy.create_node("closing", context=context)
    runner: ActionRunner[Any] = ActionRunner(node, FollowJointTrajectory, "nobody/follow")
    (client,) = (each for each in node.waitables if isinstance(each, ActionClient))
    runner.close()
    with client:  # raises InvalidHandle for a client that is destroyed
        assert client not in list(node.waitables)
    node.destroy_node()


def mount_on(mount: Mount, controller: str) -> Mount:
    return Mount(
        mount.gripper, mount.group, mount.end_effector, controller, mount.links, mount.joints
    )


@pytest.mark.parametrize("kind", sorted(gripper_ros.GOALS))
@pytest.mark.parametrize("allow_stalling", [True, False])
def test_a_gripper_closes_on_an_object_and_opens(
    node: Any, cell: Any, diana7: RobotDescription, kind: str, allow_stalling: bool
) -> None:
    cell.allow_stalling = allow_stalling
    mount = diana7.arms[0].mount
    gripper = ActionGripper(
        node, mount_on(mount, "single") if kind == "gripper_command" else mount, kind
    )
    assert gripper.close(Halt()).end is MotionEnd.DONE
    assert cell.state[cell.finger] == 0.015  # half of the object's 3 cm
    assert gripper.open(0.08, Halt()).end is MotionEnd.DONE
    assert cell.commands == [(0.0, 40.0), (0.04, 40.0)]


def test_every_gripper_action_is_a_choice_of_the_parameter() -> None:
    from grasp_executor.node_params import GRIPPER_ACTIONS, SMART_GRIPPER

    assert {*gripper_ros.GOALS, SMART_GRIPPER} == set(GRIPPER_ACTIONS)


def test_joint_states_come_in_the_order_asked_for(node: Any, cell: Any) -> None:
    cell.state["joint2"], cell.state["joint7"] = 0.25, -0.5
    listener = JointStateListener(node, 30.0)
    listener.positions(["joint7"])  # this message may have been made before
    np.testing.assert_allclose(listener.positions(["joint7", "joint2"]), [-0.5, 0.25])


def test_joint_states_that_do_not_come(node: Any, cell: Any) -> None:
    listener = JointStateListener(node, 0.2)
    cell.state["joint1"] = float("nan")
    with pytest.raises(StateError, match=r"/joint_states tells no position of joint1, arm2 in 0.2"):
        listener.positions(["joint1", "arm2", "joint2"])
    cell.silent = True

    def ask() -> None:
        for _ in range(10):  # a message may still be on its way
            listener.positions(["joint2"])

    with pytest.raises(StateError, match=r"no position of joint2 in 0\.2 s"):
        ask()


def test_a_message_without_positions_tells_nothing(node: Any, cell: Any) -> None:
    cell.silent = True
    listener = JointStateListener(node, 0.2)
    cell.states.publish(JointState(name=["joint1"], velocity=[1.0]))
    with pytest.raises(StateError, match="no position of joint1"):
        listener.positions(["joint1"])
