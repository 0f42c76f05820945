from __future__ import annotations

import numpy as np
import pytest

from grasp_core.transforms import transform
from grasp_executor.collision_world import CollisionWorld
from grasp_executor.errors import PlanningSceneError
from grasp_executor.planning_scene import PlanningScene
from grasp_executor.shapes import Box

SMALL = Box(np.full(3, 0.01))


def at(x: float, y: float, z: float) -> np.ndarray:
    return transform(np.eye(3), [x, y, z])


def test_the_tip_is_where_the_lengths_add_up(toy_arm) -> None:
    world = CollisionWorld(toy_arm, PlanningScene())
    upright = world.link_pose("arm", np.zeros(6), "tcp")
    np.testing.assert_allclose(upright, at(0, 0, 0.2 + 0.1 + 0.4 + 0.2 + 0.16 + 0.06 + 0.1))
    turned = world.link_pose("arm", np.array([0.5, np.pi / 2, 0, 0, 0, 0]), "tcp")
    expected = [0.92 * np.cos(0.5), 0.92 * np.sin(0.5), 0.3]
    np.testing.assert_allclose(turned[:3, 3], expected, atol=1e-12)


def test_contacts_are_named(toy_arm) -> None:
    scene = PlanningScene().with_obstacle("high", SMALL, at(0, 0, 0.5))
    scene = scene.with_obstacle("far", SMALL, at(2, 0, 0)).with_obstacle("same", SMALL, at(2, 0, 0))
    world = CollisionWorld(toy_arm, scene)
    assert world.contacts("arm", np.zeros(6)) == [("high", "link_2")]
    assert world.in_collision("arm", np.zeros(6))
    aside = np.array([0, 1.5, 0, 0, 0, 0])
    assert world.contacts("arm", aside) == []
    assert not world.in_collision("arm", aside)


def test_an_arm_touches_itself(toy_arm) -> None:
    folded = np.array([0, 0, 2.7, 0, 1.5, 0])
    pairs = CollisionWorld(toy_arm, PlanningScene()).contacts("arm", folded)
    assert pairs == [("finger_left", "link_1"), ("finger_right", "link_1")]
    allowed = PlanningScene().with_allowed("finger_left", "link_1")
    rest = CollisionWorld(toy_arm, allowed).contacts("arm", folded)
    assert rest == [("finger_right", "link_1")]


def test_both_fingers_follow_their_joint(toy_arm, home) -> None:
    for opening in (0.0, 0.04):
        scene = PlanningScene().with_joints({"finger_joint": opening})
        world = CollisionWorld(toy_arm, scene)
        T_left, T_right = (world.link_pose("arm", home, f"finger_{s}") for s in ("left", "right"))
        np.testing.assert_allclose(T_left[:3, 3] - T_right[:3, 3], [0, 2 * opening, 0], atol=1e-12)


def test_unknown_names_are_refused(toy_arm) -> None:
    with pytest.raises(PlanningSceneError, match=r"no joints \['wrist'\]"):
        CollisionWorld(toy_arm, PlanningScene().with_joints({"wrist": 1.0}))
