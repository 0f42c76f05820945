"""What MoveIt's side does beyond the port's contract, which `test_planner_contract` runs on it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grasp_core.transforms import transform
from grasp_executor.budget import Budget
from grasp_executor.collision_world import CollisionWorld
from grasp_executor.errors import PlanningRobotError
from grasp_executor.planning_scene import PlanningScene
from grasp_executor.shapes import Box, Voxels


def test_an_srdf_of_other_joints_is_refused(toy_arm, make_moveit) -> None:
    group = toy_arm.group("arm")
    swapped = replace(group, joints=(*group.joints[:4], "joint_6", "joint_5"))
    with pytest.raises(PlanningRobotError, match=r"'joint_5', 'joint_6'\], not .*'joint_6', 'join"):
        make_moveit(replace(toy_arm, groups={"arm": swapped}))
    other = replace(toy_arm, groups={"leg": replace(group, name="leg")})
    with pytest.raises(PlanningRobotError, match="the SRDF has no group 'leg'"):
        make_moveit(other)


def test_verdicts_are_those_of_plain_pinocchio(toy_arm, make_moveit) -> None:
    """100 random states among a box, voxels and an object in the hand."""
    rng = np.random.default_rng(1)
    cloud = Voxels.of_points(rng.uniform([0.2, -0.4, 0], [0.5, 0, 0.3], (200, 3)), 0.02)
    held = transform(np.eye(3), [0, 0, 0.05])
    scene = (
        PlanningScene()
        .with_obstacle("table", Box(np.array([2.0, 2.0, 0.1])), transform(np.eye(3), [0, 0, -0.02]))
        .with_obstacle("cloud", cloud, np.eye(4))
        .with_attached("held", Box(np.full(3, 0.08)), "tcp", held, ["finger_left", "finger_right"])
        .with_allowed("held", "cloud")
        .with_joints({"finger_joint": 0.02})
    )
    group, planner = toy_arm.group("arm"), make_moveit(toy_arm)
    planner.set_scene(scene)
    world = CollisionWorld(toy_arm, scene)
    states = rng.uniform(group.lower, group.upper, (100, 6))
    messages = [planner.valid("arm", state).message for state in states]
    expected = [
        "in contact: " + ", ".join(f"{one} - {other}" for one, other in pairs) if pairs else ""
        for pairs in (world.contacts("arm", state) for state in states)
    ]
    assert messages == expected
    assert 10 < messages.count("") < 90


def test_what_the_arm_carries_is_planned_for_and_stays(toy_arm, make_moveit, home) -> None:
    """MoveIt takes the start with its object as the scene's state."""
    cube = Box(np.full(3, 0.08))  # wider than the fingers are apart
    scene = PlanningScene().with_attached("cube", cube, "tcp", np.eye(4), ["finger_left"])
    planner = make_moveit(toy_arm)
    planner.set_scene(scene)
    before = planner.valid("arm", home).message
    assert before == "in contact: cube - finger_right"
    planner.set_scene(
        PlanningScene().with_attached(
            "cube", cube, "tcp", np.eye(4), ["finger_left", "finger_right"]
        )
    )
    turned = home + 0.3 * np.eye(6)[0]
    rng = np.random.default_rng(0)
    planned = planner.plan("arm", home, turned, rng=rng, budget=Budget(20.0))
    np.testing.assert_array_equal(planned.path.positions, [home, turned])
    assert planner.valid("arm", home).ok
    planner.set_scene(scene)
    assert planner.valid("arm", home).message == before
