from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from grasp_robots.description import RobotDescription
from grasp_robots.errors import RobotModelError, UnknownNameError
from grasp_robots.joint import Joint
from grasp_robots.link import Link


def test_joint_names_are_those_that_can_be_commanded(diana7: RobotDescription) -> None:
    assert diana7.joint_names == (*(f"joint{i}" for i in range(1, 8)), "gripper_finger_joint")


def test_a_chain_holds_its_fixed_joints(diana7: RobotDescription) -> None:
    chain = diana7.chain("link6", "tcp")
    assert [joint.name for joint in chain] == ["joint7", "tool0_joint", "tcp_joint"]
    assert diana7.chain("tcp", "tcp") == ()


def test_unknown_names_list_the_valid_ones(yumi: RobotDescription) -> None:
    with pytest.raises(UnknownNameError, match="no arm 'arm'; valid: right_arm, left_arm"):
        yumi.arm("arm")
    with pytest.raises(UnknownNameError, match="no joint 'j'; valid: yumi_joint_1_r, "):
        yumi.joint("j")
    with pytest.raises(UnknownNameError, match="joint tool0_r_joint is fixed; with limits: "):
        yumi.limits("tool0_r_joint")


def test_a_robot_that_is_no_tree_is_refused(diana7: RobotDescription) -> None:
    with pytest.raises(RobotModelError, match="two links are called tcp"):
        replace(diana7, links=(*diana7.links, Link("tcp")))
    with pytest.raises(RobotModelError, match="no joint leads to island"):
        replace(diana7, links=(*diana7.links, Link("island")))
    again = Joint("again", "fixed", "link1", "tcp", np.eye(4))
    with pytest.raises(RobotModelError, match="joint again from link1 to tcp must lead"):
        replace(diana7, joints=(*diana7.joints, again))
    back = Joint("back", "fixed", "tcp", "base_link", np.eye(4))
    with pytest.raises(RobotModelError, match="the joints form a circle"):
        replace(diana7, joints=(*diana7.joints, back))


def test_a_joint_mimics_one_that_moves(diana7: RobotDescription) -> None:
    joints = tuple(
        replace(joint, mimic="tcp_joint") if joint.mimic else joint for joint in diana7.joints
    )
    with pytest.raises(RobotModelError, match="mimics 'tcp_joint', no moving joint"):
        replace(diana7, joints=joints)


def test_an_arm_needs_its_tool(diana7: RobotDescription) -> None:
    arm = replace(diana7.arms[0], tcp="base_link")
    with pytest.raises(UnknownNameError, match="base_link does not hang on tool0"):
        replace(diana7, arms=(arm,))


def test_values_cannot_be_changed(diana7: RobotDescription) -> None:
    with pytest.raises(ValueError, match="read-only"):
        diana7.joint("joint1").T_parent_joint[0, 0] = 2.0
