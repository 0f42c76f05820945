"""The node that the clouds come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from grasp_perception.bringup.arguments import CLOUD_TOPICS, SIM_CAMERAS, BringupArguments
from grasp_perception.bringup.cameras import camera_specs


def test_driver_of_a_realsense_has_the_names_of_its_own_launch_file() -> None:
    (driver,) = camera_specs(BringupArguments(camera_serial="_123"))
    assert (driver.package, driver.executable) == ("realsense2_camera", "realsense2_camera_node")
    assert (driver.namespace, driver.name) == ("camera", "camera")
    assert Path(driver.params_file).parts[-3:] == ("config", "drivers", "realsense2_camera.yaml")
    assert (driver.parameters, driver.remappings) == ({"serial_no": "_123"}, ())
    (mine,) = camera_specs(BringupArguments(camera_params_file="mine.yaml"))
    assert (mine.params_file, mine.parameters) == ("mine.yaml", {})


def test_our_own_node_takes_the_place_of_the_driver() -> None:
    (driver,) = camera_specs(BringupArguments())
    (own,) = camera_specs(BringupArguments(camera_driver="own", camera_serial="_123"))
    assert (own.package, own.executable) == ("grasp_perception", "realsense_node")
    assert (own.namespace, own.name) == (driver.namespace, driver.name)
    assert (own.parameters, own.params_file) == ({"serial_no": "_123"}, "")


def test_driver_of_a_phoxi_waits_to_be_managed_and_publishes_where_it_is_listened_to() -> None:
    (driver,) = camera_specs(BringupArguments(camera="phoxi", camera_serial="2019-07-005-LC3"))
    assert (driver.package, driver.executable) == ("phoxi_camera", "phoxi_camera_node")
    assert (driver.namespace, driver.name) == ("", "phoxi_camera")
    assert driver.managed
    assert driver.parameters == {"device_id": "2019-07-005-LC3"}
    assert driver.remappings == (
        ("points", "/phoxi_camera/points"),
        ("~/points", "/phoxi_camera/points"),
    )


@pytest.mark.parametrize("camera", ["realsense", "phoxi"])
def test_a_camera_that_runs_already_is_not_started(camera: str) -> None:
    assert camera_specs(BringupArguments(camera=camera, camera_driver="none")) == []


def test_clouds_of_a_driver_are_moved_to_another_topic() -> None:
    (driver,) = camera_specs(BringupArguments(cloud_topic="/head/points"))
    assert driver.remappings == ((CLOUD_TOPICS["realsense"], "/head/points"),)


def test_bag_is_played_on_the_topic_of_its_camera() -> None:
    arguments = BringupArguments(camera="bag", bag="/my bags/a.mcap", loop=False, namespace="left")
    (player,) = camera_specs(arguments)
    assert (player.package, player.executable) == ("grasp_perception", "bag_player")
    assert player.parameters == {"path": "/my bags/a.mcap", "loop": False}
    assert player.remappings == (("cloud", "/camera/cloud"),)
    assert player.namespace == "left"


@pytest.mark.parametrize("name", SIM_CAMERAS)
def test_simulated_camera_takes_the_place_of_the_real_one(name: str) -> None:
    arguments = BringupArguments(camera="sim", sim_camera=name, seed=7)
    assert arguments.topic == BringupArguments(camera=SIM_CAMERAS[name]).topic
    (camera,) = camera_specs(arguments)
    assert (camera.package, camera.executable) == ("grasp_sim", "sim_node")
    assert camera.parameters == {"camera": name, "seed": 7}
    assert (camera.params_file, camera.remappings) == ("", ())


def test_simulated_camera_publishes_where_it_is_told_to() -> None:
    arguments = BringupArguments(
        camera="sim", cloud_topic="/mine", camera_params_file="sim.yaml", namespace="left"
    )
    (camera,) = camera_specs(arguments)
    assert camera.remappings == ((CLOUD_TOPICS["realsense"], "/mine"),)
    assert (camera.params_file, camera.namespace) == ("sim.yaml", "left")


@pytest.mark.parametrize(("robot", "camera"), [("yumi", "phoxi"), ("diana7", "d435")])
def test_a_robot_is_simulated_with_the_camera_of_its_paper(robot: str, camera: str) -> None:
    (arms,) = camera_specs(BringupArguments(camera="sim", robot=robot, cell_file="mine.yaml"))
    assert (arms.package, arms.executable) == ("grasp_sim", "arm_node")
    assert arms.parameters == {"camera": camera, "seed": 0, "cell_file": "mine.yaml"}
