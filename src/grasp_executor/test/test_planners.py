from __future__ import annotations

from importlib.util import find_spec

import pytest

from grasp_core.errors import ParameterError
from grasp_executor.embedded.embedded_planner import EmbeddedPlanner
from grasp_executor.errors import PlannerProcessError
from grasp_executor.hosted_planner import HostedPlanner
from grasp_executor.moveit.moveit_planner import MoveItPlanner
from grasp_executor.planners import make_planner

without_moveit = pytest.mark.skipif(find_spec("moveit") is not None, reason="MoveIt is installed")


def test_the_default_is_embedded(toy_arm) -> None:
    assert isinstance(make_planner("embedded", toy_arm), EmbeddedPlanner)


@without_moveit
def test_moveit_where_it_is_not_says_what_to_install(toy_arm) -> None:
    with pytest.raises(ParameterError, match="install ros-jazzy-moveit and source ROS, or choose"):
        make_planner("moveit", toy_arm)


@without_moveit
def test_a_planner_that_cannot_be_imported_says_so_from_its_process(toy_arm) -> None:
    with pytest.raises(PlannerProcessError, match="ModuleNotFoundError: No module named 'moveit"):
        HostedPlanner(toy_arm, MoveItPlanner)
