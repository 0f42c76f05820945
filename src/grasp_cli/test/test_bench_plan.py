from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from grasp_cli.bench_plan import CELLS, Amount, Record, home_of, measure, rows_of
from grasp_cli.bench_plan_ompl import ompl_path
from grasp_cli.bench_plan_scenes import APPROACH_M, OBJECTS, candidates, cluttered_bin
from grasp_executor.collision_world import CollisionWorld
from grasp_executor.described_robot import planning_robot
from grasp_executor.planning_robot import PlanningRobot
from grasp_executor.planning_scene import PlanningScene
from grasp_robots.allowed_contacts import allowed_contacts
from grasp_robots.robot_file import load_robot

CONFIG = Path(__file__).parents[3] / "config"
DIANA = CELLS[0]


@pytest.fixture(scope="module")
def diana7() -> PlanningRobot:
    robot = load_robot(CONFIG / "robots" / "diana7.yaml", CONFIG / "grippers")
    return planning_robot(robot, allowed_contacts(robot, np.random.default_rng(0), samples=100))


def test_objects_stand_on_the_floor_inside_the_walls() -> None:
    scene, poses, sizes = cluttered_bin(DIANA, np.random.default_rng(3))
    assert len(scene.objects) == 1 + 4 + OBJECTS
    relative = np.stack(poses)[:, :3, 3] - DIANA.center
    np.testing.assert_allclose(relative[:, 2], sizes[:, 2] / 2)
    assert (np.abs(relative[:, 0]) < DIANA.box.length / 2).all()
    assert (np.abs(relative[:, 1]) < DIANA.box.width / 2).all()


def test_a_candidate_may_touch_one_object_and_comes_from_above() -> None:
    for grasp in candidates(DIANA, np.random.default_rng(3), 20):
        assert len(grasp.scene.objects) == 1 + 4 + OBJECTS - 1
        approach = grasp.T_base_grasp[:3, 0]
        assert approach[2] < -0.8
        way = grasp.T_base_grasp[:3, 3] - grasp.T_base_pregrasp[:3, 3]
        np.testing.assert_allclose(way, APPROACH_M * approach, atol=1e-12)


def test_ompl_finds_a_free_way(diana7: PlanningRobot) -> None:
    world = CollisionWorld(diana7, PlanningScene())
    group = diana7.group("diana7_arm")
    start = home_of(diana7, group.name)
    goal = start + 0.5 * np.eye(7)[0]
    path = ompl_path(world, group, start, goal, step=0.05, timeout_sec=5.0)
    np.testing.assert_allclose(path[[0, -1]], [start, goal])
    assert not any(world.in_collision(group.name, positions) for positions in path)


def test_one_grasp_is_measured_through_all_stages(diana7: PlanningRobot) -> None:
    record = measure(DIANA, diana7, Amount(grasps=1, decisions=1, ranked=3))
    rows = list(rows_of("diana7", record))
    stages = {row.setting for row in rows if row.metric == "cpu_ms"}
    assert stages == {
        "scene", "ik", "line", "plan", "timing", "check", "plan_ompl", "decision"
    }  # fmt: skip
    (row,) = (row for row in rows if (row.setting, row.metric) == ("all", "success_rate"))
    assert (row.value, row.n) == (1.0, 1)


def test_times_are_those_of_the_call() -> None:
    record = Record()
    assert record.timed("sum", sum, [1, 2]) == 3
    assert record.timed("sum", sum, [1], start=1) == 2
    assert len(record.cpu_ms["sum"]) == 2
    assert min(record.cpu_ms["sum"]) >= 0
