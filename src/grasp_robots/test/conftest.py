from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

from grasp_robots.description import RobotDescription
from grasp_robots.robot_file import load_robot

CONFIG = Path(__file__).parents[3] / "config"

# The first call of a test reads files; how long it takes says nothing.
settings.register_profile("grasp_robots", deadline=None)
settings.load_profile("grasp_robots")


@pytest.fixture(scope="session")
def gripper_folder() -> Path:
    return CONFIG / "grippers"


@pytest.fixture(scope="session")
def robot_folder() -> Path:
    return CONFIG / "robots"


@pytest.fixture(scope="session")
def diana7(robot_folder: Path, gripper_folder: Path) -> RobotDescription:
    return load_robot(robot_folder / "diana7.yaml", gripper_folder)


@pytest.fixture(scope="session")
def yumi(robot_folder: Path, gripper_folder: Path) -> RobotDescription:
    return load_robot(robot_folder / "yumi.yaml", gripper_folder)


@pytest.fixture(params=["diana7", "yumi"])
def robot(request: pytest.FixtureRequest) -> RobotDescription:
    value: RobotDescription = request.getfixturevalue(request.param)
    return value
