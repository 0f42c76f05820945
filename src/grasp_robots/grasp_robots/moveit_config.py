"""The parameter files of MoveIt and ros2_control on Jazzy, as plain data.

Layouts: moveit2 and ros2_controllers, branches `jazzy`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from grasp_robots.arm import Arm
from grasp_robots.description import RobotDescription

#: Share of the limits that a plan without scaling of its own uses, as in MoveIt's own examples.
DEFAULT_SCALING = 0.1

#: Seconds in which the arm must be at the goal after the trajectory's end, before it is aborted.
GOAL_TIME_SEC = 1.0

#: Radians by which a joint may lag on the way, and miss the goal.
PATH_TOLERANCE, GOAL_TOLERANCE = 0.2, 0.01

#: m/s below which, for so many seconds, a finger has met the object: it closed or it holds.
STALL_SPEED, STALL_SEC = 0.001, 0.5

#: Seconds that MoveIt waits for joint states before it gives up starting.
JOINT_STATE_TIMEOUT_SEC = 10.0

#: Hz of the control loop; 250 is what ABB's EGM runs at.
CONTROL_RATE = 250

OMPL, PILZ = "ompl", "pilz_industrial_motion_planner"


def joint_limits(robot: RobotDescription) -> dict[str, Any]:
    """joint_limits.yaml; timing and Pilz refuse a joint without an acceleration limit."""
    entries = {}
    for joint in robot.joints:
        if joint.limits is None:
            continue
        entry: dict[str, Any] = {}
        for kind in ("velocity", "acceleration", "jerk"):
            entry[f"has_{kind}_limits"] = True
            entry[f"max_{kind}"] = getattr(joint.limits, kind)
        entries[joint.name] = entry
    return {
        "default_velocity_scaling_factor": DEFAULT_SCALING,
        "default_acceleration_scaling_factor": DEFAULT_SCALING,
        "joint_limits": entries,
    }


def pilz_cartesian_limits(robot: RobotDescription) -> dict[str, Any]:
    """pilz_cartesian_limits.yaml; the deceleration is negative there."""
    limits = robot.cartesian
    return {
        "cartesian_limits": {
            "max_trans_vel": limits.velocity,
            "max_trans_acc": limits.acceleration,
            "max_trans_dec": -limits.acceleration,
            "max_rot_vel": limits.rotation,
        }
    }


def kinematics(robot: RobotDescription) -> dict[str, Any]:
    """kinematics.yaml."""
    return kinematics_solvers(arm.group for arm in robot.arms)


def kinematics_solvers(groups: Iterable[str]) -> dict[str, Any]:
    """Solvers of groups: KDL, as neither arm has a closed form and KDL comes with MoveIt."""
    return {
        group: {
            "kinematics_solver": "kdl_kinematics_plugin/KDLKinematicsPlugin",
            "kinematics_solver_search_resolution": 0.005,
            "kinematics_solver_timeout": 0.05,
        }
        for group in groups
    }


def ros2_controllers(robot: RobotDescription) -> dict[str, Any]:
    """ros2_controllers.yaml: each arm and each gripper has a controller of its own."""
    manager: dict[str, Any] = {
        "update_rate": CONTROL_RATE,
        "joint_state_broadcaster": {"type": "joint_state_broadcaster/JointStateBroadcaster"},
    }
    controllers: dict[str, Any] = {}
    for arm in robot.arms:
        manager[arm.controller] = {"type": "joint_trajectory_controller/JointTrajectoryController"}
        manager[arm.mount.controller] = {
            "type": "parallel_gripper_action_controller/GripperActionController"
        }
        controllers[arm.controller] = {"ros__parameters": _arm_parameters(arm)}
        controllers[arm.mount.controller] = {"ros__parameters": _gripper_parameters(robot, arm)}
    return {"controller_manager": {"ros__parameters": manager}, **controllers}


def moveit_controllers(robot: RobotDescription) -> dict[str, Any]:
    """moveit_controllers.yaml: where MoveIt sends trajectories and gripper commands."""
    manager: dict[str, Any] = {
        "controller_names": [
            name for arm in robot.arms for name in (arm.controller, arm.mount.controller)
        ]
    }
    for arm in robot.arms:
        manager[arm.controller] = {
            "type": "FollowJointTrajectory",
            "action_ns": "follow_joint_trajectory",
            "default": True,
            "joints": list(arm.joints),
        }
        manager[arm.mount.controller] = {
            "type": "ParallelGripperCommand",
            "action_ns": "gripper_cmd",
            "default": True,
            "joints": [arm.mount.joints[0]],
            "max_effort": arm.mount.gripper.force_n,
        }
    return {
        "moveit_controller_manager": (
            "moveit_simple_controller_manager/MoveItSimpleControllerManager"
        ),
        "moveit_simple_controller_manager": manager,
    }


def moveit_cpp() -> dict[str, Any]:
    """moveit_cpp.yaml, without which moveit_py finds no pipeline; the same for every robot."""
    return {
        "planning_scene_monitor_options": {
            "name": "planning_scene_monitor",
            "robot_description": "robot_description",
            "wait_for_initial_state_timeout": JOINT_STATE_TIMEOUT_SEC,
        },
        "planning_pipelines": {"pipeline_names": [OMPL, PILZ]},
        "plan_request_params": _request(OMPL, "RRTConnectkConfigDefault"),
        "line": {"plan_request_params": _request(PILZ, "LIN")},
    }


def _request(pipeline: str, planner: str) -> dict[str, Any]:
    return {
        "planning_attempts": 1,
        "planning_pipeline": pipeline,
        "planner_id": planner,
        "planning_time": 1.0,
        "max_velocity_scaling_factor": 1.0,
        "max_acceleration_scaling_factor": 1.0,
    }


def _arm_parameters(arm: Arm) -> dict[str, Any]:
    interfaces = ["position", "velocity"]  # in the order that the ABB driver insists on
    return {
        "joints": list(arm.joints),
        "command_interfaces": interfaces,
        "state_interfaces": list(interfaces),
        "allow_partial_joints_goal": False,
        "constraints": {
            "stopped_velocity_tolerance": 0.0,  # 0: not checked, the goal's position is
            "goal_time": GOAL_TIME_SEC,
            **{
                joint: {"trajectory": PATH_TOLERANCE, "goal": GOAL_TOLERANCE}
                for joint in arm.joints
            },
        },
    }


def _gripper_parameters(robot: RobotDescription, arm: Arm) -> dict[str, Any]:
    """Let a stall be a success: a gripper that holds an object has stalled."""
    joint = arm.mount.joints[0]
    return {
        "joint": joint,
        "allow_stalling": True,
        "stall_velocity_threshold": STALL_SPEED,
        "stall_timeout": STALL_SEC,
        "goal_tolerance": 0.001,
        "max_effort": arm.mount.gripper.force_n,
        "max_velocity": robot.limits(joint).velocity,
    }
