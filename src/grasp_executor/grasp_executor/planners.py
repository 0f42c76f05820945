"""The planners by the names that users give."""

from __future__ import annotations

from importlib.util import find_spec

from grasp_core.errors import ParameterError
from grasp_executor.embedded.embedded_planner import EmbeddedPlanner
from grasp_executor.hosted_planner import HostedPlanner
from grasp_executor.moveit.moveit_planner import MoveItPlanner
from grasp_executor.node_params import EMBEDDED, MOVEIT
from grasp_executor.planning_robot import PlanningRobot


def make_planner(name: str, robot: PlanningRobot) -> EmbeddedPlanner | HostedPlanner:
    """Make the planner of that name; MoveIt gets a process of its own.

    Raises
    ------
    ParameterError : MoveIt is not installed.
    PlannerProcessError : MoveIt does not start.
    """
    if name == EMBEDDED:
        return EmbeddedPlanner(robot)
    if find_spec("moveit") is None:
        raise ParameterError(
            f"planner: {MOVEIT!r} needs moveit_py, and Python has no module moveit; install "
            f"ros-jazzy-moveit and source ROS, or choose {EMBEDDED!r}"
        )
    return HostedPlanner(robot, MoveItPlanner)
