from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from grasp_executor.embedded.embedded_planner import EmbeddedPlanner
from grasp_executor.planner import MotionPlanner
from grasp_executor.planning_robot import JointGroup, PlanningRobot

FOLDER = Path(__file__).parent

# Every implementation of the port runs the contract. MoveIt's adds its line here.
PLANNERS = {"embedded": EmbeddedPlanner}


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


@pytest.fixture(params=sorted(PLANNERS))
def planner(request: pytest.FixtureRequest, toy_arm: PlanningRobot) -> MotionPlanner:
    return PLANNERS[request.param](toy_arm)
