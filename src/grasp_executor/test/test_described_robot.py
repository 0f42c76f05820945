from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from grasp_executor.described_robot import planning_robot
from grasp_executor.embedded.embedded_planner import EmbeddedPlanner
from grasp_robots.allowed_contacts import allowed_contacts
from grasp_robots.robot_file import load_robot

CONFIG = Path(__file__).parents[3] / "config"


@pytest.mark.parametrize(
    ("name", "groups"), [("diana7", ["diana7_arm"]), ("yumi", ["left_arm", "right_arm"])]
)
def test_the_robots_of_config_are_planned_for(name: str, groups: list[str]) -> None:
    robot = load_robot(CONFIG / "robots" / f"{name}.yaml", CONFIG / "grippers")
    # Fewer samples allow more, and are quick.
    allowed = allowed_contacts(robot, np.random.default_rng(0), samples=50)
    described = planning_robot(robot, allowed)
    planner = EmbeddedPlanner(described)
    assert sorted(described.groups) == groups
    for group in described.groups.values():
        home = np.array([described.home[joint] for joint in group.joints])
        np.testing.assert_array_equal(home, robot.arm(group.name).home)
        assert planner.valid(group.name, home).ok


def test_the_order_of_the_yumi_is_kept() -> None:
    robot = load_robot(CONFIG / "robots" / "yumi.yaml", CONFIG / "grippers")
    group = planning_robot(robot, ()).group("left_arm")
    assert [joint.split("_")[2] for joint in group.joints] == ["1", "2", "7", "3", "4", "5", "6"]
    assert group.upper.argmax() == 4  # axis 4 turns farthest: 290 degrees
