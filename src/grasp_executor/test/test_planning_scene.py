from __future__ import annotations

import numpy as np
import pytest

from grasp_core.errors import ArrayError
from grasp_executor.errors import PlanningSceneError
from grasp_executor.planning_scene import PlanningScene, check_scene
from grasp_executor.shapes import Box

CUBE = Box(np.ones(3))
IDENTITY = np.eye(4)


def test_each_change_is_a_new_scene_of_a_later_version() -> None:
    empty = PlanningScene()
    scenes = [empty, empty.with_obstacle("a", CUBE, IDENTITY)]
    scenes.append(scenes[-1].with_attached("a", CUBE, "tcp", IDENTITY, ["finger_left"]))
    scenes.append(scenes[-1].with_allowed("a", "link_6"))
    scenes.append(scenes[-1].without_allowed("link_6", "a"))
    scenes.append(scenes[-1].with_joints({"finger_joint": 0.0}))
    scenes.append(scenes[-1].without("a"))
    versions = [scene.version for scene in scenes]
    assert versions == sorted(set(versions))
    assert [len(scene.objects) for scene in scenes] == [0, 1, 1, 1, 1, 1, 0]
    assert scenes[1].objects["a"].frame is None
    assert scenes[2].objects["a"].frame == "tcp"
    assert scenes[3].allowed == {frozenset(("a", "link_6"))}
    assert scenes[4].allowed == frozenset()


def test_a_scene_cannot_be_changed() -> None:
    objects = {}
    scene = PlanningScene(objects=objects)
    objects["a"] = CUBE
    assert scene.objects == {}
    with pytest.raises(TypeError, match="does not support item assignment"):
        scene.joints["joint_1"] = 1.0


def test_joints_add_up() -> None:
    scene = PlanningScene().with_joints({"a": 1.0, "b": 2.0}).with_joints({"b": 3.0})
    assert scene.joints == {"a": 1.0, "b": 3.0}


def test_poses_are_checked() -> None:
    with pytest.raises(ArrayError, match="rotation of a shape: matrix 0 is not a right-handed"):
        PlanningScene().with_obstacle("a", CUBE, np.diag([1, 1, -1, 1.0]))
    with pytest.raises(PlanningSceneError, match=r"no object 'b'; there are \['a'\]"):
        PlanningScene().with_obstacle("a", CUBE, IDENTITY).without("b")


@pytest.mark.parametrize(
    ("scene", "message"),
    [
        (
            PlanningScene().with_obstacle("link_1", CUBE, IDENTITY),
            r"objects have the names of links: \['link_1'\]",
        ),
        (
            PlanningScene().with_attached("a", CUBE, "tcp", IDENTITY, ["thumb"]),
            r"no links \['thumb'\]; the robot has \['base_link'",
        ),
        (
            PlanningScene().with_allowed("a", "link_1"),
            r"contact allowed of unknown \['a'\]; known: \['base_link'",
        ),
        (
            PlanningScene().with_joints({"joint_7": 0.0}),
            r"no joints \['joint_7'\]; the robot has \['finger_joint'",
        ),
    ],
)
def test_names_must_be_of_the_robot(toy_arm, scene: PlanningScene, message: str) -> None:
    with pytest.raises(PlanningSceneError, match=message):
        check_scene(scene, toy_arm)
