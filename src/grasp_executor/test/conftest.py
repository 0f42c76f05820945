from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest

from grasp_executor.embedded.embedded_planner import EmbeddedPlanner
from grasp_executor.hosted_planner import HostedPlanner
from grasp_executor.moveit.moveit_planner import MoveItPlanner
from grasp_executor.planner import MotionPlanner
from grasp_executor.planning_robot import JointGroup, PlanningRobot
from grasp_executor.planning_scene import PlanningScene

FOLDER = Path(__file__).parent

# Every implementation of the port runs the contract, MoveIt's wherever MoveIt is.
PLANNERS = {
    "embedded": EmbeddedPlanner,
    "hosted": lambda robot: HostedPlanner(robot, EmbeddedPlanner),
}
MOVEIT = "moveit" if find_spec("moveit") is not None else "moveit_stand_in"


def moveit_planner(robot: PlanningRobot) -> MotionPlanner:
    """MoveIt in its process where it is; else our side of it, on a stand-in for moveit_py."""
    if MOVEIT == "moveit":
        return HostedPlanner(robot, MoveItPlanner)
    spec = spec_from_file_location("moveit_stand_in", FOLDER / "moveit" / "moveit_stand_in.py")
    stand_in = module_from_spec(spec)
    sys.modules[spec.name] = stand_in  # dataclasses look their module up
    spec.loader.exec_module(stand_in)
    with stand_in.installed():
        return MoveItPlanner(robot)


PLANNERS[MOVEIT] = moveit_planner


def toy_group() -> JointGroup:
    return JointGroup(
        name="arm",
        joints=tuple(f"joint_{i}" for i in range(1, 7)),
        tip_link="tcp",
        lower=np.array([-2.9, -2.0, -2.7, -2.9, -2.1, -2.9]),
        upper=np.array([2.9, 2.0, 2.7, 2.9, 2.1, 2.9]),
        max_velocity=np.array([2.0, 2.0, 2.0, 3.0, 3.0, 3.0]),
        max_acceleration=np.full(6, 5.0),
        max_jerk=np.full(6, 50.0),
    )


@pytest.fixture
def make_moveit() -> Callable[[PlanningRobot], MotionPlanner]:
    return moveit_planner


@pytest.fixture(scope="session")
def toy_arm() -> PlanningRobot:
    home = dict(zip(toy_group().joints, (0.0, 0.3, 1.2, 0.0, 1.0, 0.0), strict=True))
    return PlanningRobot(
        urdf=(FOLDER / "toy_arm.urdf").read_text(encoding="utf-8"),
        srdf=(FOLDER / "toy_arm.srdf").read_text(encoding="utf-8"),
        groups={"arm": toy_group()},
        home=home | {"finger_joint": 0.03},
    )


@pytest.fixture(scope="session")
def home(toy_arm: PlanningRobot) -> np.ndarray:
    return np.array([toy_arm.home[joint] for joint in toy_group().joints])


@pytest.fixture(scope="session", params=sorted(PLANNERS))
def planner_name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="session")
def made_planner(planner_name: str, toy_arm: PlanningRobot) -> Iterator[MotionPlanner]:
    made = PLANNERS[planner_name](toy_arm)
    yield made
    if isinstance(made, HostedPlanner):
        made.close()


@pytest.fixture
def planner(made_planner: MotionPlanner) -> MotionPlanner:
    made_planner.set_scene(PlanningScene())
    return made_planner
