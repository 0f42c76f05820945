"""Parameters of MoveIt for a robot: what MoveItPy takes as `config_dict`."""

from __future__ import annotations

from typing import Any

import numpy as np

from grasp_executor.planning_robot import JointGroup, PlanningRobot
from grasp_robots.moveit_config import OMPL, kinematics_solvers, moveit_cpp

#: rad, sum over the joints, between two states that OMPL checks on an edge. Not more than the
#: embedded planner's 0.02, which is the norm.
STEP = 0.02


def moveit_parameters(robot: PlanningRobot) -> dict[str, Any]:
    """Model, kinematics and the pipeline of OMPL; nothing for timing, Pilz or controllers.

    The planner is told each state, so that MoveIt need not wait for joint states.
    """
    settings = moveit_cpp()
    request = settings["plan_request_params"]
    monitor = settings["planning_scene_monitor_options"]
    return {
        "robot_description": robot.urdf,
        "robot_description_semantic": robot.srdf,
        "robot_description_kinematics": kinematics_solvers(robot.groups),
        "planning_scene_monitor_options": monitor | {"wait_for_initial_state_timeout": 0.0},
        "planning_pipelines": {"pipeline_names": [OMPL]},
        "plan_request_params": request,
        OMPL: {
            "planning_plugins": ["ompl_interface/OMPLPlanner"],
            "planner_configs": {request["planner_id"]: _rrt_connect()},
            **{group.name: _group(group, request["planner_id"]) for group in robot.groups.values()},
        },
    }


def _rrt_connect() -> dict[str, Any]:
    return {
        "type": "geometric::RRTConnect",
        "range": 0.0,  # OMPL's own choice
        # Waypoints in between would each be a stop. Jazzy reads the word `false` as no number.
        "interpolate": 0,
    }


def _group(group: JointGroup, planner: str) -> dict[str, Any]:
    """MoveIt's distance of two states is the sum over the joints, its extent that of the ranges."""
    extent = float(np.sum(group.upper - group.lower))
    return {"planner_configs": [planner], "longest_valid_segment_fraction": STEP / extent}
