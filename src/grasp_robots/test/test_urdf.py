from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import mujoco
import numpy as np
from pytransform3d.urdf import UrdfTransformManager

from grasp_robots.allowed_contacts import random_values
from grasp_robots.description import RobotDescription
from grasp_robots.kinematics import link_poses
from grasp_robots.urdf import MOCK_HARDWARE, Hardware, urdf


def test_another_reader_finds_the_same_kinematics(robot: RobotDescription) -> None:
    manager = UrdfTransformManager()
    manager.load_urdf(urdf(robot))
    values = random_values(robot, np.random.default_rng(0), 100)
    poses = link_poses(robot, values)
    columns = {name: values[:, i] for i, name in enumerate(robot.joint_names)}
    for i in range(100):
        for joint in robot.joints:
            if joint.kind != "fixed":
                manager.set_joint(joint.name, columns[joint.mimic or joint.name][i])
        for arm in robot.arms:
            for link in (arm.tool, arm.tcp, *arm.mount.links):
                T_root_link = manager.get_transform(link, robot.root)
                np.testing.assert_allclose(T_root_link, poses[link][i], atol=1e-9)


def test_another_reader_finds_the_same_masses(robot: RobotDescription) -> None:
    spec = mujoco.MjSpec.from_string(urdf(robot))
    spec.compiler.fusestatic = False
    spec.compiler.balanceinertia = False
    model = spec.compile()
    for joint in robot.joints:
        link = robot.link(joint.child)
        body = model.body(link.name)
        np.testing.assert_allclose(body.mass[0], link.mass, rtol=1e-12)
        if not link.shapes:
            continue
        np.testing.assert_allclose(body.ipos, link.center, atol=1e-9)
        moments = np.sort(np.linalg.eigvalsh(link.inertia))
        np.testing.assert_allclose(np.sort(body.inertia), moments, rtol=1e-6)


def test_limits_are_written(diana7: RobotDescription) -> None:
    root = ElementTree.fromstring(urdf(diana7))
    limit = root.find("joint[@name='joint4']/limit")
    assert limit is not None
    assert {key: float(value) for key, value in limit.attrib.items()} == {
        "lower": 0.0,
        "upper": 3.05,
        "velocity": 2.618,
        "effort": 111.0,
    }
    mimic = root.find("joint[@name='gripper_finger_joint_mimic']/mimic")
    assert mimic is not None
    assert mimic.get("joint") == "gripper_finger_joint"


def test_every_shape_is_seen_and_collides(robot: RobotDescription) -> None:
    root = ElementTree.fromstring(urdf(robot))
    for link in robot.links:
        for tag in ("visual", "collision"):
            found = root.findall(f"link[@name='{link.name}']/{tag}/geometry/*")
            assert [shape.tag for shape in found] == [shape.kind for shape in link.shapes]


def test_hardware_is_there_only_when_asked_for(diana7: RobotDescription) -> None:
    assert "ros2_control" not in urdf(diana7)
    root = ElementTree.fromstring(urdf(diana7, Hardware(parameters={"rws_ip": "192.0.2.1"})))
    (system,) = root.findall("ros2_control")
    assert system.findtext("hardware/plugin") == MOCK_HARDWARE
    assert system.findtext("hardware/param[@name='rws_ip']") == "192.0.2.1"
    commands = {
        joint.get("name"): [command.get("name") for command in joint.findall("command_interface")]
        for joint in system.findall("joint")
    }
    assert commands == {
        **{f"joint{i}": ["position", "velocity"] for i in range(1, 8)},
        "gripper_finger_joint": ["position"],
        "gripper_finger_joint_mimic": [],
    }
    start = system.find("joint[@name='joint4']/state_interface[@name='position']/param")
    assert start is not None
    assert float(start.text or "") == np.pi / 2


def test_hardware_that_moves_no_fingers(diana7: RobotDescription) -> None:
    root = ElementTree.fromstring(urdf(diana7, Hardware("vendor/Arm", fingers=False)))
    joints = root.findall("ros2_control/joint")
    assert [joint.get("name") for joint in joints] == [f"joint{i}" for i in range(1, 8)]
    assert root.find("joint[@name='gripper_finger_joint']") is not None  # still of the robot
