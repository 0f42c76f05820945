"""What a user may choose, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from grasp_core.errors import ParameterError
from grasp_perception.bringup.arguments import ROBOTS, BringupArguments, cell_file, read_arguments


def test_arguments_are_read_from_texts() -> None:
    texts = {"camera": "sim", "seed": "7", "rviz": "true", "gripper": "7", "namespace": ""}
    read = read_arguments(texts)
    assert read == BringupArguments(camera="sim", seed=7, rviz=True, gripper="7")


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"seed": "many"}, "seed: 'many' is not a whole number"),
        ({"seed": "-1"}, "seed: -1 is not in"),
        ({"loop": "["}, r"loop: '\[' is not true or false"),
        (
            {"camara": "sim"},
            "unknown parameter camara; valid: bag, camera, camera_driver, camera_params_file",
        ),
        ({"sim_camera": "kinect"}, "sim_camera: 'kinect' is not one of , d435, phoxi"),
        ({"camera": "sonar"}, "'sonar' is not one of bag, realsense, phoxi, sim"),
        ({"camera": "bag"}, "camera:=bag needs bag:=PATH"),
        ({"planner": "ompl"}, "planner: 'ompl' is not one of , embedded, moveit"),
        ({"camera": "phoxi", "camera_driver": "own"}, "own is for camera:=realsense, not phoxi"),
        ({"use_fake_hardware": "true"}, "use_fake_hardware:=true needs robot:=yumi or diana7"),
        (
            {"use_fake_hardware": "true", "camera": "sim", "robot": "yumi"},
            "for another camera: camera:=sim simulates the arms",
        ),
        ({"robot": "diana7"}, "diana7 needs robot_driver:=PACKAGE/FILE"),
        (
            {"robot": "yumi", "robot_driver": "my_driver"},
            "robot_driver: 'my_driver' is not none or PACKAGE/FILE",
        ),
    ],
)
def test_wrong_texts_are_named(texts: dict[str, str], message: str) -> None:
    with pytest.raises(ParameterError, match=message):
        read_arguments(texts)


@pytest.mark.parametrize("robot", ROBOTS)
def test_each_robot_has_a_cell(robot: str) -> None:
    assert Path(cell_file(robot)).is_file()
    assert BringupArguments(camera="sim", robot=robot).cell == cell_file(robot)
    own = BringupArguments(camera="sim", robot=robot, cell_file="my/cells/mine.yaml")
    assert own.cell == "my/cells/mine.yaml"


def test_namespace_is_put_before_absolute_names() -> None:
    assert BringupArguments().absolute("/pick") == "/pick"
    assert BringupArguments(namespace="/left/").absolute("/pick") == "/left/pick"


@pytest.mark.parametrize(
    ("changes", "driven"),
    [
        ({}, True),
        ({"robot_driver": "none"}, True),  # by a driver that runs elsewhere
        ({"use_fake_hardware": True}, False),
        ({"camera": "sim"}, False),
        ({"robot": "none"}, False),
    ],
)
def test_which_robots_are_real(changes: dict[str, object], driven: bool) -> None:
    arguments = BringupArguments(**{"camera": "phoxi", "robot": "yumi", **changes})
    assert arguments.drives_robot is driven
