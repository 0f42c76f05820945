from __future__ import annotations

import pytest

from grasp_robots.description import RobotDescription
from grasp_robots.moveit_config import (
    joint_limits,
    kinematics,
    moveit_controllers,
    moveit_cpp,
    pilz_cartesian_limits,
    ros2_controllers,
)


def test_every_joint_has_every_limit(robot: RobotDescription) -> None:
    limits = joint_limits(robot)["joint_limits"]
    assert set(limits) == {joint.name for joint in robot.joints if joint.kind != "fixed"}
    for entry in limits.values():
        for kind in ("velocity", "acceleration", "jerk"):
            assert entry[f"has_{kind}_limits"] is True
            assert entry[f"max_{kind}"] > 0


def test_a_joint_by_hand(diana7: RobotDescription) -> None:
    assert joint_limits(diana7)["joint_limits"]["joint7"] == {
        "has_velocity_limits": True,
        "max_velocity": 3.1416,
        "has_acceleration_limits": True,
        "max_acceleration": 2.0,
        "has_jerk_limits": True,
        "max_jerk": 20.0,
    }


def test_pilz_wants_a_negative_deceleration(diana7: RobotDescription) -> None:
    assert pilz_cartesian_limits(diana7) == {
        "cartesian_limits": {
            "max_trans_vel": 0.25,
            "max_trans_acc": 0.5,
            "max_trans_dec": -0.5,
            "max_rot_vel": 1.0,
        }
    }


def test_every_arm_has_a_solver(yumi: RobotDescription) -> None:
    solvers = {group: entry["kinematics_solver"] for group, entry in kinematics(yumi).items()}
    kdl = "kdl_kinematics_plugin/KDLKinematicsPlugin"
    assert solvers == {"right_arm": kdl, "left_arm": kdl}


def test_moveit_and_ros2_control_name_the_same_controllers(robot: RobotDescription) -> None:
    files = ros2_controllers(robot)
    moveit = moveit_controllers(robot)["moveit_simple_controller_manager"]
    names = moveit["controller_names"]
    manager = files["controller_manager"]["ros__parameters"]
    assert set(names) == set(files) - {"controller_manager"}
    assert set(names) == set(manager) - {"update_rate", "joint_state_broadcaster"}
    for arm in robot.arms:
        assert moveit[arm.controller]["type"] == "FollowJointTrajectory"
        assert moveit[arm.controller]["joints"] == list(arm.joints)
        assert files[arm.controller]["ros__parameters"]["joints"] == list(arm.joints)
        assert moveit[arm.mount.controller]["type"] == "ParallelGripperCommand"
        (finger,) = moveit[arm.mount.controller]["joints"]
        assert files[arm.mount.controller]["ros__parameters"]["joint"] == finger


def test_a_gripper_that_stalls_has_succeeded(robot: RobotDescription) -> None:
    for arm in robot.arms:
        entry = ros2_controllers(robot)[arm.mount.controller]["ros__parameters"]
        assert entry["allow_stalling"] is True
        assert entry["max_effort"] == arm.mount.gripper.force_n


def test_every_joint_of_an_arm_is_watched(yumi: RobotDescription) -> None:
    entry = ros2_controllers(yumi)["left_arm_controller"]["ros__parameters"]
    assert entry["command_interfaces"] == entry["state_interfaces"] == ["position", "velocity"]
    watched = set(entry["constraints"]) - {"stopped_velocity_tolerance", "goal_time"}
    assert watched == set(yumi.arm("left_arm").joints)


@pytest.mark.parametrize(
    ("section", "pipeline", "planner"),
    [
        (None, "ompl", "RRTConnectkConfigDefault"),
        ("line", "pilz_industrial_motion_planner", "LIN"),
    ],
)
def test_requests_use_a_pipeline_that_is_loaded(
    section: str | None, pipeline: str, planner: str
) -> None:
    data = moveit_cpp()
    request = (data if section is None else data[section])["plan_request_params"]
    assert (request["planning_pipeline"], request["planner_id"]) == (pipeline, planner)
    assert pipeline in data["planning_pipelines"]["pipeline_names"]
