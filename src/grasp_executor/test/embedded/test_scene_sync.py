from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grasp_core.transforms import transform
from grasp_executor.budget import Budget
from grasp_executor.collision_world import CollisionWorld
from grasp_executor.embedded.embedded_planner import EmbeddedPlanner
from grasp_executor.embedded.scene_sync import SyncedScene
from grasp_executor.errors import PlanningRobotError
from grasp_executor.planning_scene import PlanningScene
from grasp_executor.shapes import Box, Mesh, Voxels

STATES = 500


def at(x: float, y: float, z: float) -> np.ndarray:
    return transform(np.eye(3), [x, y, z])


def crowded() -> PlanningScene:
    """All kinds of shapes, a carried one, allowed contacts, the fingers half open."""
    rng = np.random.default_rng(5)
    corners = rng.uniform(-0.15, 0.15, (6, 3))
    triangles = [[0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5]]
    cloud = rng.uniform([0.2, -0.6, 0.1], [0.6, -0.2, 0.5], (200, 3))
    return (
        PlanningScene()
        .with_obstacle("table", Box(np.array([2.0, 2.0, 0.05])), at(0, 0, 0))
        .with_obstacle("box", Box(np.full(3, 0.2)), at(0.4, 0.3, 0.3))
        .with_obstacle("mesh", Mesh(corners, np.array(triangles)), at(-0.3, 0.3, 0.5))
        .with_obstacle("cloud", Voxels.of_points(cloud, 0.02), np.eye(4))
        .with_obstacle("more", Voxels.of_points(cloud - [0.5, 0, 0], 0.02), at(0, 0.1, 0))
        .with_attached("dust", Voxels.of_points(cloud[:9] / 9, 0.02), "tcp", at(0, 0, 0.3), [])
        .with_attached("rod", Box(np.array([0.02, 0.02, 0.3])), "tcp", at(0, 0, 0.1), ["link_6"])
        .with_allowed("rod", "finger_left")
        .with_allowed("rod", "finger_right")
        .with_allowed("link_4", "cloud")
        .with_allowed("link_2", "link_4")
        .with_joints({"finger_joint": 0.02})
    )


def test_a_finger_beyond_its_limit_is_at_its_limit(toy_arm, home) -> None:
    """RoboPlan would call every state invalid."""
    scene = PlanningScene().with_joints({"finger_joint": 0.04 + 1e-9})
    planner = EmbeddedPlanner(toy_arm)
    planner.set_scene(scene)
    goal = home + np.array([0.5, 0.0, 0.0, 0.0, 0.0, 0.0])
    planned = planner.plan("arm", home, goal, rng=np.random.default_rng(0), budget=Budget(10.0))
    assert planned.ok, planned.message


def test_both_worlds_give_the_same_verdicts_and_poses(toy_arm) -> None:
    """RoboPlan's scene against plain Pinocchio: 500 random states among all kinds of shapes."""
    group = toy_arm.group("arm")
    scene = crowded()
    synced, world = SyncedScene(toy_arm, scene), CollisionWorld(toy_arm, scene)
    states = np.random.default_rng(1).uniform(group.lower, group.upper, (STATES, 6))
    ours = [synced.in_collision(group, q) for q in states]
    assert ours == [world.in_collision("arm", q) for q in states]
    assert ours == [bool(world.contacts("arm", q)) for q in states]
    assert 0.1 * STATES < sum(ours) < 0.95 * STATES
    for q in states[:20]:
        expected = world.link_pose("arm", q, "tcp")
        np.testing.assert_allclose(synced.tip_pose(group, q), expected, atol=1e-12)


def test_an_edge_is_checked_between_its_ends(toy_arm, home) -> None:
    group = toy_arm.group("arm")
    step = 0.5 * np.eye(6)[0]
    plate = Box(np.array([1.0, 0.004, 0.8]))
    scene = SyncedScene(toy_arm, PlanningScene().with_obstacle("plate", plate, at(0.65, 0, 0.4)))
    ends = home - step, home + step
    assert not any(scene.in_collision(group, end) for end in ends)
    assert scene.edge_in_collision(group, *ends, 0.02)
    assert not scene.edge_in_collision(group, ends[1], ends[1] + step, 0.02)


def test_an_srdf_of_other_joints_is_refused(toy_arm) -> None:
    group = toy_arm.group("arm")
    swapped = replace(group, joints=(*group.joints[:4], "joint_6", "joint_5"))
    robot = replace(toy_arm, groups={"arm": swapped})
    with pytest.raises(PlanningRobotError, match=r"'joint_5', 'joint_6'\], not .*'joint_6', 'join"):
        SyncedScene(robot, PlanningScene())
    other = replace(toy_arm, groups={"leg": replace(group, name="leg")})
    with pytest.raises(PlanningRobotError, match="the SRDF has no group 'leg'"):
        SyncedScene(other, PlanningScene())
